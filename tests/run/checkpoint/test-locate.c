/* test-locate.c - checkpoints by path and by name
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra.h>
#include <glib/gstdio.h>
#include <string.h>

#include "fixture.h"

static char *root; /* a home of our own, and the current folder */

static char *
make_file (const char *path, const char *text)
{
  char *whole = g_build_filename (root, path, NULL);
  g_autofree char *folder = g_path_get_dirname (whole);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (whole, text, -1, NULL));
  return whole;
}

static void
expect (const char *text, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *found = arra_checkpoints_locate (text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, path);
}

static void
expect_none (const char *text, const char *const *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (arra_checkpoints_locate (text, &error));
  fixture_assert_error (error, ARRA_ERROR_NOT_FOUND, words);
}

static void
test_names (void)
{
  g_autofree char *textures = make_file ("system/arra/checkpoints/textures.gguf", "GGUF");
  g_autofree char *mine = make_file ("data/arra/checkpoints/Mine.gguf", "GGUF");
  g_autofree char *shadowed = make_file ("data/arra/checkpoints/textures.gguf", "GGUF");
  g_autofree char *config = make_file ("data/arra/checkpoints/folder/config.json", "{}");
  g_autofree char *folder = g_path_get_dirname (config);
  g_autofree char *other = make_file ("cache/huggingface/hub/models--a--llama/snapshots/1/config.json", "{}");
  g_autofree char *snapshot = g_path_get_dirname (other);
  g_autofree char *snapshots = g_path_get_dirname (snapshot);
  g_autofree char *repository = g_path_get_dirname (snapshots);

  expect ("textures", textures);
  expect ("textures.gguf", textures);
  expect ("Mine", mine);
  expect ("mine", mine);
  expect ("folder", folder);
  expect ("a/llama", snapshot);
  expect (repository, snapshot);
  expect (shadowed, shadowed);
}

/* Data drawn into a folder "textures" is no checkpoint, whatever it is called. */
static void
test_paths_before_names (void)
{
  g_autofree char *textures = make_file ("system/arra/checkpoints/textures.gguf", "GGUF");
  g_autofree char *data = make_file ("textures/metadata.jsonl", "");
  g_autofree char *config = NULL, *file = NULL, *notes = make_file ("notes", "");

  expect ("textures", textures);
  expect (data, data);
  expect ("./textures", "./textures");
  expect ("textures/", "textures/");
  expect ("notes", "notes");
  expect ("~/notes", notes);
  config = make_file ("textures/config.json", "{}");
  expect ("textures", "textures");
  g_assert_cmpint (g_unlink (config), ==, 0);
  expect ("textures.gguf", textures);
  file = make_file ("textures.gguf", "GGUF");
  expect ("textures.gguf", "textures.gguf");
  g_assert_cmpint (g_unlink (file), ==, 0);
}

static void
test_unknown (void)
{
  expect_none ("texture", FIXTURE_WORDS ("no file or folder texture", "did you mean \"textures\"?", "Mine"));
  expect_none ("something else", FIXTURE_WORDS ("something else", "known are", "textures", "folder"));
  expect_none ("./textures.gguf", FIXTURE_WORDS ("no file or folder ./textures.gguf"));
  expect_none ("/textures", FIXTURE_WORDS ("no file or folder /textures"));
  expect_none ("", FIXTURE_WORDS ("no file or folder"));
  expect_none ("a/b/c", FIXTURE_WORDS ("a/b/c"));
  expect_none ("../x", FIXTURE_WORDS ("../x"));
}

int
main (int argc, char **argv)
{
  static const char *const variables[][2]
      = { { "XDG_DATA_HOME", "data" }, { "XDG_DATA_DIRS", "system" }, { "XDG_CACHE_HOME", "cache" }, { "HOME", "" } };
  int result;

  root = fixture_directory ();
  g_assert_cmpint (g_chdir (root), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      g_autofree char *path
          = *variables[i][1] != '\0' ? g_build_filename (root, variables[i][1], NULL) : g_strdup (root);

      g_setenv (variables[i][0], path, TRUE);
    }
  g_unsetenv ("HF_HOME");
  g_unsetenv ("HF_HUB_CACHE");
  g_unsetenv ("HUGGINGFACE_HUB_CACHE");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/locate/names", test_names);
  g_test_add_func ("/locate/paths-before-names", test_paths_before_names);
  g_test_add_func ("/locate/unknown", test_unknown);
  result = g_test_run ();
  fixture_remove (root);
  return result;
}
