/* test-imagefolder.c - what is written beside pictures reads back as the same data set
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "imagefolder.h"
#include "mapping.h"
#include "scratch.h"

static char *
write_source (void)
{
  static const char attributes[] = "{\"si\\\"ze\": [\"small\", \"la\\\\rge\"], \"colour\": [\"red\"]}";
  static const char metadata[]
      = "{\"file_name\": \"a.png\", \"text\": \"one\", \"si\\\"ze\": \"la\\\\rge\"}\n"
        "{\"file_name\": \"b.png\", \"text\": \"two\", \"colour\": \"red\", \"si\\\"ze\": \"small\"}\n"
        "{\"file_name\": \"c.png\", \"text\": \"three\"}\n";
  char *folder = scratch_path ("source");
  g_autofree char *first = g_build_filename (folder, "attributes.json", NULL);
  g_autofree char *second = g_build_filename (folder, "metadata.jsonl", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  scratch_write (first, attributes, strlen (attributes));
  scratch_write (second, metadata, strlen (metadata));
  return folder;
}

static void
test_round_trip (void)
{
  static const char *const captions[] = { "a \"fox\"\n", "", "\xc3\xa9t\xc3\xa9" };
  g_autofree char *source = write_source (), *folder = scratch_path ("copy");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraDataset) labels = arra_dataset_open (source, &error);
  g_autoptr (ArraDataset) copy = NULL;

  g_assert_no_error (error);
  g_assert_true (arra_imagefolder_claim (folder, "series\n", &error));
  g_assert_true (arra_imagefolder_finish (folder, captions, 3, labels, &error));
  g_assert_no_error (error);
  copy = arra_dataset_open (folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_dataset_size (copy), ==, 3);
  g_assert_cmpuint (arra_dataset_attributes (copy), ==, 2);
  g_assert_cmpstr (arra_dataset_attribute (copy, 0), ==, "si\"ze");
  g_assert_cmpstr (arra_dataset_value (copy, 0, 1), ==, "la\\rge");
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *path = arra_imagefolder_path (folder, i);

      g_assert_cmpstr (arra_dataset_picture (copy, i), ==, path);
      g_assert_cmpstr (arra_dataset_caption (copy, i), ==, captions[i]);
      for (guint a = 0; a < 2; a++)
        g_assert_cmpint (arra_dataset_label (copy, i, a), ==, arra_dataset_label (labels, i, a));
    }
}

static void
test_claim (void)
{
  g_autofree char *folder = scratch_path ("claimed"), *file = scratch_path ("file");
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_imagefolder_claim (folder, "one\n", &error));
  g_assert_true (arra_imagefolder_claim (folder, "one\n", &error));
  g_assert_no_error (error);
  g_assert_false (arra_imagefolder_claim (folder, "other\n", &error));
  scratch_assert_fault (&error, folder, "another series");
  scratch_write (file, "x", 1);
  g_assert_false (arra_imagefolder_claim (file, "one\n", &error));
  scratch_assert_fault (&error, file, "cannot be made");
  g_assert_false (arra_imagefolder_claim (folder, "", &error));
  g_clear_error (&error);
}

/* What lies in a folder without a series stays as it is, and is not taken for pictures of one. */
static void
test_foreign (void)
{
  static const char *const names[]
      = { "metadata.jsonl", "metadata.csv", "attributes.json", "words.json", "images/000000.png", "images/own.jpg" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *folder = scratch_path ("foreign"), *path = g_build_filename (folder, names[i], NULL);
      g_autofree char *inner = g_path_get_dirname (path), *word = g_strndup (names[i], strcspn (names[i], "/"));
      g_autofree char *series = g_build_filename (folder, "series.json", NULL), *text = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (g_mkdir_with_parents (inner, 0755), ==, 0);
      scratch_write (path, "of somebody", 11);
      g_assert_false (arra_imagefolder_claim (folder, "one\n", &error));
      scratch_assert_fault (&error, folder, word);
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, "of somebody");
      g_assert_false (g_file_test (series, G_FILE_TEST_EXISTS));
      g_assert_cmpint (g_unlink (path), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/imagefolder/round-trip", test_round_trip);
  g_test_add_func ("/io/imagefolder/claim", test_claim);
  g_test_add_func ("/io/imagefolder/foreign", test_foreign);
  return scratch_run ();
}
