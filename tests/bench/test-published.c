/* test-published.c - checkpoints of the names and shapes of published ones, from the disk to a picture or to features,
 * and the memory that takes
 *
 * Arguments: the `arra` program and the name of a checkpoint (published_models.c). Files go below TMPDIR; those of 7B
 * need about 22 GB there.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>

#include "measured.h"
#include "published.h"

#define N_PICTURES 8

static const Published *published;

typedef struct
{
  char *golden, *directory, *model, *open;
} Work;

static char *
in (const char *folder, const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
make (Work *work)
{
  g_autoptr (GError) error = NULL;
  gint64 begun = g_get_monotonic_time ();

  work->directory = fixture_directory ();
  work->model = in (work->directory, "model");
  work->open = published->open != NULL ? in (work->model, published->open) : g_strdup (work->model);
  published_write (published, work->golden, work->model, &error);
  g_assert_no_error (error);
  g_test_message ("written: %.1f s", (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC);
}

static void
clear (Work *work)
{
  if (work->directory != NULL)
    fixture_remove (work->directory);
  g_free (work->golden);
  g_free (work->directory);
  g_free (work->model);
  g_free (work->open);
}

/* What `arra info` says of the checkpoint as it was downloaded, or of the file made of it, when its hash is right. */
static void
tell (const char *path, gboolean verify)
{
  const char *const arguments[] = { "info", path, verify ? "--verify" : NULL, NULL };
  g_autoptr (Watched) watched = measured_run (verify ? "verify" : "info", 0, NULL, arguments);

  g_test_message ("%s", watched->out);
}

static void
generate (const Work *work)
{
  g_autofree char *file = in (work->directory, "model.gguf"), *picture = in (work->directory, "picture.png");

  measured_convert (work->open, file);
  tell (file, TRUE);
  fixture_remove (work->model);
  measured_generate (file, published->prompt, published->size, picture);
}

/* A data set of as many pictures as are computed at once. */
static char *
write_pictures (const Work *work)
{
  char *folder = in (work->directory, "pictures");
  g_autofree char *from = in (work->golden, "vision/preprocess/pic0.png"), *text = NULL;
  g_autoptr (GString) lines = g_string_new (NULL);
  gsize size;

  g_assert_true (g_file_get_contents (from, &text, &size, NULL));
  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  for (guint i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.png", i);

      fixture_put (folder, name, text, (gssize) size);
      g_string_append_printf (lines, "{\"file_name\": \"%s\", \"text\": \"a picture\"}\n", name);
    }
  fixture_put (folder, "metadata.jsonl", lines->str, -1);
  return folder;
}

static void
extract (const Work *work)
{
  g_autofree char *pictures = write_pictures (work), *file = in (work->directory, "features");

  measured_features (pictures, work->open, file);
}

static void
test_published (void)
{
  g_autoptr (GError) error = NULL;
  Work work = { .golden = in (g_getenv ("ARRA_TEST_DATA"), "golden") };
  guint64 bytes = published_bytes (published, work.golden, &error);

  g_assert_no_error (error);
  g_test_message ("%s: %.3f GB of weights", published->name, (double) bytes * 1e-9);
  if (measured_has_room (bytes))
    {
      make (&work);
      tell (work.open, FALSE);
      (published->prompt != NULL ? generate : extract) (&work);
    }
  clear (&work);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions (); /* so that gigabytes of files are removed in the end */
  published = argc == 3 ? published_find (argv[2]) : NULL;
  if (published == NULL)
    {
      g_printerr ("%s PROGRAM CHECKPOINT\n", argv[0]);
      return 64;
    }
  measured_init (argv[1]);
  g_test_add_func ("/published/whole", test_published);
  return g_test_run ();
}
