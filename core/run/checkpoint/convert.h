/* convert.h - tensors on their way into a GGUF file, a piece at a time
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "checkpoint.h"
#include "pool.h"

/* A tensor to write. */
typedef struct
{
  char *name; /* in the file */
  const ArraSource *source;
  const ArraTensor *stored; /* as it is now; borrowed from @source */
  ArraDType dtype;          /* as it shall be */
} ArraConversion;

/* Called after each piece with the bytes read so far. FALSE with @error set stops. */
typedef gboolean (*ArraConversionFunc) (guint64 done, gpointer data, GError **error);

/* Writes the data of all of @items (ArraConversion, declared in this order) after arra_gguf_writer_begin(). Values that
 * are not finite, or too large for their new type, are INVALID_DATA. Needs a few tens of MiB, whatever the tensors'
 * size. */
gboolean arra_convert_tensors (GArray *items,
                               ArraGgufWriter *writer,
                               ArraPool *pool,
                               ArraConversionFunc func,
                               gpointer data,
                               GError **error);
