/* ms_ssim.c - multi-scale structural similarity of two pictures
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "ms_ssim.h"

#include <math.h>

#include "fail.h"
#include "mem.h"

#define WINDOW ARRA_MS_SSIM_WINDOW
#define DEVIATION 1.5
#define C1 (0.01 * 255 * 0.01 * 255)
#define C2 (0.03 * 255 * 0.03 * 255)
#define N_MAPS 5 /* means of a, b, a^2, b^2, ab under the window */

static const double weights[ARRA_MS_SSIM_SCALES] = { 0.0448, 0.2856, 0.3001, 0.2363, 0.1333 };

typedef struct
{
  gsize width, height;
  float *a, *b; /* [height][width]: one channel at one scale */
  double *row;  /* [N_MAPS][width]: the window's columns summed */
  double window[WINDOW];
} Scale;

typedef struct
{
  double luminance, contrast; /* means of l * c * s, and of c * s, over the picture */
} Similarity;

guint
arra_ms_ssim_scales (gsize width, gsize height)
{
  gsize side = MIN (width, height);
  guint scales = 0;

  while (scales < ARRA_MS_SSIM_SCALES && side >> scales >= WINDOW)
    scales++;
  return scales;
}

static void
make_window (double window[WINDOW])
{
  double sum = 0;

  for (int i = 0; i < WINDOW; i++)
    {
      double x = i - WINDOW / 2;

      window[i] = exp (-x * x / (2 * DEVIATION * DEVIATION));
      sum += window[i];
    }
  for (int i = 0; i < WINDOW; i++)
    window[i] /= sum;
}

/* Weighted sums over the WINDOW rows from @y on, for each column. */
static void
sum_columns (const Scale *s, gsize y)
{
  double *restrict maps = s->row;

  for (gsize i = 0; i < N_MAPS * s->width; i++)
    maps[i] = 0;
  for (gsize k = 0; k < WINDOW; k++)
    {
      const float *restrict a = s->a + (y + k) * s->width, *restrict b = s->b + (y + k) * s->width;

      for (gsize x = 0; x < s->width; x++)
        {
          double p = (double) a[x], q = (double) b[x], w = s->window[k];

          maps[x] += w * p;
          maps[s->width + x] += w * q;
          maps[2 * s->width + x] += w * (p * p);
          maps[3 * s->width + x] += w * (q * q);
          maps[4 * s->width + x] += w * (p * q);
        }
    }
}

static void
add_pixel (const Scale *s, gsize x, Similarity *sum)
{
  double mean[N_MAPS] = { 0 };
  double contrast;

  for (gsize map = 0; map < N_MAPS; map++)
    for (gsize k = 0; k < WINDOW; k++)
      mean[map] += s->window[k] * s->row[map * s->width + x + k];
  contrast
      = (2 * (mean[4] - mean[0] * mean[1]) + C2) / (mean[2] - mean[0] * mean[0] + mean[3] - mean[1] * mean[1] + C2);
  sum->contrast += contrast;
  sum->luminance += contrast * (2 * mean[0] * mean[1] + C1) / (mean[0] * mean[0] + mean[1] * mean[1] + C1);
}

static Similarity
compare (const Scale *s)
{
  Similarity sum = { 0, 0 };
  gsize rows = s->height - WINDOW + 1, columns = s->width - WINDOW + 1;
  double n = (double) rows * (double) columns;

  for (gsize y = 0; y < rows; y++)
    {
      sum_columns (s, y);
      for (gsize x = 0; x < columns; x++)
        add_pixel (s, x, &sum);
    }
  return (Similarity) { sum.luminance / n, sum.contrast / n };
}

/* In place: an odd row or column at the end is left out. */
static void
halve (float *x, gsize width, gsize height)
{
  for (gsize row = 0; row < height / 2; row++)
    for (gsize column = 0; column < width / 2; column++)
      {
        const float *p = x + 2 * row * width + 2 * column;
        x[row * (width / 2) + column] = (p[0] + p[1] + p[width] + p[width + 1]) / 4;
      }
}

static double
weights_of (guint scales)
{
  double sum = 0;

  for (guint i = 0; i < scales; i++)
    sum += weights[i];
  return sum;
}

static double
channel_similarity (Scale *s, guint scales)
{
  double product = 1, total = 1;

  if (scales < ARRA_MS_SSIM_SCALES)
    total = weights_of (scales);
  for (guint i = 0; i < scales; i++)
    {
      Similarity one = compare (s);

      product *= pow (MAX (i + 1 < scales ? one.contrast : one.luminance, 0), weights[i] / total);
      halve (s->a, s->width, s->height);
      halve (s->b, s->width, s->height);
      s->width /= 2;
      s->height /= 2;
    }
  return product;
}

static void
take_channel (const ArraRaster *raster, guint channel, float *out)
{
  for (gsize i = 0; i < raster->width * raster->height; i++)
    out[i] = raster->pixels[i * raster->channels + channel];
}

static gboolean
check (const ArraRaster *a, const ArraRaster *b, GError **error)
{
  if (a->width != b->width || a->height != b->height || a->channels != b->channels || a->channels > 3)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "Pictures of %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT " and %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT
                      " pixels, %u and %u channels, cannot be compared",
                      a->width, a->height, b->width, b->height, a->channels, b->channels);
  if (arra_ms_ssim_scales (a->width, a->height) == 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "Pictures of %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT
                      " pixels are too small to compare: %d on a side are needed",
                      a->width, a->height, WINDOW);
  return TRUE;
}

gboolean
arra_ms_ssim (const ArraRaster *a, const ArraRaster *b, double *similarity, GError **error)
{
  gsize n = a->width * a->height;
  g_automem float *planes = NULL;
  g_automem double *row = NULL;
  double sum = 0;

  if (!check (a, b, error))
    return FALSE;
  planes = arra_mem_new (2 * n, sizeof *planes, "comparing pictures", error);
  row = planes != NULL ? arra_mem_new (N_MAPS * a->width, sizeof *row, "comparing pictures", error) : NULL;
  if (row == NULL)
    return FALSE;
  for (guint channel = 0; channel < a->channels; channel++)
    {
      Scale scale = { .width = a->width, .height = a->height, .a = planes, .b = planes + n, .row = row };

      make_window (scale.window);
      take_channel (a, channel, scale.a);
      take_channel (b, channel, scale.b);
      sum += channel_similarity (&scale, arra_ms_ssim_scales (a->width, a->height));
    }
  *similarity = sum / a->channels;
  return TRUE;
}
