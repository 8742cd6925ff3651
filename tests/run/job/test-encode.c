/* test-encode.c - picture files to codes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "allocations.h"
#include "checkpoint.h"
#include "fixture.h"
#include "mem.h"
#include "picture.h"

static ArraCheckpoint *
open_at (const char *path)
{
  g_autoptr (GError) error = NULL;
  ArraCheckpoint *checkpoint = arra_checkpoint_open (path, NULL, NULL, &error);

  g_assert_no_error (error);
  return checkpoint;
}

/* A picture whose left half is dark; the right one has a pattern. */
static void
save_picture (const char *path, gsize width, gsize height)
{
  g_autoraster ArraRaster raster = { 0 };
  g_autoptr (GError) error = NULL;

  arra_raster_init (&raster, width, height, 3, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < width * height; i++)
    memset (raster.pixels + 3 * i, i % width < width / 2 ? 10 : (int) (200 + i % 37), 3);
  arra_raster_save_png (&raster, NULL, path, &error);
  g_assert_no_error (error);
}

static void
test_sizes (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *path = g_build_filename (directory, "in.png", NULL);
  g_autoptr (ArraCheckpoint) checkpoint = open_at (directory);
  g_autoptr (GError) error = NULL;
  g_autofree guint32 *own = NULL, *fitted = NULL;
  guint rows, columns;

  save_picture (path, 35, 22);
  own = arra_checkpoint_encode_file (checkpoint, path, 0, 0, 1, &rows, &columns, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows, ==, 10);
  g_assert_cmpuint (columns, ==, 16);
  for (guint i = 0; i < rows * columns; i++)
    g_assert_cmpuint (own[i], <, 64);
  fitted = arra_checkpoint_encode_file (checkpoint, path, 16, 24, 2, &rows, &columns, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows, ==, 12);
  g_assert_cmpuint (columns, ==, 8);
  fixture_remove (directory);
}

/* Cropping to the grid leaves pixels as they are. */
static void
test_crop (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *whole = g_build_filename (directory, "whole.png", NULL),
                  *path = g_build_filename (directory, "in.png", NULL);
  g_autoptr (ArraCheckpoint) checkpoint = open_at (directory);
  g_autofree guint32 *one = NULL, *other = NULL;
  g_autoraster ArraRaster raster = { 0 }, larger = { 0 };
  guint rows, columns;

  save_picture (whole, 16, 8);
  g_assert_true (arra_raster_load (&raster, whole, NULL));
  g_assert_true (arra_raster_init (&larger, 19, 11, 3, NULL));
  memset (larger.pixels, 255, 19 * 11 * 3);
  for (gsize y = 0; y < 8; y++)
    memcpy (larger.pixels + ((y + 1) * 19 + 1) * 3, raster.pixels + y * 16 * 3, 16 * 3);
  g_assert_true (arra_raster_save_png (&larger, NULL, path, NULL));
  one = arra_checkpoint_encode_file (checkpoint, whole, 0, 0, 1, &rows, &columns, NULL, NULL);
  g_assert_cmpuint (rows * columns, ==, 32);
  other = arra_checkpoint_encode_file (checkpoint, path, 0, 0, 1, &rows, &columns, NULL, NULL);
  g_assert_cmpmem (one, 32 * sizeof *one, other, rows * columns * sizeof *other);
  fixture_remove (directory);
}

static void
expect_error (ArraCheckpoint *checkpoint, const char *path, guint width, guint height, ArraError code, const char *word)
{
  g_autoptr (GError) error = NULL;
  guint rows, columns;

  g_assert_null (arra_checkpoint_encode_file (checkpoint, path, width, height, 1, &rows, &columns, NULL, &error));
  fixture_assert_error (error, (int) code, FIXTURE_WORDS (word));
}

static void
test_wrong (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *path = g_build_filename (directory, "in.png", NULL),
                  *small = g_build_filename (directory, "small.png", NULL);
  g_autofree char *text = g_build_filename (directory, "config.json", NULL);
  g_autoptr (ArraCheckpoint) checkpoint = open_at (directory), described = NULL;
  ArraOpenOptions options = { .metadata_only = TRUE };
  gsize held = arra_mem_held ();

  save_picture (path, 16, 16);
  save_picture (small, 3, 16);
  expect_error (checkpoint, path, 15, 16, ARRA_ERROR_ARGUMENT, "multiples of 4");
  expect_error (checkpoint, path, 16, 0, ARRA_ERROR_ARGUMENT, "multiples of 4");
  expect_error (checkpoint, small, 0, 0, ARRA_ERROR_ARGUMENT, "at least 4 x 4");
  expect_error (checkpoint, "/no/such.png", 0, 0, ARRA_ERROR_NOT_FOUND, "/no/such.png");
  expect_error (checkpoint, text, 0, 0, ARRA_ERROR_INVALID_DATA, "config.json");
  described = arra_checkpoint_open (directory, &options, NULL, NULL);
  expect_error (described, path, 0, 0, ARRA_ERROR_NOT_FOUND, "encoder");
  arra_checkpoint_unref (g_steal_pointer (&described));
  g_assert_cmpuint (arra_mem_held (), ==, held);
  fixture_remove (directory);
}

typedef struct
{
  ArraCheckpoint *checkpoint;
  const char *path;
} Encoding;

static gboolean
encode_one (gpointer data, GError **error)
{
  const Encoding *e = data;
  guint rows, columns;
  g_autofree guint32 *codes
      = arra_checkpoint_encode_file (e->checkpoint, e->path, 16, 8, 1, &rows, &columns, NULL, error);

  return codes != NULL;
}

static void
test_memory (void)
{
  g_autofree char *directory = fixture_make_named ("tiny");
  g_autofree char *path = g_build_filename (directory, "in.png", NULL);
  g_autoptr (ArraCheckpoint) checkpoint = open_at (directory);
  Encoding encoding = { checkpoint, path };

  save_picture (path, 40, 24);
  allocations_check (encode_one, &encoding);
  fixture_remove (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/encode/sizes", test_sizes);
  g_test_add_func ("/encode/crop", test_crop);
  g_test_add_func ("/encode/wrong", test_wrong);
  g_test_add_func ("/encode/memory", test_memory);
  return g_test_run ();
}
