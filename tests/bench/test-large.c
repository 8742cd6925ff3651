/* test-large.c - a model as large as the published ones, from the disk to a picture, and the memory that
 * takes
 *
 * Arguments: the `arra` program and the name of a shape (fixture_init_named()). Files go below TMPDIR; 7B
 * needs about 21 GB there.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "fixture.h"
#include "watch.h"

#define SIZE "128x128" /* 8 x 8 codes: 64 guided tokens */
#define MAX_CONVERSION ((guint64) 2 << 30)
#define TOLERANCE 0.05

static const char *program, *shape;

typedef struct
{
  Fixture fixture;
  char *directory, *model, *file, *picture;
} Large;

static void
tell (const char *what, const Watched *watched)
{
  g_test_message ("%s: %.1f s, private %.0f MiB, private and mapped %.0f MiB", what, watched->seconds,
                  (double) watched->peak_private / (1 << 20), (double) watched->peak_total / (1 << 20));
}

static Watched *
run (const char *what, int exit_code, const char *environment, const char *const *arguments)
{
  Watched *watched = watch_run (arguments, environment);

  tell (what, watched);
  if (watched->exit_code != exit_code)
    {
      g_test_message ("%s: exit code %d: %s", what, watched->exit_code, watched->err);
      g_test_fail ();
    }
  return watched;
}

/* Room for the weights, the file made of them, and some to spare. */
static gboolean
has_room (const Large *large)
{
  struct statvfs status;
  guint64 needed = fixture_bytes (&large->fixture) * 8 / 5 + ((guint64) 256 << 20), there;

  g_assert_cmpint (statvfs (g_get_tmp_dir (), &status), ==, 0);
  there = (guint64) status.f_bavail * status.f_frsize;
  if (there >= needed)
    return TRUE;
  g_autofree char *reason = g_strdup_printf ("%s has %" G_GUINT64_FORMAT " MB free, %" G_GUINT64_FORMAT " are needed",
                                             g_get_tmp_dir (), there / 1000000, needed / 1000000);
  g_test_skip (reason);
  return FALSE;
}

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

static void
convert (const Large *large)
{
  const char *const arguments[] = { program, "convert", large->model, "-o", large->file, "--type", "q8_0", NULL };
  g_autoptr (Watched) watched = run ("convert", 0, NULL, arguments);

  g_assert_cmpuint (watched->peak_private, <, MAX_CONVERSION);
}

/* A number of `arra info --json`'s object "memory". */
static guint64
announced (const Large *large, const char *key)
{
  const char *const arguments[] = { program, "info", large->file, "--size", SIZE, "--json", NULL };
  g_autoptr (Watched) watched = run ("info", 0, NULL, arguments);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *memory;

  if (!json_parser_load_from_data (parser, watched->out, -1, NULL))
    {
      g_test_fail ();
      return 1;
    }
  memory = json_object_get_object_member (json_node_get_object (json_parser_get_root (parser)), "memory");
  return (guint64) json_object_get_int_member (memory, key);
}

static void
generate (const Large *large)
{
  const char *const arguments[]
      = { program,        "generate", "--model", large->file, "--prompt", "a red fox in fresh snow",
          "--size",       SIZE,       "--seed",  "7",         "--json",   "-o",
          large->picture, NULL };
  guint64 total = announced (large, "total");
  g_autoptr (Watched) watched = run ("generate", 0, NULL, arguments);
  double share = (double) watched->peak_total / (double) total;

  g_test_message ("announced %.0f MiB, taken %.4f of it; %s", (double) total / (1 << 20), share, watched->out);
  g_assert_true (g_file_test (large->picture, G_FILE_TEST_EXISTS));
  g_assert_cmpfloat (share, <, 1 + TOLERANCE);
  g_assert_cmpfloat (share, >, 1 - TOLERANCE);
}

/* Refused with both numbers, by a process that never grew. */
static void
refuse (const Large *large)
{
  guint64 total = announced (large, "total");
  g_autofree char *limit
      = g_strdup_printf ("%" G_GUINT64_FORMAT, total / 10 * 9); /* a short prompt needs a little less than announced */
  g_autofree char *variable = g_strconcat ("ARRA_MEMORY_LIMIT=", limit, NULL);
  const char *const limited[] = { program,  "generate", "--model", large->file,    "--prompt", "a red fox",
                                  "--size", SIZE,       "-o",      large->picture, NULL };
  const char *const asked[] = { program, "generate", "--model",      large->file, "--prompt", "a red fox", "--size",
                                SIZE,    "-o",       large->picture, "--memory",  limit,      NULL };

  g_unlink (large->picture);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (Watched) watched = run ("refuse", 70, i == 0 ? variable : NULL, i == 0 ? limited : asked);

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
  if (!has_room (&large))
    return;
  make (&large);
  convert (&large);
  fixture_remove (large.model);
  generate (&large);
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
  program = argv[1];
  shape = argv[2];
  g_test_add_func ("/large/whole", test_large);
  return g_test_run ();
}
