/* test-model_folder.c - a folder is replaced as a whole
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "model_folder.h"
#include "toy.h"

static char *folder, *path;

static gboolean
has (const char *name)
{
  g_autofree char *whole = g_build_filename (folder, name, NULL);

  return g_file_test (whole, G_FILE_TEST_EXISTS);
}

static void
test_replace (void)
{
  g_autofree char *left_over = g_build_filename (folder, "model.new", NULL);
  g_autofree char *rest = g_build_filename (left_over, "rest", NULL);
  g_autofree char *weights = g_build_filename (path, "weights.bin", NULL), *bytes = NULL;
  g_autoptr (GError) error = NULL;
  Toy toy;
  ArraTrainee trainee = { &toy_class, &toy };
  gsize size;

  toy_init (&toy);
  g_assert_true (arra_model_folder_save (path, &trainee, &error));
  g_assert_cmpint (g_mkdir (left_over, 0777), ==, 0); /* of a training that was killed */
  g_assert_true (g_file_set_contents (rest, "x", 1, NULL));
  toy.weights[0] = 5;
  g_assert_true (arra_model_folder_save (path, &trainee, &error));
  g_assert_true (g_file_get_contents (weights, &bytes, &size, NULL));
  g_assert_cmpmem (bytes, size, toy.weights, sizeof toy.weights);
  g_assert_false (has ("model.new"));
  g_assert_false (has ("model/rest"));
}

/* What somebody has put beside a model: a conversion of it, notes. */
static void
test_others (void)
{
  static const char *const names[] = { "model.gguf", "notes/a.txt", "notes/more/b.txt", ".hidden" };
  g_autofree char *dangling = g_build_filename (path, "dangling", NULL), *to = NULL;
  g_autoptr (GError) error = NULL;
  Toy toy;
  ArraTrainee trainee = { &toy_class, &toy };

  toy_init (&toy);
  g_assert_true (arra_model_folder_save (path, &trainee, &error));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *whole = g_build_filename (path, names[i], NULL), *inner = g_path_get_dirname (whole);

      g_assert_cmpint (g_mkdir_with_parents (inner, 0777), ==, 0);
      g_assert_true (g_file_set_contents (whole, names[i], -1, NULL));
    }
  g_assert_cmpint (symlink ("nowhere", dangling), ==, 0);
  for (guint i = 0; i < 2; i++)
    g_assert_true (arra_model_folder_save (path, &trainee, &error));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *whole = g_build_filename (path, names[i], NULL), *text = NULL;

      g_assert_true (g_file_get_contents (whole, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, names[i]);
    }
  to = g_file_read_link (dangling, NULL);
  g_assert_cmpstr (to, ==, "nowhere");
  g_assert_false (has ("model.new"));
  g_assert_true (arra_folder_remove (path, &error));
}

/* A model's folder may be a link to another place, which need not be there yet. */
static void
test_link (void)
{
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autoptr (GError) error = NULL;
  Toy toy;
  ArraTrainee trainee = { &toy_class, &toy };

  toy_init (&toy);
  g_assert_cmpint (symlink ("elsewhere", link), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (arra_model_folder_save (link, &trainee, &error));
      g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
      g_assert_true (has ("elsewhere/weights.bin"));
      g_assert_false (has ("elsewhere.new"));
    }
}

static gboolean
save_nothing (gpointer self, const char *directory, GError **error)
{
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "%s: full", directory);
  return FALSE;
}

/* When the new model cannot be saved the old one stays. */
static void
test_failure (void)
{
  ArraTraineeClass klass = toy_class;
  Toy toy;
  ArraTrainee trainee = { &toy_class, &toy };
  g_autoptr (GError) error = NULL;

  toy_init (&toy);
  g_assert_true (arra_model_folder_save (path, &trainee, &error));
  klass.save_model = save_nothing;
  trainee.klass = &klass;
  g_assert_false (arra_model_folder_save (path, &trainee, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  g_assert_true (has ("model/weights.bin"));
}

static void
test_remove (void)
{
  g_autofree char *inner = g_build_filename (path, "a", "b", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (inner, 0777), ==, 0);
  g_assert_true (arra_folder_remove (path, &error));
  g_assert_false (has ("model"));
  g_assert_true (arra_folder_remove (path, &error)); /* nothing is there */
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("arra-folder-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (folder, "model", NULL);
  g_test_add_func ("/model_folder/replace", test_replace);
  g_test_add_func ("/model_folder/others", test_others);
  g_test_add_func ("/model_folder/link", test_link);
  g_test_add_func ("/model_folder/failure", test_failure);
  g_test_add_func ("/model_folder/remove", test_remove);
  status = g_test_run ();
  arra_folder_remove (folder, &error);
  g_free (folder);
  g_free (path);
  return status;
}
