/* test-ms_ssim.c - against the definition written out, closed forms, and order of damages
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "ms_ssim.h"
#include "noise.h"

static double
measure (const ArraRaster *a, const ArraRaster *b)
{
  g_autoptr (GError) error = NULL;
  double out;

  g_assert_true (arra_ms_ssim (a, b, &out, &error));
  g_assert_no_error (error);
  return out;
}

/* Waves of which every channel has others, with noise of @strength. */
static void
draw (ArraRaster *raster, gsize width, gsize height, guint channels, guint64 seed, double strength)
{
  g_assert_true (arra_raster_init (raster, width, height, channels, NULL));
  for (gsize i = 0; i < width * height * channels; i++)
    {
      double x = (double) (i / channels % width), y = (double) (i / channels / width), c = (double) (i % channels);
      double noise = arra_noise_bits (seed, 1, 2, (guint32) i) * 0x1p-32 - 0.5;

      raster->pixels[i]
          = (guint8) CLAMP (128 + 60 * sin (x / (5 + c)) + 40 * cos (y / 7 + c) + strength * noise, 0, 255);
    }
}

/* Luminance and contrast terms of channel @channel at one scale, with the whole window at each place. */
static void
define (const double *a, const double *b, gsize width, gsize height, double *full, double *contrast)
{
  double window[11][11], total = 0, n = 0;

  for (int y = 0; y < 11; y++)
    for (int x = 0; x < 11; x++)
      total += window[y][x] = exp (-((x - 5) * (x - 5) + (y - 5) * (y - 5)) / 4.5);
  *full = *contrast = 0;
  for (gsize top = 0; top + 11 <= height; top++)
    for (gsize left = 0; left + 11 <= width; left++, n++)
      {
        double ma = 0, mb = 0, va = 0, vb = 0, covariance = 0, cs;

        for (gsize k = 0; k < 121; k++)
          {
            ma += window[k / 11][k % 11] / total * a[(top + k / 11) * width + left + k % 11];
            mb += window[k / 11][k % 11] / total * b[(top + k / 11) * width + left + k % 11];
          }
        for (gsize k = 0; k < 121; k++)
          {
            double w = window[k / 11][k % 11] / total;
            double da = a[(top + k / 11) * width + left + k % 11] - ma;
            double db = b[(top + k / 11) * width + left + k % 11] - mb;

            va += w * da * da;
            vb += w * db * db;
            covariance += w * da * db;
          }
        cs = (2 * covariance + 58.5225) / (va + vb + 58.5225);
        *contrast += cs;
        *full += cs * (2 * ma * mb + 6.5025) / (ma * ma + mb * mb + 6.5025);
      }
  *full /= n;
  *contrast /= n;
}

/* Pictures of 46 x 33: room for two scales. */
static double
define_two_scales (const ArraRaster *a, const ArraRaster *b, guint channel)
{
  enum
  {
    W = 46,
    H = 33
  };
  double pa[W * H], pb[W * H], full, first, second, unused;

  for (gsize i = 0; i < W * H; i++)
    {
      pa[i] = a->pixels[i * a->channels + channel];
      pb[i] = b->pixels[i * b->channels + channel];
    }
  define (pa, pb, W, H, &unused, &first);
  for (gsize y = 0; y < H / 2; y++)
    for (gsize x = 0; x < W / 2; x++)
      {
        gsize from = 2 * y * W + 2 * x;
        double qa = (pa[from] + pa[from + 1] + pa[from + W] + pa[from + W + 1]) / 4;
        double qb = (pb[from] + pb[from + 1] + pb[from + W] + pb[from + W + 1]) / 4;

        pa[y * (W / 2) + x] = qa;
        pb[y * (W / 2) + x] = qb;
      }
  define (pa, pb, W / 2, H / 2, &full, &second);
  return pow (first, 0.0448 / (0.0448 + 0.2856)) * pow (full, 0.2856 / (0.0448 + 0.2856));
}

static void
test_definition (void)
{
  g_autoraster ArraRaster a = { 0 }, b = { 0 }, grey_a = { 0 }, grey_b = { 0 };
  double sum = 0;

  draw (&a, 46, 33, 3, 1, 20);
  draw (&b, 46, 33, 3, 2, 60);
  for (guint channel = 0; channel < 3; channel++)
    sum += define_two_scales (&a, &b, channel);
  g_assert_cmpfloat_with_epsilon (measure (&a, &b), sum / 3, 1e-9);
  g_assert_cmpfloat (measure (&a, &b), <, 0.98);
  draw (&grey_a, 46, 33, 1, 1, 20);
  draw (&grey_b, 46, 33, 1, 2, 60);
  g_assert_cmpfloat_with_epsilon (measure (&grey_a, &grey_b), define_two_scales (&grey_a, &grey_b, 0), 1e-9);
}

static void
test_scales (void)
{
  g_assert_cmpuint (arra_ms_ssim_scales (256, 256), ==, 5);
  g_assert_cmpuint (arra_ms_ssim_scales (176, 300), ==, 5);
  g_assert_cmpuint (arra_ms_ssim_scales (175, 300), ==, 4);
  g_assert_cmpuint (arra_ms_ssim_scales (128, 128), ==, 4);
  g_assert_cmpuint (arra_ms_ssim_scales (11, 11), ==, 1);
  g_assert_cmpuint (arra_ms_ssim_scales (500, 10), ==, 0);
}

static void
test_equal (void)
{
  g_autoraster ArraRaster a = { 0 };

  draw (&a, 200, 180, 3, 5, 90);
  g_assert_cmpfloat_with_epsilon (measure (&a, &a), 1, 1e-12);
}

/* Without structure only the luminance of the last scale counts. */
static void
test_flat (void)
{
  g_autoraster ArraRaster a = { 0 }, b = { 0 };
  double ratio = (2.0 * 60 * 120 + 6.5025) / (60.0 * 60 + 120 * 120 + 6.5025);

  g_assert_true (arra_raster_init (&a, 176, 176, 1, NULL) && arra_raster_init (&b, 176, 176, 1, NULL));
  for (gsize i = 0; i < 176 * 176; i++)
    {
      a.pixels[i] = 60;
      b.pixels[i] = 120;
    }
  g_assert_cmpfloat_with_epsilon (measure (&a, &b), pow (ratio, 0.1333), 1e-9);
}

/* More noise is less alike; a negative is not alike at all. */
static void
test_order (void)
{
  g_autoraster ArraRaster clean = { 0 }, some = { 0 }, more = { 0 };
  double little, much;

  draw (&clean, 128, 128, 1, 1, 0);
  draw (&some, 128, 128, 1, 1, 30);
  draw (&more, 128, 128, 1, 1, 120);
  little = measure (&clean, &some);
  much = measure (&clean, &more);
  g_assert_cmpfloat (little, >, 0.95);
  g_assert_cmpfloat (much, <, little - 0.05);
  for (gsize i = 0; i < 128 * 128; i++)
    some.pixels[i] = (guint8) (255 - clean.pixels[i]);
  g_assert_cmpfloat (measure (&clean, &some), ==, 0);
}

static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_autoraster ArraRaster a = { 0 }, b = { 0 };
  double out;

  draw (&a, 10, 40, 1, 1, 0);
  draw (&b, 40, 10, 1, 1, 0);
  g_assert_false (arra_ms_ssim (&a, &b, &out, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (arra_ms_ssim (&a, &a, &out, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eval/ms-ssim/definition", test_definition);
  g_test_add_func ("/eval/ms-ssim/scales", test_scales);
  g_test_add_func ("/eval/ms-ssim/equal", test_equal);
  g_test_add_func ("/eval/ms-ssim/flat", test_flat);
  g_test_add_func ("/eval/ms-ssim/order", test_order);
  g_test_add_func ("/eval/ms-ssim/refused", test_refused);
  return g_test_run ();
}
