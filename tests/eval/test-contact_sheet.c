/* test-contact_sheet.c - where pictures and captions stand on a sheet
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "contact_sheet.h"
#include "fixture.h"
#include "imagefolder.h"
#include "picture.h"

#define CELL 40
#define EDGE 12 /* around pictures */

static char *folder;

/* Pictures of one colour each: 50 times the number; the third is twice as wide as high. */
static ArraDataset *
make_set (const char *const *captions, guint n)
{
  g_autoptr (GError) error = NULL;
  ArraDataset *dataset;

  folder = fixture_directory ();
  g_assert_true (arra_imagefolder_claim (folder, "test\n", &error));
  for (guint i = 0; i < n; i++)
    {
      g_autoraster ArraRaster raster = { 0 };
      const ArraPictureLabels labels = { 0 };
      g_autofree char *path = arra_imagefolder_path (folder, i);

      g_assert_true (arra_raster_init (&raster, i == 2 ? 64 : 32, 32, 3, &error));
      memset (raster.pixels, (int) (50 * i), raster.width * raster.height * 3);
      g_assert_true (arra_raster_save_png (&raster, &labels, path, &error));
    }
  g_assert_true (arra_imagefolder_finish (folder, captions, n, NULL, &error));
  dataset = arra_dataset_open (folder, &error);
  g_assert_no_error (error);
  return dataset;
}

static void
end (void)
{
  fixture_remove (folder);
  g_clear_pointer (&folder, g_free);
}

static char *
sheet_path (void)
{
  return g_build_filename (folder, "sheet.png", NULL);
}

static void
draw (const ArraContactSheet *sheet, const ArraDataset *dataset, ArraRaster *out)
{
  g_autofree char *path = sheet_path ();
  g_autoptr (GError) error = NULL;

  arra_contact_sheet_write (sheet, dataset, path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (arra_raster_load (out, path, &error));
}

static guint
pixel (const ArraRaster *raster, gsize x, gsize y)
{
  g_assert_true (x < raster->width && y < raster->height);
  return raster->pixels[(y * raster->width + x) * raster->channels];
}

static void
test_places (void)
{
  static const char *const captions[] = { "", "", "", "", "" };
  g_autoptr (ArraDataset) dataset = make_set (captions, 5);
  const ArraContactSheet sheet = { .n = 5, .columns = 2, .cell = CELL };
  g_autoraster ArraRaster raster = { 0 };

  draw (&sheet, dataset, &raster);
  g_assert_cmpuint (raster.width, ==, EDGE + 2 * (CELL + EDGE));
  g_assert_cmpuint (raster.height, ==, EDGE + 3 * (CELL + EDGE));
  for (guint i = 0; i < 5; i++)
    {
      gsize left = EDGE + i % 2 * (CELL + EDGE), top = EDGE + i / 2 * (CELL + EDGE);

      g_assert_cmpuint (pixel (&raster, left + CELL / 2, top + CELL / 2), ==, 50 * i);
      g_assert_cmpuint (pixel (&raster, left, top + CELL / 2), ==, 50 * i);
      g_assert_cmpuint (pixel (&raster, left + CELL - 1, top + CELL / 2), ==, 50 * i);
      g_assert_cmpuint (pixel (&raster, left + CELL / 2, top), ==, i == 2 ? 255 : 50 * i);
      g_assert_cmpuint (pixel (&raster, left - 1, top + CELL / 2), ==, 255);
    }
  g_assert_cmpuint (pixel (&raster, EDGE + CELL + EDGE + CELL / 2, EDGE + 2 * (CELL + EDGE) + CELL / 2), ==, 255);
  end ();
}

/* Dark pixels of a rectangle. */
static guint
count_ink (const ArraRaster *raster, gsize left, gsize top, gsize width, gsize height)
{
  guint n = 0;

  for (gsize y = top; y < top + height; y++)
    for (gsize x = left; x < left + width; x++)
      n += pixel (raster, x, y) < 128;
  return n;
}

/* Each caption stands beneath its picture and nowhere else; a row is as high as its longest caption, up to
 * six lines. */
static void
test_captions (void)
{
  static const char longest[] = "an unbreakable-and-very-long-word \xc3\xa9 and many more words than six lines have "
                                "room for, \n even more";
  static const char *const captions[] = { "", "a b", longest, "" };
  g_autoptr (ArraDataset) dataset = make_set (captions, 4);
  const ArraContactSheet sheet = { .n = 4, .columns = 2, .cell = CELL };
  g_autoraster ArraRaster raster = { 0 }, titled = { 0 };
  gsize second = EDGE + CELL + EDGE, low;

  draw (&sheet, dataset, &raster);
  g_assert_cmpuint (raster.height, ==, EDGE + 2 * (CELL + EDGE) + 7 * 15);
  g_assert_cmpuint (count_ink (&raster, EDGE, EDGE + CELL, CELL, 15), ==, 0);
  g_assert_cmpuint (count_ink (&raster, second, EDGE + CELL, CELL, 15), >, 5);
  low = EDGE + CELL + 15 + EDGE + CELL;
  for (guint line = 0; line < 6; line++)
    g_assert_cmpuint (count_ink (&raster, EDGE, low + line * 15, CELL, 15), >, 5);
  g_assert_cmpuint (count_ink (&raster, second, low, CELL, 6 * 15), ==, 0);
  draw (&(ArraContactSheet) { .n = 4, .columns = 2, .cell = CELL, .title = "x" }, dataset, &titled);
  g_assert_cmpuint (titled.height, ==, raster.height + 32);
  g_assert_cmpuint (count_ink (&titled, EDGE, 0, CELL, EDGE + 32), >, 5);
  end ();
}

static void
count_items (guint done, guint count, gpointer user)
{
  guint *seen = user;

  g_assert_cmpuint (done, ==, ++*seen);
  g_assert_cmpuint (count, ==, 3);
}

/* Without a result there is no file. */
static void
test_refused (void)
{
  static const char *const captions[] = { "", "", "" };
  g_autoptr (ArraDataset) dataset = make_set (captions, 3);
  g_autofree char *path = sheet_path (), *missing = arra_imagefolder_path (folder, 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  ArraContactSheet sheet = { .n = 3, .columns = 3, .cell = CELL };
  g_autoptr (GError) error = NULL;
  guint seen = 0;

  g_assert_true (arra_contact_sheet_write (&sheet, dataset, path, count_items, &seen, NULL, &error));
  g_assert_cmpuint (seen, ==, 3);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_cancellable_cancel (cancellable);
  g_assert_false (arra_contact_sheet_write (&sheet, dataset, path, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  sheet.cell = 12000;
  g_assert_false (arra_contact_sheet_write (&sheet, dataset, path, NULL, NULL, NULL, &error));
  fixture_assert_error (error, ARRA_ERROR_ARGUMENT, FIXTURE_WORDS ("too large"));
  g_clear_error (&error);
  sheet.cell = CELL;
  g_assert_cmpint (g_unlink (missing), ==, 0);
  g_assert_false (arra_contact_sheet_write (&sheet, dataset, path, NULL, NULL, NULL, &error));
  fixture_assert_error (error, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS (missing));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eval/contact-sheet/places", test_places);
  g_test_add_func ("/eval/contact-sheet/captions", test_captions);
  g_test_add_func ("/eval/contact-sheet/refused", test_refused);
  return g_test_run ();
}
