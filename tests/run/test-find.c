/* test-find.c - checkpoints are found where they may lie, broken ones with a reason, in a fixed order
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra.h>
#include <glib/gstdio.h>
#include <string.h>

static char *root; /* a home of our own */

static char *
place (const char *first, ...)
{
  va_list args;
  g_autofree char *tail = NULL;

  va_start (args, first);
  tail = g_build_filename_valist ((char *) first, &args);
  va_end (args);
  return g_build_filename (root, tail, NULL);
}

static void
link_model (const char *path)
{
  g_autofree char *model = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "e2e", "model", NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_make_symbolic_link (file, model, NULL, NULL));
}

static void
write_text (const char *path, const char *text)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static const ArraFound *
look_for (GPtrArray *found, const char *path)
{
  for (guint i = 0; i < found->len; i++)
    {
      const ArraFound *item = found->pdata[i];

      /* one or the other, never both or neither */
      g_assert_true ((item->checkpoint == NULL) == (item->problem != NULL));
      if (strcmp (item->path, path) == 0)
        return item;
    }
  return NULL;
}

static void
test_places (void)
{
  g_autofree char *own = place ("data", "arra", "checkpoints", "mine", NULL);
  g_autofree char *broken = place ("data", "arra", "checkpoints", "broken.gguf", NULL);
  g_autofree char *readme = place ("data", "arra", "checkpoints", "README.txt", NULL);
  g_autofree char *cached = place ("cache", "huggingface", "hub", "models--someone--arra", "snapshots", "0123", NULL);
  g_autofree char *other = place ("cache", "huggingface", "hub", "models--someone--llama", "snapshots", "4567", NULL);
  g_autofree char *other_config = g_build_filename (other, "config.json", NULL);
  g_autofree char *further = place ("further", "model", NULL), *further_folder = place ("further", NULL);
  const char *folders[] = { further_folder, "/nonexistent", NULL };
  g_autoptr (GPtrArray) found = NULL;

  link_model (own);
  link_model (cached);
  link_model (further);
  write_text (broken, "GGUF is what this file says it is");
  write_text (readme, "not a checkpoint");
  write_text (other_config, "{\"model_type\": \"llama\"}");
  found = arra_checkpoints_find (folders, NULL);
  g_assert_nonnull (look_for (found, own)->checkpoint);
  g_assert_nonnull (look_for (found, cached)->checkpoint);
  g_assert_nonnull (look_for (found, further)->checkpoint);
  g_assert_nonnull (strstr (look_for (found, broken)->problem, "broken.gguf"));
  g_assert_null (look_for (found, readme));
  g_assert_null (look_for (found, other));
}

/* A folder that is itself a checkpoint, and one listed twice. */
static void
test_single (void)
{
  g_autofree char *model = place ("single", "model", NULL);
  const char *folders[] = { model, model, NULL };
  g_autoptr (GPtrArray) found = NULL;
  guint n = 0;

  link_model (model);
  found = arra_checkpoints_find (folders, NULL);
  for (guint i = 0; i < found->len; i++)
    n += strcmp (((ArraFound *) found->pdata[i])->path, model) == 0;
  g_assert_cmpuint (n, ==, 1);
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) found = NULL;

  g_cancellable_cancel (cancellable);
  found = arra_checkpoints_find (NULL, cancellable);
  g_assert_cmpuint (found->len, ==, 0);
}

/* The user's first, but for the one that ships, wherever it lies. */
static void
test_default (void)
{
  g_autofree char *shipped = place ("system", "arra", "checkpoints", "textures.gguf", NULL), *again = NULL;
  g_autofree char *first = place ("data", "arra", "checkpoints", "a.gguf", NULL);
  g_autofree char *second = place ("data", "arra", "checkpoints", "b.gguf", NULL);
  g_autofree char *chosen = NULL;

  write_text (second, "");
  write_text (first, "");
  chosen = arra_checkpoints_default ();
  g_assert_cmpstr (chosen, ==, first);
  write_text (shipped, "");
  again = arra_checkpoints_default ();
  g_assert_cmpstr (again, ==, shipped);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL, *cache = NULL, *system = NULL;

  root = g_dir_make_tmp ("arra-find-XXXXXX", &error);
  g_assert_no_error (error);
  data = place ("data", NULL);
  cache = place ("cache", NULL);
  system = place ("system", NULL);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_setenv ("XDG_DATA_DIRS", system, TRUE);
  g_unsetenv ("HF_HOME");
  g_unsetenv ("HF_HUB_CACHE");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/find/places", test_places);
  g_test_add_func ("/find/single", test_single);
  g_test_add_func ("/find/cancelled", test_cancelled);
  g_test_add_func ("/find/default", test_default);
  return g_test_run ();
}
