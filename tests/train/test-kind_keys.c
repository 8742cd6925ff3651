/* test-kind_keys.c - every key of the recipes that ship is known, and a misspelt one is not
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "kind_keys.h"

#include <string.h>

static gboolean
is_known (const char *text, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraYaml) config = arra_yaml_parse (text, strlen (text), "x.yaml", &error);

  g_assert_no_error (error);
  if (arra_kind_keys_check (config, &error))
    return TRUE;
  g_test_message ("%s", error->message);
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  g_assert_true (g_str_has_prefix (error->message, "x.yaml: "));
  g_assert_nonnull (strstr (error->message, name));
  return FALSE;
}

static void
test_recipes (void)
{
  const char *folder = g_getenv ("ARRA_RECIPES");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  for (; (name = g_dir_read_name (dir)) != NULL; n++)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraYaml) config = arra_yaml_open (path, &error);

      g_assert_no_error (error);
      arra_kind_keys_check (config, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpuint (n, >=, 9);
}

static void
test_unknown (void)
{
  g_assert_true (is_known ("kind: vqgan\nmodel: {channel_multiplier: [1, 2]}\ndata: {paths: [a, b]}\n", ""));
  g_assert_true (is_known ("model: {hidden_size: 1, channels: [1]}\ncodebook: {start: 1}\n", "")); /* of any kind */
  g_assert_false (is_known ("kinds: vqgan\n", "\"kinds\""));
  g_assert_false (is_known ("kind: vqgan\ntrainig: {steps: 1}\n", "\"trainig.steps\""));
  g_assert_false (is_known ("kind: vqgan\ntraining: {step: 1}\n", "\"training.step\""));
  g_assert_false (is_known ("kind: vqgan\nsteps: 1\n", "\"steps\""));
  g_assert_false (is_known ("kind: vqgan\nmodel: {hidden_size: 1}\n", "to trainings of the kind \"vqgan\""));
  g_assert_false (is_known ("kind: vqgan\ndata: {path: {x: 1}}\n", "\"data.path.x\""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kind_keys/recipes", test_recipes);
  g_test_add_func ("/kind_keys/unknown", test_unknown);
  return g_test_run ();
}
