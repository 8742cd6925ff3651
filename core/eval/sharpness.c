/* sharpness.c - how sharp the pictures of a set are
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sharpness.h"

#include <math.h>
#include <string.h>

#include "detmath.h"
#include "fail.h"
#include "fourier.h"
#include "mem.h"
#include "resize.h"

#define SHRINK 4

typedef struct
{
  const ArraDataset *dataset;
  guint size;
  double *powers; /* [n][size / 2] */
  double *shrunk; /* [n] */
  double *outer;  /* [n]: steps at borders */
  double *inner;  /* [n]: steps inside */
} Work;

/* ---- one picture */

static double
hann (gsize i, gsize n)
{
  double sine, cosine;

  arra_sincos (2 * G_PI * (double) i / (double) (n - 1), &sine, &cosine);
  return 0.5 - 0.5 * cosine;
}

/* Luminance without its mean, faded out: [size][size] */
static void
window (const ArraRaster *picture, double *out)
{
  gsize size = picture->width;
  double mean = 0;

  for (gsize i = 0; i < size * size; i++)
    {
      const guint8 *p = picture->pixels + 3 * i;

      out[i] = (p[0] + p[1] + p[2]) / 3.0;
      mean += out[i] / (double) (size * size);
    }
  for (gsize i = 0; i < size * size; i++)
    out[i] = (out[i] - mean) * hann (i / size, size) * hann (i % size, size);
}

/* Both directions; @room: [6 size] */
static void
transform (double *re, double *im, gsize size, double *room)
{
  double *column_re = room + 4 * size, *column_im = room + 5 * size;

  for (gsize y = 0; y < size; y++)
    arra_fourier (re + y * size, im + y * size, size, room);
  for (gsize x = 0; x < size; x++)
    {
      for (gsize y = 0; y < size; y++)
        {
          column_re[y] = re[y * size + x];
          column_im[y] = im[y * size + x];
        }
      arra_fourier (column_re, column_im, size, room);
      for (gsize y = 0; y < size; y++)
        {
          re[y * size + x] = column_re[y];
          im[y * size + x] = column_im[y];
        }
    }
}

/* Means over rings of whole numbers of waves. */
static void
sum_rings (const double *re, const double *im, gsize size, double *power)
{
  g_autofree double *counts = g_new0 (double, size / 2);

  memset (power, 0, size / 2 * sizeof *power);
  for (gsize i = 0; i < size * size; i++)
    {
      double y = (double) MIN (i / size, size - i / size), x = (double) MIN (i % size, size - i % size);
      gsize ring = (gsize) sqrt (x * x + y * y);

      if (ring >= size / 2)
        continue;
      power[ring] += re[i] * re[i] + im[i] * im[i];
      counts[ring]++;
    }
  for (gsize ring = 0; ring < size / 2; ring++)
    power[ring] /= counts[ring];
}

static gboolean
measure_spectrum (const ArraRaster *picture, double *power, GError **error)
{
  gsize size = picture->width, n = size * size;
  g_automem double *room = arra_mem_new (2 * n + 6 * size, sizeof *room, "a spectrum", error);

  if (room == NULL)
    return FALSE;
  window (picture, room);
  memset (room + n, 0, n * sizeof *room);
  transform (room, room + n, size, room + 2 * n);
  sum_rings (room, room + n, size, power);
  return TRUE;
}

static gboolean
measure_shrunk (const ArraRaster *picture, double *shrunk, GError **error)
{
  g_autoraster ArraRaster small = { 0 }, again = { 0 };
  gsize n = 3 * picture->width * picture->height;
  double sum = 0;

  if (!arra_raster_resize (picture, picture->width / SHRINK, picture->height / SHRINK, ARRA_FILTER_BICUBIC, &small,
                           error)
      || !arra_raster_resize (&small, picture->width, picture->height, ARRA_FILTER_BICUBIC, &again, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      double d = (double) picture->pixels[i] - (double) again.pixels[i];

      sum += d * d;
    }
  *shrunk = 10 * log10 (255.0 * 255.0 / MAX (sum / (double) n, 1e-4));
  return TRUE;
}

/* The mean of |difference| between @n pixels and those @step bytes further on, @apart bytes from one pixel to
 * the next. */
static double
mean_step (const guint8 *pixels, gsize n, gsize apart, gsize step)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    for (gsize c = 0; c < 3; c++)
      sum += ABS (pixels[i * apart + c] - pixels[i * apart + step + c]);
  return sum / (double) (3 * n);
}

/* Along one axis of @n rows that lie @row bytes apart, of @width pixels that lie @apart bytes apart; adds
 * half of each. */
static void
measure_steps (const guint8 *pixels, gsize n, gsize row, gsize width, gsize apart, double *outer, double *inner)
{
  for (gsize y = 0; y + 1 < n; y++)
    {
      double step = mean_step (pixels + y * row, width, apart, row) / 2;

      if (y == 0 || y + 2 == n)
        *outer += step / 2;
      else
        *inner += step / (double) (n - 3);
    }
}

static void
measure_border (const ArraRaster *picture, double *outer, double *inner)
{
  gsize row = 3 * picture->width;

  *outer = *inner = 0;
  measure_steps (picture->pixels, picture->height, row, picture->width, 3, outer, inner);
  measure_steps (picture->pixels, picture->width, 3, picture->height, row, outer, inner);
}

static gboolean
cut (const ArraRaster *picture, guint size, ArraRaster *out, GError **error)
{
  gsize left, top;

  if (picture->width < size || picture->height < size)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "%zu x %zu pixels: smaller than %u x %u, of which sharpness is measured", picture->width,
                      picture->height, size, size);
  if (!arra_raster_init (out, size, size, 3, error))
    return FALSE;
  left = (picture->width - size) / 2;
  top = (picture->height - size) / 2;
  for (gsize y = 0; y < size; y++)
    memcpy (out->pixels + 3 * y * size, picture->pixels + 3 * ((top + y) * picture->width + left), 3 * (gsize) size);
  return TRUE;
}

/* An ArraItemFunc */
static gboolean
measure (guint item, guint worker, gpointer user, GError **error)
{
  const Work *work = user;
  const char *path = arra_dataset_picture (work->dataset, item);
  g_autoraster ArraRaster loaded = { 0 }, opaque = { 0 }, square = { 0 };

  if (!arra_raster_load (&loaded, path, error))
    return FALSE;
  if (arra_raster_whiten (&loaded, &opaque, error) && cut (&opaque, work->size, &square, error)
      && measure_spectrum (&square, work->powers + (gsize) item * (work->size / 2), error)
      && measure_shrunk (&square, &work->shrunk[item], error))
    {
      measure_border (&opaque, &work->outer[item], &work->inner[item]);
      return TRUE;
    }
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

/* ---- a set */

typedef struct
{
  const ArraDataset *dataset;
  guint *sides; /* of each picture the shorter one, or ARRA_SHARPNESS_MOST */
} Sides;

/* An ArraItemFunc */
static gboolean
find_side (guint item, guint worker, gpointer user, GError **error)
{
  const Sides *sides = user;
  g_autoraster ArraRaster picture = { 0 };

  if (!arra_raster_load (&picture, arra_dataset_picture (sides->dataset, item), error))
    return FALSE;
  sides->sides[item] = (guint) MIN (MIN (picture.width, picture.height), ARRA_SHARPNESS_MOST);
  return TRUE;
}

/* *@least becomes the shortest side there is, if it is shorter. */
static gboolean
find_least (const ArraDataset *dataset,
            guint n,
            ArraPool *pool,
            guint *least,
            GCancellable *cancellable,
            GError **error)
{
  g_automem guint *room = arra_mem_new (n, sizeof *room, "sizes of pictures", error);
  Sides sides = { dataset, room };
  const ArraItemRun run = { .n = n, .work = find_side, .user = &sides, .cancellable = cancellable };

  if (room == NULL || !arra_item_run (pool, &run, NULL, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    *least = MIN (*least, room[i]);
  return TRUE;
}

gboolean
arra_sharpness_size (const ArraDataset *const *sets,
                     const guint *n,
                     guint n_sets,
                     ArraPool *pool,
                     guint *size,
                     GCancellable *cancellable,
                     GError **error)
{
  guint least = ARRA_SHARPNESS_MOST;

  for (guint i = 0; i < n_sets; i++)
    if (sets[i] != NULL && !find_least (sets[i], n[i], pool, &least, cancellable, error))
      return FALSE;
  *size = least < ARRA_SHARPNESS_LEAST ? 0 : least / 2 * 2;
  return TRUE;
}

static void
add_up (const Work *work, guint n, ArraSharpness *sharpness)
{
  gsize rings = work->size / 2;
  double outer = 0, inner = 0;

  sharpness->size = work->size;
  for (guint item = 0; item < n; item++)
    {
      sharpness->shrunk += work->shrunk[item] / n;
      outer += work->outer[item];
      inner += work->inner[item];
      for (gsize ring = 0; ring < rings; ring++)
        sharpness->power[ring] += work->powers[item * rings + ring] / n;
    }
  sharpness->border = inner > 0 ? outer / inner : 1;
}

gboolean
arra_sharpness_measure (const ArraDataset *dataset,
                        guint n,
                        guint size,
                        ArraPool *pool,
                        ArraSharpness *sharpness,
                        ArraItemProgress progress,
                        gpointer user,
                        GCancellable *cancellable,
                        GError **error)
{
  gsize rings = size / 2;
  Work work = { .dataset = dataset, .size = size };
  const ArraItemRun run = {
    .n = n, .work = measure, .user = &work, .progress = progress, .progress_user = user, .cancellable = cancellable
  };
  g_automem double *room = NULL;

  g_return_val_if_fail (n <= arra_dataset_size (dataset) && size >= ARRA_SHARPNESS_LEAST && size % 2 == 0, FALSE);
  *sharpness = (ArraSharpness) { 0 };
  room = arra_mem_new (n, (rings + 3) * sizeof *room, "spectra", error);
  if (room == NULL)
    return FALSE;
  sharpness->power = arra_mem_new0 (rings, sizeof *sharpness->power, "a spectrum", error);
  if (sharpness->power == NULL)
    return FALSE;
  work.powers = room;
  work.shrunk = room + n * rings;
  work.outer = work.shrunk + n;
  work.inner = work.outer + n;
  if (!arra_item_run (pool, &run, NULL, error))
    {
      arra_sharpness_clear (sharpness);
      return FALSE;
    }
  add_up (&work, n, sharpness);
  return TRUE;
}

void
arra_sharpness_clear (ArraSharpness *sharpness)
{
  arra_mem_free (sharpness->power);
  *sharpness = (ArraSharpness) { 0 };
}

/* ---- one set beside another */

static double
compare_band (const ArraSharpness *of, const ArraSharpness *real, double low, double high)
{
  gsize first = (gsize) (low * of->size / 2), last = (gsize) (high * of->size / 2);
  double sum = 0;

  for (gsize ring = first; ring < last; ring++)
    sum += 10 * log10 ((of->power[ring] + 1e-9) / (real->power[ring] + 1e-9));
  return sum / (double) (last - first);
}

ArraSharpnessBands
arra_sharpness_compare (const ArraSharpness *of, const ArraSharpness *real)
{
  g_assert (of->size == real->size);
  return (ArraSharpnessBands) { .fine = compare_band (of, real, 0.225, 0.9),
                                .middle = compare_band (of, real, 0.125, 0.225) };
}
