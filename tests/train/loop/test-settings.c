/* test-settings.c - values that may be left out, of any configuration and of the trainer's
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "settings.h"
#include "trainer.h"

static ArraYaml *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  ArraYaml *config = arra_yaml_parse (text, strlen (text), "folder/x.yaml", &error);

  g_assert_no_error (error);
  return config;
}

static void
assert_fault (GError **error, const char *word)
{
  g_assert_nonnull (*error);
  g_assert_nonnull (strstr ((*error)->message, "folder/x.yaml"));
  g_assert_nonnull (strstr ((*error)->message, word));
  g_clear_error (error);
}

static void
test_values (void)
{
  static const char *const names[] = { "red", "green", NULL };
  g_autoptr (ArraYaml) config
      = parse ("n: 7\nx: 0.5\nyes: true\ncolour: green\npath: a/b\nabsolute: /a/b\nempty: \"\"\n");
  g_autofree char *path = NULL;
  guint64 n = 1;
  double x = 1;
  gboolean yes = FALSE;
  guint colour = 0;
  GError *error = NULL;

  g_assert_true (arra_setting_uint (config, "none", 0, 9, &n, &error) && n == 1);
  g_assert_true (arra_setting_uint (config, "n", 0, 9, &n, &error) && n == 7);
  g_assert_true (arra_setting_double (config, "none", 0, 1, &x, &error) && x == 1);
  g_assert_true (arra_setting_double (config, "x", 0, 1, &x, &error) && x == 0.5);
  g_assert_true (arra_setting_bool (config, "yes", &yes, &error) && yes);
  g_assert_true (arra_setting_choice (config, "none", names, &colour, &error) && colour == 0);
  g_assert_true (arra_setting_choice (config, "colour", names, &colour, &error) && colour == 1);
  g_assert_true (arra_setting_path (config, "none", &path, &error) && path == NULL);
  g_assert_true (arra_setting_path (config, "path", &path, &error));
  g_assert_cmpstr (path, ==, "folder/a/b");
  g_assert_true (arra_setting_path (config, "absolute", &path, &error));
  g_assert_cmpstr (path, ==, "/a/b");
  g_assert_false (arra_setting_uint (config, "n", 0, 6, &n, &error));
  assert_fault (&error, "\"n\"");
  g_assert_false (arra_setting_choice (config, "path", names, &colour, &error));
  assert_fault (&error, "\"path\" is 'a/b', not one of red, green");
  g_assert_false (arra_setting_path (config, "empty", &path, &error));
  assert_fault (&error, "\"empty\"");
}

/* Whoever runs a recipe as it came learns which key to give. */
static void
test_file (void)
{
  g_autoptr (ArraYaml) config = parse ("there: /\ntokenizer: lost/tokenizer.json\n");
  g_autofree char *path = NULL, *none = NULL;
  GError *error = NULL;

  g_assert_true (arra_setting_file (config, "none", &none, &error) && none == NULL);
  g_assert_true (arra_setting_file (config, "there", &path, &error));
  g_assert_cmpstr (path, ==, "/");
  g_assert_false (arra_setting_file (config, "tokenizer", &path, &error));
  assert_fault (&error, "\"tokenizer\": there is no file or folder folder/lost/tokenizer.json; --set tokenizer=PATH");
}

static void
test_trainer (void)
{
  g_autoptr (ArraYaml) config = parse ("output: out\ntraining: {steps: 100, learning_rate: 0.5, warmup: 10, "
                                       "min_learning_rate: 0.1, patience: 3}\n");
  ArraTrainerSettings settings;
  g_autoptr (GError) error = NULL;

  arra_trainer_settings_read (config, &settings, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (settings.output, ==, "folder/out");
  g_assert_cmpuint (settings.seed, ==, 1);
  g_assert_cmpuint (settings.patience, ==, 3);
  g_assert_cmpfloat (arra_lr_at (&settings.schedule, 5), ==, 0.25);
  g_assert_cmpfloat_with_epsilon (arra_lr_at (&settings.schedule, 100), 0.1, 1e-12);
  arra_trainer_settings_clear (&settings);
}

/* A warm-up that does not end within the steps is cut to half of them. */
static void
test_y_warmup (void)
{
  static const guint asked[] = { 99, 100, 500 }, taken[] = { 99, 50, 50 };

  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_autofree char *text
          = g_strdup_printf ("output: out\ntraining: {steps: 100, learning_rate: 1, warmup: %u}\n", asked[i]);
      g_autoptr (ArraYaml) config = parse (text);
      ArraTrainerSettings settings;

      g_assert_true (arra_trainer_settings_read (config, &settings, NULL));
      g_assert_cmpfloat (settings.schedule.warmup, ==, taken[i]);
      g_assert_cmpfloat (settings.cut_warmup, ==, taken[i] == asked[i] ? 0 : asked[i]);
      g_assert_cmpfloat (arra_lr_at (&settings.schedule, taken[i]), ==, 1);
      arra_trainer_settings_clear (&settings);
    }
}

static void
refuse (const char *text, const char *word)
{
  g_autoptr (ArraYaml) config = parse (text);
  ArraTrainerSettings settings;
  GError *error = NULL;

  g_assert_false (arra_trainer_settings_read (config, &settings, &error));
  assert_fault (&error, word);
}

static void
test_n_trainer (void)
{
  refuse ("output: x\ntraining: {steps: 10}\n", "learning_rate");
  refuse ("output: x\ntraining: {learning_rate: 1}\n", "training.steps");
  refuse ("training: {steps: 10, learning_rate: 1}\n", "output");
  refuse ("output: x\ntraining: {steps: 10, learning_rate: 1, min_learning_rate: 2}\n", "min_learning_rate");
  refuse ("output: x\ntraining: {steps: 10, learning_rate: 1, schedule: wavy}\n", "cosine, constant");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settings/values", test_values);
  g_test_add_func ("/settings/file", test_file);
  g_test_add_func ("/settings/trainer", test_trainer);
  g_test_add_func ("/settings/n-trainer", test_n_trainer);
  g_test_add_func ("/settings/y-warmup", test_y_warmup);
  return g_test_run ();
}
