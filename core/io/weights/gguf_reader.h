/* gguf_reader.h - a GGUF file while its header is being read
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gguf_format.h"

#define ARRA_GGUF_MIN_TENSOR (8 + 1 + 4 + 4 + 8) /* the least a description of a tensor can take */

typedef struct
{
  char name[ARRA_GGUF_MAX_NAME + 1];
  ArraTensor tensor;
  gboolean is_unknown; /* of type @number, which is not supported: its size is not known */
  guint32 number;
  guint64 offset; /* from the beginning of the tensor data */
} ArraGgufItem;

typedef struct
{
  ArraGguf *gguf;
  const char *path;
  const guint8 *bytes;
  gsize size, at; /* of the file, and how far it is read */
  gsize n_tensors;
  guint64 alignment;
  gsize keys_size, keys_room;
  ArraGgufItem *items;
} ArraGgufReader;

gboolean arra_gguf_fail (const ArraGgufReader *reader, GError **error, const char *fault); /* ARRA_ERROR_INVALID_DATA */

/* Each fails at the end of the file. */
gboolean arra_gguf_read_u32 (ArraGgufReader *reader, guint32 *out, GError **error);
gboolean arra_gguf_read_u64 (ArraGgufReader *reader, guint64 *out, GError **error);
/* A length and that many bytes, which stay where they are: *@start is their offset in the file. */
gboolean arra_gguf_skip_string (ArraGgufReader *reader, gsize *start, gsize *length, GError **error);

/* After the keys: reads, checks and adds the tensors to the file's source. */
gboolean arra_gguf_read_tensors (ArraGgufReader *reader, GError **error);
