/* tiles.c - a picture of any size decoded window by window, and blended where windows overlap
 *
 * Rows of tiles are blended into a band, whose finished rows are written out: memory grows with the width
 * alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tiles.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

/* Of all rows of tiles, how far the decoding is. */
typedef struct
{
  ArraVqganProgress progress;
  gpointer data;
  guint done, total; /* tiles */
} Progress;

ArraTileAxis
arra_tile_axis (guint extent, guint window, gboolean wrap)
{
  const guint overlap = MAX (window / 8, 1), step = MAX (window - overlap, 1);

  if (wrap)
    return (ArraTileAxis) { extent, window, (extent + step - 1) / step, TRUE };
  return (ArraTileAxis) { extent, window, extent <= window ? 1 : 1 + (extent - window + step - 1) / step, FALSE };
}

guint
arra_tile_begin (const ArraTileAxis *axis, guint index)
{
  if (axis->wrap)
    return (guint) ((guint64) index * axis->extent / axis->n);
  return axis->n > 1 ? (guint) ((guint64) index * (axis->extent - axis->window) / (axis->n - 1)) : 0;
}

static gsize
pixels_of (const ArraVqganConfig *config, guint codes)
{
  return (gsize) codes * arra_vqgan_patch (config);
}

guint64
arra_tiles_bytes (const ArraVqganConfig *config, const ArraTileAxis *down, const ArraTileAxis *across)
{
  const guint64 height = pixels_of (config, down->window), width = pixels_of (config, across->extent);

  return (guint64) down->window * across->window * sizeof (guint32)
         + (3 * height * (pixels_of (config, across->window) + (down->wrap ? 3 : 2) * width) + 3 * width + height
            + width)
               * sizeof (float);
}

gboolean
arra_tiles_init (ArraTiles *tiles,
                 ArraVqganRun *run,
                 const ArraVqganConfig *config,
                 const ArraTileAxis *down,
                 const ArraTileAxis *across,
                 GError **error)
{
  const gsize height = pixels_of (config, down->window), width = pixels_of (config, across->extent);
  struct
  {
    float **place;
    gsize rows, columns;
  } parts[] = {
    { &tiles->planes, 3 * height, pixels_of (config, across->window) },
    { &tiles->strip, 3 * height, width },
    { &tiles->band, 3 * height, width },
    { &tiles->last, down->wrap ? 3 * height : 0, width },
    { &tiles->row, 3, width },
    { &tiles->row_weights, height, 1 },
    { &tiles->column_weights, 1, width },
  };

  *tiles = (ArraTiles) {
    .run = run, .config = config, .down = *down, .across = *across, .patch = arra_vqgan_patch (config)
  };
  tiles->codes = arra_mem_new ((gsize) down->window * across->window, sizeof (guint32), "a picture", error);
  if (tiles->codes == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      if (parts[i].rows == 0)
        continue;
      *parts[i].place = arra_mem_new (parts[i].rows, parts[i].columns * sizeof (float), "a picture", error);
      if (*parts[i].place == NULL)
        return FALSE;
    }
  return TRUE;
}

void
arra_tiles_clear (ArraTiles *tiles)
{
  arra_mem_free (tiles->codes);
  arra_mem_free (tiles->planes);
  arra_mem_free (tiles->strip);
  arra_mem_free (tiles->band);
  arra_mem_free (tiles->last);
  arra_mem_free (tiles->row);
  arra_mem_free (tiles->row_weights);
  arra_mem_free (tiles->column_weights);
  *tiles = (ArraTiles) { 0 };
}

gboolean
arra_tiles_decode_window (ArraTiles *tiles,
                          const guint32 *codes,
                          guint row,
                          guint column,
                          ArraVqganProgress progress,
                          gpointer data,
                          GCancellable *cancellable,
                          GError **error)
{
  const ArraTileAxis *down = &tiles->down, *across = &tiles->across;

  for (guint y = 0; y < down->window; y++)
    for (guint x = 0; x < across->window; x++)
      tiles->codes[(gsize) y * across->window + x]
          = codes[(gsize) ((row + y) % down->extent) * across->extent + (column + x) % across->extent];
  return arra_vqgan_decode (tiles->run, tiles->codes, down->window, across->window, tiles->planes, progress, data,
                            cancellable, error);
}

static void
report (double fraction, gpointer data)
{
  const Progress *progress = data;

  if (progress->progress != NULL)
    progress->progress ((progress->done + fraction) / progress->total, progress->data);
}

/* How much a tile has to say of a pixel: more the farther it lies from the tile's edges. */
static float
weight_of (gsize place, gsize length)
{
  const float distance = (float) MIN (place, length - 1 - place) + 0.5f;

  return distance * distance;
}

/* What is blended already, or the new value where nothing is. */
static void
blend (float *old, float old_weight, float new, float weight)
{
  *old = old_weight > 0 ? (*old * old_weight + new *weight) / (old_weight + weight) : new;
}

/* A tile's pixels into the strip, at @column codes. */
static void
add_tile (ArraTiles *tiles, guint column)
{
  const gsize width = (gsize) tiles->across.extent * tiles->patch,
              tile_width = (gsize) tiles->across.window * tiles->patch;
  const gsize n_rows = 3 * (gsize) tiles->down.window * tiles->patch, begin = (gsize) column * tiles->patch;

  for (gsize row = 0; row < n_rows; row++)
    for (gsize x = 0; x < tile_width; x++)
      {
        const gsize place = (begin + x) % width;

        blend (&tiles->strip[row * width + place], tiles->column_weights[place], tiles->planes[row * tile_width + x],
               weight_of (x, tile_width));
      }
  for (gsize x = 0; x < tile_width; x++)
    tiles->column_weights[(begin + x) % width] += weight_of (x, tile_width);
}

static gboolean
decode_strip (ArraTiles *tiles,
              const guint32 *codes,
              guint index,
              Progress *progress,
              GCancellable *cancellable,
              GError **error)
{
  const guint row = arra_tile_begin (&tiles->down, index);

  memset (tiles->column_weights, 0, (gsize) tiles->across.extent * tiles->patch * sizeof (float));
  for (guint i = 0; i < tiles->across.n; i++)
    {
      const guint column = arra_tile_begin (&tiles->across, i);

      if (!arra_tiles_decode_window (tiles, codes, row, column, report, progress, cancellable, error))
        return FALSE;
      add_tile (tiles, column);
      progress->done++;
    }
  return TRUE;
}

/* The last strip reaches around to the first rows, before which it is decoded; it is not decoded twice. */
static gboolean
make_strip (ArraTiles *tiles,
            const guint32 *codes,
            guint place,
            Progress *progress,
            GCancellable *cancellable,
            GError **error)
{
  const gsize size
      = 3 * (gsize) tiles->down.window * tiles->across.extent * tiles->patch * tiles->patch * sizeof (float);

  if (tiles->down.wrap && place == tiles->down.n)
    {
      memcpy (tiles->strip, tiles->last, size);
      return TRUE;
    }
  if (!decode_strip (tiles, codes, place > 0 ? place - 1 : tiles->down.n - 1, progress, cancellable, error))
    return FALSE;
  if (place == 0)
    memcpy (tiles->last, tiles->strip, size);
  return TRUE;
}

/* The strip into the band, both of which begin at the same row. */
static void
add_strip (ArraTiles *tiles)
{
  const gsize height = (gsize) tiles->down.window * tiles->patch, width = (gsize) tiles->across.extent * tiles->patch;

  for (gsize y = 0; y < height; y++)
    {
      const float weight = weight_of (y, height);

      for (gsize plane = 0; plane < 3; plane++)
        for (gsize i = (plane * height + y) * width, end = i + width; i < end; i++)
          blend (&tiles->band[i], tiles->row_weights[y], tiles->strip[i], weight);
      tiles->row_weights[y] += weight;
    }
}

/* The band begins @n rows later. */
static void
move_band (ArraTiles *tiles, gsize n)
{
  const gsize height = (gsize) tiles->down.window * tiles->patch, width = (gsize) tiles->across.extent * tiles->patch;
  const gsize moved = n < height ? height - n : 0;

  for (gsize plane = 0; plane < 3; plane++)
    memmove (tiles->band + plane * height * width, tiles->band + (plane * height + height - moved) * width,
             moved * width * sizeof (float));
  memmove (tiles->row_weights, tiles->row_weights + height - moved, moved * sizeof (float));
  memset (tiles->row_weights + moved, 0, (height - moved) * sizeof (float));
}

static void
write_row (ArraTiles *tiles, gsize y, guint width, guint8 *pixels)
{
  const gsize height = (gsize) tiles->down.window * tiles->patch, stride = (gsize) tiles->across.extent * tiles->patch;

  for (gsize plane = 0; plane < 3; plane++)
    memcpy (tiles->row + plane * width, tiles->band + (plane * height + y) * stride, width * sizeof (float));
  arra_vqgan_to_u8 (tiles->config, tiles->row, 1, width, pixels);
}

/* Where the strip behind @index begins, in pixels: the end of all behind the last one. */
static gsize
next_row (const ArraTiles *tiles, guint index)
{
  return (gsize) tiles->patch
         * (index + 1 < tiles->down.n ? arra_tile_begin (&tiles->down, index + 1) : tiles->down.extent);
}

gboolean
arra_tiles_decode (ArraTiles *tiles,
                   const guint32 *codes,
                   guint width,
                   guint height,
                   guint8 *pixels,
                   ArraVqganProgress progress,
                   gpointer data,
                   GCancellable *cancellable,
                   GError **error)
{
  const guint last = tiles->down.n - 1, begin = tiles->down.wrap ? 0 : 1;
  Progress state = { progress, data, 0, tiles->down.n * tiles->across.n };
  gsize y = 0;

  memset (tiles->row_weights, 0, (gsize) tiles->down.window * tiles->patch * sizeof (float));
  for (guint i = begin; i <= tiles->down.n; i++)
    {
      const guint index = i > 0 ? i - 1 : last;
      const gsize first = (gsize) arra_tile_begin (&tiles->down, index) * tiles->patch, end = next_row (tiles, index);

      if (!make_strip (tiles, codes, i, &state, cancellable, error))
        return FALSE;
      add_strip (tiles);
      for (; i > 0 && y < MIN (end, height); y++)
        write_row (tiles, y - first, width, pixels + 3 * y * width);
      move_band (tiles, end - first);
    }
  return TRUE;
}
