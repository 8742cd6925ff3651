/* test-picture_supply.c - pictures come from data sets, crops from pictures
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_supply.h"

#include <glib/gstdio.h>
#include <string.h>

#include "picture.h"

#define SIZE 16

static void
write_picture (const char *folder, guint index)
{
  g_autofree char *png = g_strdup_printf ("%s/p%u.png", folder, index);
  g_autofree char *text = g_strdup_printf ("%s/p%u.txt", folder, index);
  const ArraPictureLabels labels = { NULL, NULL, NULL, NULL };
  g_autoraster ArraRaster raster = { 0 };

  g_assert_true (arra_raster_init (&raster, SIZE, SIZE, 3, NULL));
  memset (raster.pixels, (int) (10 * index), 3 * SIZE * SIZE);
  g_assert_true (arra_raster_save_png (&raster, &labels, png, NULL));
  g_assert_true (g_file_set_contents (text, "a picture", -1, NULL));
}

static void
remove_folder (const char *folder, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *png = g_strdup_printf ("%s/p%u.png", folder, i);
      g_autofree char *text = g_strdup_printf ("%s/p%u.txt", folder, i);

      g_unlink (png);
      g_unlink (text);
    }
  g_rmdir (folder);
}

static ArraPictureSupply *
load (const char *folder, guint held, GError **error)
{
  g_autofree char *text = g_strdup_printf ("data:\n  path: %s\n  size: %d\n  validation: %u\n", folder, SIZE, held);
  g_autoptr (ArraYaml) config = arra_yaml_parse (text, strlen (text), "train.yaml", NULL);
  const ArraTrainSetup setup = { .seed = 1 };

  return arra_picture_supply_load (config, &setup, error);
}

static void
test_load (void)
{
  g_autofree char *folder = g_dir_make_tmp ("arra-supply-XXXXXX", NULL);
  g_autoptr (ArraPictureSupply) supply = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 5; i++)
    write_picture (folder, i);
  supply = load (folder, 2, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (supply->n, ==, 3);
  g_assert_cmpuint (supply->n_valid, ==, 2);
  g_assert_cmpuint (supply->pixels[3 * SIZE * SIZE], ==, 10);
  g_assert_cmpuint (supply->valid[0], ==, 30);
  g_assert_null (load (folder, 5, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  remove_folder (folder, 5);
}

/* Each number tells picture, row and column. */
static ArraPictureSupply *
numbered (void)
{
  ArraPictureSupply *supply = arra_picture_supply_new (SIZE, 4, 0, NULL);

  for (guint i = 0; i < 4 * SIZE * SIZE; i++)
    {
      supply->pixels[3 * i] = (guint8) (i / (SIZE * SIZE));
      supply->pixels[3 * i + 1] = (guint8) (i / SIZE % SIZE);
      supply->pixels[3 * i + 2] = (guint8) (i % SIZE);
    }
  return supply;
}

static guint
number (float x)
{
  return (guint) ((x + 1.0f) / 2.0f * 255.0f + 0.5f);
}

static void
test_crops (void)
{
  g_autoptr (ArraPictureSupply) supply = numbered ();
  const ArraCropping cropping = { 8, TRUE, FALSE };
  float x[50 * 8 * 8 * 3], again[8 * 8 * 3];
  guint flipped = 0, pictures = 0;

  arra_picture_supply_draw (supply, &cropping, 3, 7, 50, x);
  for (guint i = 0; i < 50; i++)
    {
      const float *crop = x + i * 8 * 8 * 3;
      gint way = number (crop[5]) > number (crop[2]) ? 1 : -1;

      pictures |= 1u << number (crop[0]);
      flipped += way < 0;
      for (gint p = 0; p < 64; p++)
        {
          g_assert_cmpuint (number (crop[3 * p]), ==, number (crop[0]));
          g_assert_cmpuint (number (crop[3 * p + 1]), ==, number (crop[1]) + (guint) p / 8);
          g_assert_cmpint ((gint) number (crop[3 * p + 2]), ==, (gint) number (crop[2]) + way * (p % 8));
        }
    }
  g_assert_cmpuint (pictures, ==, 15);
  g_assert_cmpuint (flipped, >, 10);
  g_assert_cmpuint (flipped, <, 40);
  arra_picture_supply_draw (supply, &cropping, 3, 7, 1, again);
  g_assert_cmpmem (again, sizeof again, x, sizeof again);
  arra_picture_supply_draw (supply, &cropping, 3, 8, 1, again);
  g_assert_cmpint (memcmp (again, x, sizeof again), !=, 0);
}

/* Crops of tiles begin anywhere, also where they do not fit, and go on at the other side. */
static void
test_tiles (void)
{
  g_autoptr (ArraPictureSupply) supply = numbered ();
  const ArraCropping cropping = { 8, FALSE, TRUE };
  float x[50 * 8 * 8 * 3];
  guint across = 0, down = 0;

  arra_picture_supply_draw (supply, &cropping, 3, 7, 50, x);
  for (guint i = 0; i < 50; i++)
    {
      const float *crop = x + i * 8 * 8 * 3;

      across += number (crop[2]) > SIZE - 8;
      down += number (crop[1]) > SIZE - 8;
      for (guint p = 0; p < 64; p++)
        {
          g_assert_cmpuint (number (crop[3 * p]), ==, number (crop[0]));
          g_assert_cmpuint (number (crop[3 * p + 1]), ==, (number (crop[1]) + p / 8) % SIZE);
          g_assert_cmpuint (number (crop[3 * p + 2]), ==, (number (crop[2]) + p % 8) % SIZE);
        }
    }
  g_assert_cmpuint (across, >, 10);
  g_assert_cmpuint (down, >, 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture-supply/load", test_load);
  g_test_add_func ("/picture-supply/crops", test_crops);
  g_test_add_func ("/picture-supply/tiles", test_tiles);
  return g_test_run ();
}
