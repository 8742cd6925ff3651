/* resize.c - Pillow's resampling of 8-bit pictures, and the centre crop built on it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "resize.h"

#include <math.h>
#include <string.h>

#include "fail.h"
#include "mem.h"

#define FRACTION_BITS 22
#define HALF (1 << (FRACTION_BITS - 1))

/* How one side is resampled: output i is the sum of @n[i] inputs from @first[i] times its weights[i * width].
 */
typedef struct
{
  gsize *first, *n;
  gint32 *weights;
  gsize width;
} Taps;

static double
box (double x)
{
  return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
}

static double
bilinear (double x)
{
  return MAX (1.0 - fabs (x), 0.0);
}

/* Keys' cubic convolution with a = -0.5 */
static double
bicubic (double x)
{
  const double a = -0.5;

  x = fabs (x);
  if (x < 1.0)
    return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  if (x < 2.0)
    return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
  return 0.0;
}

static double
sinc (double x)
{
  return x == 0.0 ? 1.0 : sin (x * G_PI) / (x * G_PI);
}

static double
lanczos (double x)
{
  return x >= -3.0 && x < 3.0 ? sinc (x) * sinc (x / 3.0) : 0.0;
}

static const struct
{
  double (*value) (double x);
  double support;
} filters[] = {
  [ARRA_FILTER_BOX] = { box, 0.5 },
  [ARRA_FILTER_BILINEAR] = { bilinear, 1.0 },
  [ARRA_FILTER_BICUBIC] = { bicubic, 2.0 },
  [ARRA_FILTER_LANCZOS] = { lanczos, 3.0 },
};

static void
taps_clear (Taps *taps)
{
  arra_mem_free (taps->first);
  arra_mem_free (taps->n);
  arra_mem_free (taps->weights);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Taps, taps_clear)

static gint32
to_fixed (double weight)
{
  double scaled = weight * (1 << FRACTION_BITS);

  return (gint32) (scaled < 0.0 ? scaled - 0.5 : scaled + 0.5);
}

/* The weights of one output pixel, normalised to a sum of 1. @values is scratch of taps->width. */
static void
fill_tap (Taps *taps, gsize i, gsize in_size, double scale, ArraFilter filter, double *values)
{
  double widened = MAX (scale, 1.0);
  double support = filters[filter].support * widened;
  double center = ((double) i + 0.5) * scale;
  double sum = 0.0;
  gsize first = (gsize) MAX (center - support + 0.5, 0.0);
  gsize end = (gsize) MIN (center + support + 0.5, (double) in_size);

  taps->first[i] = first;
  taps->n[i] = end - first;
  for (gsize j = 0; j < end - first; j++)
    {
      values[j] = filters[filter].value (((double) (first + j) - center + 0.5) * (1.0 / widened));
      sum += values[j];
    }
  for (gsize j = 0; j < end - first; j++)
    taps->weights[i * taps->width + j] = to_fixed (sum != 0.0 ? values[j] / sum : values[j]);
}

static gboolean
taps_init (Taps *taps, gsize in_size, gsize out_size, ArraFilter filter, GError **error)
{
  double scale = (double) in_size / (double) out_size;
  gsize n_weights;
  g_automem double *values = NULL;

  taps->width = (gsize) ceil (filters[filter].support * MAX (scale, 1.0)) * 2 + 1;
  if (!arra_size_mul (out_size, taps->width, &n_weights))
    return arra_fail (error, ARRA_ERROR_NO_MEMORY, "Not enough memory for resizing a picture to %zu pixels", out_size);
  if ((taps->first = arra_mem_new (out_size, sizeof (gsize), "resizing a picture", error)) == NULL
      || (taps->n = arra_mem_new (out_size, sizeof (gsize), "resizing a picture", error)) == NULL
      || (taps->weights = arra_mem_new (n_weights, sizeof (gint32), "resizing a picture", error)) == NULL
      || (values = arra_mem_new (taps->width, sizeof (double), "resizing a picture", error)) == NULL)
    return FALSE;
  for (gsize i = 0; i < out_size; i++)
    fill_tap (taps, i, in_size, scale, filter, values);
  return TRUE;
}

static guint8
to_byte (gint64 sum)
{
  return (guint8) CLAMP (sum >> FRACTION_BITS, 0, 255);
}

/* One row or column of values @step apart, resampled to values @out_step apart. */
static void
resample_line (const Taps *taps, gsize out_size, const guint8 *in, gsize step, guint8 *out, gsize out_step)
{
  for (gsize i = 0; i < out_size; i++)
    {
      const gint32 *weights = taps->weights + i * taps->width;
      const guint8 *from = in + taps->first[i] * step;
      gint64 sum = HALF;

      for (gsize j = 0; j < taps->n[i]; j++)
        sum += (gint64) from[j * step] * weights[j];
      out[i * out_step] = to_byte (sum);
    }
}

static gboolean
resize_width (const ArraRaster *in, gsize width, ArraFilter filter, ArraRaster *out, GError **error)
{
  g_auto (Taps) taps = { 0 };
  gsize channels = in->channels;

  if (!arra_raster_init (out, width, in->height, in->channels, error)
      || !taps_init (&taps, in->width, width, filter, error))
    return FALSE;
  for (gsize y = 0; y < in->height; y++)
    for (gsize c = 0; c < channels; c++)
      resample_line (&taps, width, in->pixels + y * in->width * channels + c, channels,
                     out->pixels + y * width * channels + c, channels);
  return TRUE;
}

static gboolean
resize_height (const ArraRaster *in, gsize height, ArraFilter filter, ArraRaster *out, GError **error)
{
  g_auto (Taps) taps = { 0 };
  gsize row = in->width * in->channels;

  if (!arra_raster_init (out, in->width, height, in->channels, error)
      || !taps_init (&taps, in->height, height, filter, error))
    return FALSE;
  for (gsize x = 0; x < row; x++)
    resample_line (&taps, height, in->pixels + x, row, out->pixels + x, row);
  return TRUE;
}

static gboolean
check_sizes (const ArraRaster *raster, gsize width, gsize height, GError **error)
{
  if (MIN (MIN (raster->width, raster->height), MIN (width, height)) > 0 && width <= ARRA_RASTER_MAX_PIXELS / height)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_ARGUMENT, "A picture of %zu x %zu pixels cannot be resized to %zu x %zu",
                    raster->width, raster->height, width, height);
}

gboolean
arra_raster_resize (const ArraRaster *raster,
                    gsize width,
                    gsize height,
                    ArraFilter filter,
                    ArraRaster *out,
                    GError **error)
{
  g_autoraster ArraRaster between = { 0 };
  g_autoraster ArraRaster resized = { 0 };

  if (!check_sizes (raster, width, height, error) || !resize_width (raster, width, filter, &between, error)
      || !resize_height (&between, height, filter, &resized, error))
    return FALSE;
  *out = resized;
  resized = (ArraRaster) { 0 };
  return TRUE;
}

gboolean
arra_raster_crop (const ArraRaster *in,
                  gsize left,
                  gsize top,
                  gsize width,
                  gsize height,
                  ArraRaster *out,
                  GError **error)
{
  gsize pixel = in->channels;

  g_assert (left + width <= in->width && top + height <= in->height);
  if (!arra_raster_init (out, width, height, in->channels, error))
    return FALSE;
  for (gsize y = 0; y < height; y++)
    memcpy (out->pixels + y * width * pixel, in->pixels + ((top + y) * in->width + left) * pixel, width * pixel);
  return TRUE;
}

/* Replaces @raster by its resized form. */
static gboolean
resize_step (ArraRaster *raster, gsize width, gsize height, ArraFilter filter, GError **error)
{
  ArraRaster resized = { 0 };

  if (!arra_raster_resize (raster, width, height, filter, &resized, error))
    return FALSE;
  arra_raster_clear (raster);
  *raster = resized;
  return TRUE;
}

/* Resized by @scale, by halves first while more than that is to be taken away: (out) @work. */
static gboolean
resize_by_halves (const ArraRaster *raster, gsize width, gsize height, gboolean cover, ArraRaster *work, GError **error)
{
  double across, down, scale;

  if (!check_sizes (raster, width, height, error)
      || !arra_raster_crop (raster, 0, 0, raster->width, raster->height, work, error))
    return FALSE;
  while (work->width >= 2 * width && work->height >= 2 * height)
    if (!resize_step (work, work->width / 2, work->height / 2, ARRA_FILTER_BOX, error))
      return FALSE;
  across = (double) width / (double) work->width;
  down = (double) height / (double) work->height;
  scale = cover ? MAX (across, down) : MIN (across, down);
  return resize_step (work, (gsize) MAX (rint ((double) work->width * scale), 1),
                      (gsize) MAX (rint ((double) work->height * scale), 1), ARRA_FILTER_BICUBIC, error);
}

gboolean
arra_raster_center_crop (const ArraRaster *raster, gsize width, gsize height, ArraRaster *out, GError **error)
{
  g_autoraster ArraRaster work = { 0 };

  return resize_by_halves (raster, width, height, TRUE, &work, error)
         && arra_raster_crop (&work, (work.width - width) / 2, (work.height - height) / 2, width, height, out, error);
}

gboolean
arra_raster_center_pad (const ArraRaster *raster,
                        gsize width,
                        gsize height,
                        guint8 fill,
                        ArraRaster *out,
                        GError **error)
{
  g_autoraster ArraRaster work = { 0 };
  gsize left, top, row;

  if (!resize_by_halves (raster, width, height, FALSE, &work, error)
      || !arra_raster_init (out, width, height, raster->channels, error))
    return FALSE;
  left = (width - work.width) / 2;
  top = (height - work.height) / 2;
  row = work.width * work.channels;
  memset (out->pixels, fill, width * height * out->channels);
  for (gsize y = 0; y < work.height; y++)
    memcpy (out->pixels + ((top + y) * width + left) * out->channels, work.pixels + y * row, row);
  return TRUE;
}
