/* test-again.c - a picture is made again from the recipe that it holds
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

#include <string.h>
#include <unistd.h>

#define WALL "generate", "-q", "-m", "textures", "red brick wall"

/* With the checkpoint that ships, by its name */
static void
begin (void)
{
  g_autofree char *shipped
      = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "..", "data", "checkpoints", "textures.gguf", NULL);
  g_autofree char *whole = g_canonicalize_filename (shipped, NULL);
  g_autofree char *data = NULL, *folder = NULL, *path = NULL;

  harness_begin ();
  data = scratch_path ("data");
  folder = g_build_filename (data, "arra", "checkpoints", NULL);
  path = g_build_filename (folder, "textures.gguf", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (symlink (whole, path), ==, 0);
  harness_setenv ("XDG_DATA_HOME", data);
}

static void
make (const char *name, const char *option, const char *value)
{
  g_autoptr (Outcome) made = arra_run (WALL, "--seed", "2", "-o", name, option, value, NULL);

  assert_status (made, 0);
}

/* Settings, and the command that makes it again */
static void
test_info (void)
{
  g_autoptr (Outcome) info = NULL, json = NULL, again = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;

  begin ();
  make ("p.png", "--count", "2");
  info = arra_run ("info", "p-2.png", NULL);
  assert_status (info, 0);
  assert_says (info->out, "Prompt          red brick wall\n");
  assert_says (info->out, "Checkpoint      textures\n");
  assert_says (info->out, "Size            256 x 256 pixels\n");
  assert_says (info->out, "Seed            2 (--first 1)\n");
  assert_says (info->out, "Guidance ");
  assert_says (info->out, "temperature 0.9, top-k 300");
  assert_says (info->out, "arra generate --resume 'p-2.png' -o again.png\n");
  again = arra_run ("generate", "-q", "--resume", "p-2.png", "-o", "again.png", NULL);
  assert_status (again, 0);
  g_assert_true (same_bytes ("p-2.png", "again.png"));
  json = arra_run ("info", "p-2.png", "--json", NULL);
  assert_status (json, 0);
  node = parse_json (json->out);
  object = json_node_get_object (node);
  g_assert_cmpstr (json_object_get_string_member (object, "prompt"), ==, "red brick wall");
  g_assert_cmpstr (json_object_get_string_member (object, "name"), ==, "textures");
  g_assert_cmpint (json_object_get_int_member (object, "first"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (object, "width"), ==, 256);
  g_assert_false (json_object_get_boolean_member (object, "made_from_picture"));
  harness_end ();
}

/* Without -o it does not go where it came from. */
static void
test_resume (void)
{
  g_autoptr (Outcome) again = NULL, rows = NULL, over = NULL;

  begin ();
  make ("p.png", "--cfg", "2");
  again = arra_run ("generate", "-q", "--resume", "p.png", NULL);
  assert_status (again, 0);
  g_assert_true (same_bytes ("p.png", "p-again.png"));
  over = arra_run ("generate", "-q", "--resume", "p.png", "-o", "p.png", NULL);
  assert_status (over, 64);
  rows = arra_run ("generate", "-q", "--resume", "p.png", "--from-row", "25", "-n", "1", "-o", "rows.png", NULL);
  assert_status (rows, 0);
  g_assert_false (same_bytes ("p.png", "rows.png"));
  harness_end ();
}

/* What a recipe lacks is said. */
static void
test_refused (void)
{
  g_autoptr (Outcome) bare = NULL, varied = NULL, info = NULL, again = NULL, nowhere = NULL, lost = NULL;

  begin ();
  make ("p.png", "--cfg", "2");
  make ("bare.png", "--no-metadata", NULL);
  bare = arra_run ("generate", "--resume", "bare.png", "-o", "again.png", NULL);
  assert_status (bare, 64);
  assert_says (bare->err, "bare.png: is a picture (PNG) that holds no recipe: give its prompt, and --from");
  varied = arra_run (WALL, "--from", "p.png", "--vary", "0.1", "-o", "v.png", NULL);
  assert_status (varied, 0);
  info = arra_run ("info", "v.png", NULL);
  assert_status (info, 0);
  assert_says (info->out, "another picture");
  g_assert_null (strstr (info->out, "--resume"));
  again = arra_run ("generate", "--resume", "v.png", "-o", "again.png", NULL);
  assert_status (again, 64);
  assert_says (again->err, "v.png was made from another picture");
  harness_setenv ("XDG_DATA_HOME", NULL);
  nowhere = arra_run ("generate", "--resume", "p.png", "-o", "again.png", NULL);
  assert_status (nowhere, 64);
  assert_says (nowhere->err, "name it with --model");
  lost = arra_run ("info", "p.png", NULL);
  assert_status (lost, 0);
  assert_says (lost->out, "none that 'arra info' lists");
  g_assert_false (scratch_has ("again.png"));
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/again/info", test_info);
  g_test_add_func ("/again/resume", test_resume);
  g_test_add_func ("/again/refused", test_refused);
  return g_test_run ();
}
