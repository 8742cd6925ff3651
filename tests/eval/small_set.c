/* small_set.c - data sets of a few small pictures, for tests of evaluation
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "small_set.h"

#include "imagefolder.h"
#include "noise.h"
#include "picture.h"

static const char *const colours[] = { "red", "green", "blue" };

static void
draw (const char *path, guint64 seed, guint number, guint size)
{
  g_autoraster ArraRaster raster = { 0 };
  const ArraPictureLabels labels = { 0 };

  g_assert_true (arra_raster_init (&raster, size, size, 3, NULL));
  for (guint i = 0; i < size * size * 3; i++)
    raster.pixels[i] = (guint8) (arra_noise_bits (seed, number, i / 3, i % 3) % 120 + (i % 3 == number % 3 ? 130 : 0));
  g_assert_true (arra_raster_save_png (&raster, &labels, path, NULL));
}

ArraDataset *
small_set_make (const char *folder, guint64 seed, guint n, guint size)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *metadata = g_build_filename (folder, "metadata.jsonl", NULL);
  g_autoptr (GError) error = NULL;
  ArraDataset *dataset;

  g_assert_true (arra_imagefolder_claim (folder, "test\n", NULL));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = arra_imagefolder_path (folder, i), *name = arra_imagefolder_name (i);

      draw (path, seed, i, size);
      g_string_append_printf (lines, "{\"file_name\": \"%s\", \"text\": \"%s\", \"colour\": \"%s\"%s}\n", name,
                              colours[i % 3], colours[i % 3],
                              i % 5 == 4       ? ""
                              : i / 3 % 2 == 0 ? ", \"size\": \"small\""
                                               : ", \"size\": \"large\"");
    }
  g_assert_true (g_file_set_contents (metadata, lines->str, -1, NULL));
  dataset = arra_dataset_open (folder, &error);
  g_assert_no_error (error);
  return dataset;
}
