/* gguf_build.h - GGUF files, sound and broken, built byte by byte
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

void build_u8 (GByteArray *bytes, guint8 value);
void build_u32 (GByteArray *bytes, guint32 value);
void build_u64 (GByteArray *bytes, guint64 value);
void build_string (GByteArray *bytes, const char *text);
void build_zeros (GByteArray *bytes, gsize count);
void build_header (GByteArray *bytes, guint64 n_tensors, guint64 n_keys); /* magic, version 3, counts */
void build_key (GByteArray *bytes, const char *key, guint32 type);
/* @n_dims sizes of guint64, fastest first, after @offset */
void build_tensor (GByteArray *bytes, const char *name, guint32 type, guint64 offset, guint32 n_dims, ...);
void build_align (GByteArray *bytes, gsize alignment);

/* A sound file of all value types and the four tensor types; it ends with its last tensor. */
GByteArray *build_sample (void);
