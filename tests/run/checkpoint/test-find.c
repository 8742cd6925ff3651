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
  g_assert_cmpstr (look_for (found, own)->name, ==, "mine");
  g_assert_nonnull (look_for (found, cached)->checkpoint);
  g_assert_cmpstr (look_for (found, cached)->name, ==, "someone/arra");
  g_assert_nonnull (look_for (found, further)->checkpoint);
  g_assert_null (look_for (found, further)->name);
  g_assert_nonnull (strstr (look_for (found, broken)->problem, "broken.gguf"));
  g_assert_null (look_for (found, readme));
  g_assert_null (look_for (found, other));
}

/* Of a repository that was downloaded twice, the commit counts that refs/main names, wherever the cache is
 * said to lie. */
static void
test_hub (void)
{
  static const struct
  {
    const char *variable, *value, *cache;
  } homes[] = {
    { "HF_HUB_CACHE", "~/own", "own" },
    { "HUGGINGFACE_HUB_CACHE", "${HOME}/older", "older" },
    { "HF_HOME", "~/hf", "hf/hub" },
    { "HF_HOME", "$HOME/hf2", "hf2/hub" },
    { "XDG_CACHE_HOME", "~/xdg", "xdg/huggingface/hub" },
  };
  g_autofree char *before = g_strdup (g_getenv ("XDG_CACHE_HOME"));

  for (guint i = 0; i < G_N_ELEMENTS (homes); i++)
    {
      g_autofree char *name = g_strdup_printf ("models--someone--arra%u", i);
      g_autofree char *first = place (homes[i].cache, name, "snapshots", "0123", NULL);
      g_autofree char *main = place (homes[i].cache, name, "snapshots", "abcd", NULL);
      g_autofree char *last = place (homes[i].cache, name, "snapshots", "ffff", NULL);
      g_autofree char *ref = place (homes[i].cache, name, "refs", "main", NULL);
      g_autofree char *short_name = g_strdup_printf ("someone/arra%u", i);
      g_autofree char *located = NULL;
      g_autoptr (GPtrArray) found = NULL;
      g_autoptr (GError) error = NULL;

      link_model (first);
      link_model (main);
      link_model (last);
      write_text (ref, "abcd\n");
      g_setenv (homes[i].variable, homes[i].value, TRUE);
      found = arra_checkpoints_find (NULL, NULL);
      located = arra_checkpoints_locate (short_name, &error);
      g_unsetenv (homes[i].variable);
      g_setenv ("XDG_CACHE_HOME", before, TRUE);
      g_assert_no_error (error);
      g_assert_cmpstr (located, ==, main);
      g_assert_cmpstr (look_for (found, main)->name, ==, short_name);
      g_assert_null (look_for (found, first));
      g_assert_null (look_for (found, last));
    }
}

/* Before the older name, and before HF_HOME. */
static void
test_hub_order (void)
{
  g_autofree char *path = place ("new", "models--a--b", "snapshots", "1", NULL), *located = NULL;

  link_model (path);
  g_setenv ("HF_HUB_CACHE", "~/new", TRUE);
  g_setenv ("HUGGINGFACE_HUB_CACHE", "~/old", TRUE);
  g_setenv ("HF_HOME", "~/home", TRUE);
  located = arra_checkpoints_locate ("a/b", NULL);
  g_unsetenv ("HF_HUB_CACHE");
  g_unsetenv ("HUGGINGFACE_HUB_CACHE");
  g_unsetenv ("HF_HOME");
  g_assert_cmpstr (located, ==, path);
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
  g_setenv ("HOME", root, TRUE);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_setenv ("XDG_DATA_DIRS", system, TRUE);
  g_unsetenv ("HF_HOME");
  g_unsetenv ("HF_HUB_CACHE");
  g_unsetenv ("HUGGINGFACE_HUB_CACHE");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/find/places", test_places);
  g_test_add_func ("/find/hub", test_hub);
  g_test_add_func ("/find/hub-order", test_hub_order);
  g_test_add_func ("/find/single", test_single);
  g_test_add_func ("/find/cancelled", test_cancelled);
  g_test_add_func ("/find/default", test_default);
  return g_test_run ();
}
