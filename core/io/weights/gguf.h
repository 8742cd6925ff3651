/* gguf.h - GGUF version 3 (ggml docs/gguf.md), reader and streaming writer
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "source.h"

#define ARRA_GGUF_ALIGNMENT 32

typedef struct _ArraGguf ArraGguf;

/* Maps and checks the whole header: magic, version, counts, keys, types, lengths, alignment, tensor names, shapes,
 * offsets, overlaps, ends. Nothing is read past the file, no count from the file is allocated before it is known to fit
 * in it. */
ArraGguf *arra_gguf_open (const char *path, GError **error);
ArraGguf *arra_gguf_read (ArraMapping *mapping, GError **error); /* a file already mapped, or bytes made to look so */
void arra_gguf_free (ArraGguf *gguf);                            /* nullable */
ArraSource *arra_gguf_source (ArraGguf *gguf);                   /* (transfer none) */
const char *arra_gguf_path (const ArraGguf *gguf);
gsize arra_gguf_header_size (const ArraGguf *gguf);  /* bytes before the tensor data */
const guint8 *arra_gguf_data (const ArraGguf *gguf); /* the mapped file from byte 0 */
gsize arra_gguf_size (const ArraGguf *gguf);

/* Metadata. Missing key: ARRA_ERROR_NOT_FOUND; another type: ARRA_ERROR_INVALID_DATA; both name file and key. */
gboolean arra_gguf_has (const ArraGguf *gguf, const char *key);
/* any integer type >= 0 */
gboolean arra_gguf_get_uint (const ArraGguf *gguf, const char *key, guint64 max, guint64 *out, GError **error);
/* f32 or f64, finite */
gboolean arra_gguf_get_double (const ArraGguf *gguf, const char *key, double *out, GError **error);
gboolean arra_gguf_get_bool (const ArraGguf *gguf, const char *key, gboolean *out, GError **error);
/* Bytes inside the mapping: NOT NUL-terminated; checked to be UTF-8. */
gboolean arra_gguf_get_string (const ArraGguf *gguf, const char *key, const char **text, gsize *length, GError **error);
/* An array of strings as (transfer full) NULL-terminated copies, at most @max of them. */
char **arra_gguf_get_strings (const ArraGguf *gguf, const char *key, gsize max, GError **error);
/* An array of u8, borrowed from the mapping. */
gboolean
arra_gguf_get_bytes (const ArraGguf *gguf, const char *key, const guint8 **bytes, gsize *length, GError **error);

/* Writer: declare metadata and tensors, then begin (which writes the header), then the tensors' data in declared order
 * in pieces of any size, then commit. Freed without commit it leaves no file. */
typedef struct _ArraGgufWriter ArraGgufWriter;
ArraGgufWriter *arra_gguf_writer_new (const char *path, GError **error);
void arra_gguf_writer_free (ArraGgufWriter *writer); /* nullable */
void arra_gguf_writer_set_uint (ArraGgufWriter *writer, const char *key, guint32 value);
void arra_gguf_writer_set_double (ArraGgufWriter *writer, const char *key, double value); /* stored as f64 */
void arra_gguf_writer_set_bool (ArraGgufWriter *writer, const char *key, gboolean value);
void arra_gguf_writer_set_string (ArraGgufWriter *writer, const char *key, const char *text, gssize length);
void arra_gguf_writer_set_strings (ArraGgufWriter *writer, const char *key, const char *const *texts);
void arra_gguf_writer_set_bytes (ArraGgufWriter *writer, const char *key, const guint8 *bytes, gsize length);
gboolean arra_gguf_writer_add_tensor (ArraGgufWriter *writer,
                                      const char *name,
                                      ArraDType dtype,
                                      guint n_dims,
                                      const gint64 *shape,
                                      GError **error);
gboolean arra_gguf_writer_begin (ArraGgufWriter *writer, GError **error);
gboolean arra_gguf_writer_write (ArraGgufWriter *writer, const void *data, gsize size, GError **error);
/* SHA-256 (hex) over all tensor data written so far goes over the string of @key, which must have been set to 64
 * characters. */
gboolean arra_gguf_writer_commit (ArraGgufWriter *writer, const char *sha256_key, GError **error);

/* SHA-256 (hex, transfer full) of the file's tensor data, to be compared with what the header says; cancellable. */
char *arra_gguf_data_sha256 (ArraGguf *gguf, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraGguf, arra_gguf_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraGgufWriter, arra_gguf_writer_free)
