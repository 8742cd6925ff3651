/* test-sharpness.c - blurred pictures rank by how much they were blurred
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sharpness.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "noise.h"
#include "picture.h"

#define N 3
#define SIZE 96
#define REACH 16 /* pixels on each side of a Gaussian's middle */

/* Sharp-edged tiles of every size, some colours, some grain. */
static double
drawn (guint picture, gsize y, gsize x, gsize c)
{
  double value = 90;

  for (guint scale = 1; scale <= 16; scale *= 2)
    value += (double) (arra_noise_bits (picture, scale, (guint32) (y / scale), (guint32) (x / scale)) % 40)
             * (c == 1 ? 0.7 : 1);
  return MIN (value, 255);
}

/* One direction of a Gaussian of deviation @blur, borders repeated. */
static double
smear (const double *x, gsize at, gsize n, gsize step, double blur)
{
  double sum = 0, weights = 0;

  for (gssize k = -REACH; k <= REACH; k++)
    {
      gssize from = CLAMP ((gssize) at + k, 0, (gssize) n - 1);
      double weight = exp (-(double) (k * k) / (2 * blur * blur));

      sum += weight * x[(gsize) from * step];
      weights += weight;
    }
  return sum / weights;
}

static void
blur_plane (double *plane, double blur)
{
  g_autofree double *rows = g_new (double, SIZE *SIZE);

  for (gsize i = 0; i < SIZE * SIZE; i++)
    rows[i] = smear (plane + i / SIZE * SIZE, i % SIZE, SIZE, 1, blur);
  for (gsize i = 0; i < SIZE * SIZE; i++)
    plane[i] = smear (rows + i % SIZE, i / SIZE, SIZE, SIZE, blur);
}

static void
write_picture (const char *folder, guint picture, double blur)
{
  g_autofree char *png = g_strdup_printf ("%s/p%u.png", folder, picture);
  g_autofree char *text = g_strdup_printf ("%s/p%u.txt", folder, picture);
  const ArraPictureLabels labels = { NULL, NULL, NULL, NULL };
  g_autoraster ArraRaster raster = { 0 };
  g_autofree double *plane = g_new (double, SIZE *SIZE);

  g_assert_true (arra_raster_init (&raster, SIZE, SIZE, 3, NULL));
  for (gsize c = 0; c < 3; c++)
    {
      for (gsize i = 0; i < SIZE * SIZE; i++)
        plane[i] = drawn (picture, i / SIZE, i % SIZE, c);
      if (blur > 0)
        blur_plane (plane, blur);
      for (gsize i = 0; i < SIZE * SIZE; i++)
        raster.pixels[3 * i + c] = (guint8) (plane[i] + 0.5);
    }
  g_assert_true (arra_raster_save_png (&raster, &labels, png, NULL));
  g_assert_true (g_file_set_contents (text, "tiles", -1, NULL));
}

static void
remove_folder (const char *folder)
{
  for (guint i = 0; i < N; i++)
    {
      g_autofree char *png = g_strdup_printf ("%s/p%u.png", folder, i);
      g_autofree char *text = g_strdup_printf ("%s/p%u.txt", folder, i);

      g_unlink (png);
      g_unlink (text);
    }
  g_rmdir (folder);
}

static void
measure (double blur, ArraPool *pool, ArraSharpness *sharpness)
{
  g_autofree char *folder = g_dir_make_tmp ("arra-sharpness-XXXXXX", NULL);
  g_autoptr (ArraDataset) dataset = NULL;
  const ArraDataset *sets[2] = { NULL, NULL };
  const guint n[2] = { 0, N };
  GError *error = NULL;
  guint size;

  for (guint i = 0; i < N; i++)
    write_picture (folder, i, blur);
  sets[1] = dataset = arra_dataset_open (folder, &error);
  g_assert_no_error (error);
  g_assert_true (arra_sharpness_size (sets, n, 2, pool, &size, NULL, &error));
  g_assert_cmpuint (size, ==, SIZE);
  g_assert_true (arra_sharpness_measure (dataset, N, size, pool, sharpness, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  remove_folder (folder);
}

static void
test_rank (void)
{
  static const double blurs[] = { 0.5, 1, 2, 4 };
  g_autoptr (ArraPool) pool = arra_pool_new (2, NULL);
  g_auto (ArraSharpness) real = { 0 }, again = { 0 };
  ArraSharpnessBands before;
  double shrunk;

  measure (0, pool, &real);
  measure (0, NULL, &again);
  g_assert_cmpmem (real.power, SIZE / 2 * sizeof (double), again.power, SIZE / 2 * sizeof (double));
  before = arra_sharpness_compare (&again, &real);
  shrunk = real.shrunk;
  g_assert_cmpfloat (before.fine, ==, 0);
  g_assert_cmpfloat (before.middle, ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (blurs); i++)
    {
      g_auto (ArraSharpness) blurred = { 0 };
      ArraSharpnessBands bands;

      measure (blurs[i], pool, &blurred);
      bands = arra_sharpness_compare (&blurred, &real);
      g_test_message ("blur %g: fine %.1f dB, middle %.1f dB, shrunk %.1f dB", blurs[i], bands.fine, bands.middle,
                      blurred.shrunk);
      g_assert_cmpfloat (bands.fine, <, before.fine - 1);
      g_assert_cmpfloat (bands.middle, <, before.middle);
      g_assert_cmpfloat (blurred.shrunk, >, shrunk);
      before = bands;
      shrunk = blurred.shrunk;
    }
}

/* A wave of 12 pixels lies in ring 8 of 96 pixels; a frequency that is half as high has a fourth of its power
 * there. */
static void
test_ring (void)
{
  ArraSharpness real = { .size = 64, .power = g_new (double, 32) }, weak = { .size = 64, .power = g_new (double, 32) };

  for (guint i = 0; i < 32; i++)
    {
      real.power[i] = 5;
      weak.power[i] = i >= 7 ? 0.5 : 5; /* 0.225 begins at 7 of 32 */
    }
  g_assert_cmpfloat_with_epsilon (arra_sharpness_compare (&weak, &real).fine, -10, 1e-6);
  g_assert_cmpfloat_with_epsilon (arra_sharpness_compare (&weak, &real).middle, 0, 1e-6);
  g_free (real.power);
  g_free (weak.power);
}

/* A chequerboard, and the same with an outermost row that is another. */
static void
test_border (void)
{
  g_autofree char *folder = g_dir_make_tmp ("arra-sharpness-XXXXXX", NULL);
  g_autofree char *png = g_strdup_printf ("%s/p0.png", folder), *text = g_strdup_printf ("%s/p0.txt", folder);
  const ArraPictureLabels labels = { NULL, NULL, NULL, NULL };

  g_assert_true (g_file_set_contents (text, "bands", -1, NULL));
  for (guint round = 0; round < 2; round++)
    {
      g_autoraster ArraRaster raster = { 0 };
      g_auto (ArraSharpness) sharpness = { 0 };
      g_autoptr (ArraDataset) dataset = NULL;

      g_assert_true (arra_raster_init (&raster, 42, 34, 3, NULL));
      for (gsize i = 0; i < 3 * raster.width * raster.height; i++)
        raster.pixels[i] = (guint8) (100 + 10 * ((i / 3 % 42 + i / 3 / 42) % 2));
      for (gsize x = 0; x < 3 * raster.width && round == 1; x++)
        raster.pixels[x] = (guint8) (raster.pixels[3 * raster.width + x] + 50);
      g_assert_true (arra_raster_save_png (&raster, &labels, png, NULL));
      dataset = arra_dataset_open (folder, NULL);
      g_assert_true (arra_sharpness_measure (dataset, 1, 32, NULL, &sharpness, NULL, NULL, NULL, NULL));
      g_assert_cmpfloat_with_epsilon (sharpness.border, round == 0 ? 1 : 2, 0.05);
    }
  g_unlink (png);
  g_unlink (text);
  g_rmdir (folder);
}

/* No room for waves, and pictures that are smaller than the first. */
static void
test_refuse (void)
{
  g_autofree char *folder = g_dir_make_tmp ("arra-sharpness-XXXXXX", NULL);
  g_auto (ArraSharpness) sharpness = { 0 };
  g_autoptr (ArraDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N; i++)
    write_picture (folder, i, 0);
  dataset = arra_dataset_open (folder, NULL);
  g_assert_false (arra_sharpness_measure (dataset, N, 2 * SIZE, NULL, &sharpness, NULL, NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "p0.png"));
  remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sharpness/rank", test_rank);
  g_test_add_func ("/sharpness/ring", test_ring);
  g_test_add_func ("/sharpness/border", test_border);
  g_test_add_func ("/sharpness/refuse", test_refuse);
  return g_test_run ();
}
