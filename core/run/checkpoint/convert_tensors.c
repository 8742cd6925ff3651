/* convert_tensors.c - tensors read, converted and written a piece at a time
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "convert.h"

#include <stdatomic.h>
#include <string.h>

#include "checkpoint_private.h"
#include "fail.h"
#include "kernels.h"
#include "mem.h"

#define PIECE ((gsize) 4 << 20) /* elements converted and written together */
#define STEP ((gsize) 4096)     /* elements a thread widens at a time; a multiple of ARRA_MAX_BLOCK, as PIECE is */
#define GRAIN (16 * STEP)

/* One piece of a tensor, as a tensor of its own. */
typedef struct
{
  ArraTensor stored;
  ArraDType dtype;
  guint8 *out;
  atomic_bool bad;
} Piece;

/* @n elements from @at on, counted within the piece. */
static gboolean
convert_step (const Piece *piece, gsize at, gsize n)
{
  const ArraDTypeTraits *traits = arra_dtype_traits (piece->dtype);
  float values[STEP];

  arra_tensor_to_float (&piece->stored, at, n, values);
  return traits->narrow (values, n, piece->out + at / traits->block * traits->bytes);
}

static void
convert_range (gsize begin, gsize end, guint worker, gpointer data)
{
  Piece *piece = data;

  for (gsize at = begin; at < end; at += STEP)
    if (!convert_step (piece, at, MIN (STEP, end - at)))
      atomic_store (&piece->bad, TRUE);
}

static void
check_range (gsize begin, gsize end, guint worker, gpointer data)
{
  Piece *piece = data;
  gint64 shape = (gint64) (end - begin), before = (gint64) begin;
  ArraTensor part = { .dtype = piece->dtype, .n_dims = 1, .shape = { shape } };
  gsize offset = 0;

  arra_tensor_bytes (part.dtype, 1, &before, &offset);
  arra_tensor_bytes (part.dtype, 1, &shape, &part.n_bytes);
  part.data = (const guint8 *) piece->stored.data + offset;
  if (!arra_tensor_is_finite (&part))
    atomic_store (&piece->bad, TRUE);
}

static gsize
bytes_of (ArraDType dtype, gsize count)
{
  gint64 shape = (gint64) count;
  gsize bytes = 0;

  arra_tensor_bytes (dtype, 1, &shape, &bytes);
  return bytes;
}

/* What a piece needs */
typedef struct
{
  ArraGgufWriter *writer;
  ArraPool *pool;
  guint8 *stored; /* put together, if the tensor lies in pieces */
  guint8 *converted;
} Work;

static gboolean
write_piece (const ArraConversion *item, gsize first, gsize n, const Work *work, GError **error)
{
  gboolean same = item->dtype == item->stored->dtype;
  Piece piece = { .stored = arra_source_part (item->source, item->stored, first, n, work->stored),
                  .dtype = item->dtype,
                  .out = work->converted };

  arra_pool_run (work->pool, n, GRAIN, same ? check_range : convert_range, &piece);
  if (atomic_load (&piece.bad))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: tensor \"%s\" holds numbers that are not finite, or too large for %s",
                      arra_source_file_with (item->source, item->stored), item->name, arra_dtype_name (item->dtype));
  if (!arra_gguf_writer_write (work->writer, same ? piece.stored.data : piece.out, bytes_of (item->dtype, n), error))
    return FALSE;
  arra_source_release (item->source, item->stored, first, n);
  return TRUE;
}

gboolean
arra_convert_tensors (GArray *items,
                      ArraGgufWriter *writer,
                      ArraPool *pool,
                      ArraConversionFunc func,
                      gpointer data,
                      GError **error)
{
  g_automem guint8 *stored = arra_mem_new (PIECE, sizeof (double), "converted weights", error);
  g_automem guint8 *converted
      = stored != NULL ? arra_mem_new (PIECE, sizeof (float), "converted weights", error) : NULL;
  const Work work = { writer, pool, stored, converted };
  guint64 done = 0;

  if (converted == NULL)
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    {
      const ArraConversion *item = &g_array_index (items, ArraConversion, i);
      gsize count = arra_tensor_count (item->stored);

      for (gsize first = 0; first < count; first += PIECE)
        {
          gsize n = MIN (PIECE, count - first);

          if (!write_piece (item, first, n, &work, error))
            return FALSE;
          done += bytes_of (item->stored->dtype, n);
          if (!func (done, data, error))
            return FALSE;
        }
      arra_source_release (item->source, item->stored, 0, count); /* the pages where two pieces met */
    }
  return TRUE;
}
