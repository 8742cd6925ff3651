/* test-large.c - a model as large as the published ones, from the disk to a picture, and the memory that
 * takes
 *
 * Arguments: the `arra` program and the name of a shape (fixture_init_named()). Files go below TMPDIR; 7B
 * needs about 21 GB there.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "fixture.h"
#include "measured.h"

#define SIZE "128x128" /* 8 x 8 codes: 64 guided tokens */

static const char *shape;

typedef struct
{
  Fixture fixture;
  char *directory, *model, *file, *picture;
} Large;

static void
make (Large *large)
{
  g_autoptr (GError) error = NULL;

  large->directory = fixture_directory ();
  large->model = g_build_filename (large->directory, "model", NULL);
  large->file = g_build_filename (large->directory, "model.gguf", NULL);
  large->picture = g_build_filename (large->directory, "picture.png", NULL);
  fixture_write (&large->fixture, large->model, &error);
  g_assert_no_error (error);
}

static void
clear (Large *large)
{
  fixture_remove (large->directory);
  g_free (large->directory);
  g_free (large->model);
  g_free (large->file);
  g_free (large->picture);
}

/* Refused with both numbers, by a process that never grew. */
static void
refuse (const Large *large)
{
  guint64 total = measured_quote (large->file, SIZE);
  g_autofree char *limit
      = g_strdup_printf ("%" G_GUINT64_FORMAT, total / 10 * 9); /* a short prompt needs a little less than announced */
  g_autofree char *variable = g_strconcat ("ARRA_MEMORY_LIMIT=", limit, NULL);
  const char *const limited[]
      = { "generate", "--model", large->file, "--prompt", "a red fox", "--size", SIZE, "-o", large->picture, NULL };
  const char *const asked[] = { "generate", "--model", large->file,    "--prompt", "a red fox", "--size",
                                SIZE,       "-o",      large->picture, "--memory", limit,       NULL };

  g_unlink (large->picture);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (Watched) watched = measured_run ("refuse", 70, i == 0 ? variable : NULL, i == 0 ? limited : asked);

      g_assert_nonnull (strstr (watched->err, "Not enough memory"));
      g_assert_nonnull (strstr (watched->err, limit));
      g_assert_cmpuint (watched->peak_total, <, (guint64) 512 << 20);
      g_assert_false (g_file_test (large->picture, G_FILE_TEST_EXISTS));
    }
}

static void
test_large (void)
{
  Large large = { 0 };

  g_assert_true (fixture_init_named (&large.fixture, shape));
  if (!measured_has_room (fixture_bytes (&large.fixture)))
    return;
  make (&large);
  measured_convert (large.model, large.file);
  fixture_remove (large.model);
  measured_generate (large.file, "a red fox in fresh snow", SIZE, large.picture);
  refuse (&large);
  clear (&large);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions (); /* so that gigabytes of files are removed in the end */
  if (argc != 3)
    {
      g_printerr ("%s PROGRAM SHAPE\n", argv[0]);
      return 64;
    }
  measured_init (argv[1]);
  shape = argv[2];
  g_test_add_func ("/large/whole", test_large);
  return g_test_run ();
}
