/* test-recipe.c - what a job writes about itself is read back; what strangers write is checked
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "models.h"

static char *tiny;
static ArraCheckpoint *checkpoint;

static void
test_round_trip (void)
{
  const guint grid = arra_checkpoint_grid (checkpoint);
  ArraRequest request = models_request (checkpoint, grid, 2 * grid);
  g_autoptr (ArraJob) job = NULL;
  g_autoptr (ArraRecipe) all = NULL, bare = NULL;
  g_autofree char *json = NULL, *without = NULL;
  g_autoptr (GError) error = NULL;
  const ArraRequest *back;

  request.prompt = "h\303\251 \"said\"\n";
  request.temperature = 0.1;
  request.seed = 12345678901234567890u;
  job = models_run (checkpoint, &request);
  json = arra_job_recipe (job, 0, TRUE);
  g_assert_true (g_utf8_validate (json, -1, NULL));
  g_assert_nonnull (strstr (json, "\"temperature\": 0.1,"));
  g_assert_nonnull (strstr (json, "\"seed\": \"12345678901234567890\""));
  all = arra_recipe_parse (json, -1, &error);
  g_assert_no_error (error);
  back = arra_recipe_request (all);
  g_assert_cmpstr (back->prompt, ==, request.prompt);
  g_assert_cmpstr (back->prompt_template, ==, checkpoint->prompt_template);
  g_assert_cmpuint (back->seed, ==, request.seed);
  g_assert_cmpuint (back->width, ==, grid);
  g_assert_cmpuint (back->height, ==, 2 * grid);
  g_assert_cmpfloat (back->temperature, ==, 0.1);
  g_assert_cmpstr (arra_recipe_fingerprint (all), ==, arra_checkpoint_fingerprint (checkpoint));
  without = arra_job_recipe (job, 0, FALSE);
  bare = arra_recipe_parse (without, (gssize) strlen (without), &error);
  g_assert_no_error (error);
  g_assert_null (arra_recipe_request (bare)->prompt);
}

/* Each of several pictures is made again, alone, by what its recipe asks for. */
static void
test_one_of_several (void)
{
  const guint grid = arra_checkpoint_grid (checkpoint);
  ArraRequest request = models_request (checkpoint, grid, grid);
  g_autoptr (ArraJob) job = NULL;

  request.count = 2;
  request.first = 1;
  job = models_run (checkpoint, &request);
  for (guint i = 0; i < request.count; i++)
    {
      g_autofree char *json = arra_job_recipe (job, i, TRUE), *again = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraRecipe) recipe = arra_recipe_parse (json, -1, &error);
      g_autoptr (ArraJob) alone = NULL;

      g_assert_no_error (error);
      g_assert_cmpuint (arra_recipe_request (recipe)->first, ==, 1 + i);
      g_assert_cmpuint (arra_recipe_request (recipe)->count, ==, 1);
      alone = models_run (checkpoint, arra_recipe_request (recipe));
      again = arra_job_recipe (alone, 0, TRUE);
      g_assert_cmpstr (again, ==, json);
    }
}

static void
test_strangers (void)
{
  static const char *const texts[] = {
    "",
    "{",
    "[]",
    "{}",
    "null",
    "{\"arra_tokens\": 1}",
    "{\"arra_tokens\": 2, \"fingerprint\": \"a\", \"quant\": \"auto\"}",
    "{\"arra_tokens\": 1, \"fingerprint\": \"a\", \"quant\": \"auto\", \"width\": 1, \"height\": 0, "
    "\"count\": 1, \"seed\": \"1\", \"top_k\": 1, \"text_top_k\": 1, \"max_tokens\": 0, \"first\": 0}",
    "{\"arra_tokens\": 1, \"fingerprint\": \"a\", \"quant\": \"auto\", \"width\": 0, \"height\": 0, "
    "\"count\": 0, \"seed\": \"1\", \"top_k\": 1, \"text_top_k\": 1, \"max_tokens\": 0, \"first\": 0}",
    "{\"arra_tokens\": 1, \"fingerprint\": \"a\", \"quant\": \"auto\", \"width\": 0, \"height\": 0, "
    "\"count\": 1, \"seed\": 1, \"top_k\": 1, \"text_top_k\": 1, \"max_tokens\": 0, \"first\": 0}",
    "{\"arra_tokens\": 1, \"fingerprint\": \"a\", \"quant\": \"auto\", \"width\": 0, \"height\": 0, "
    "\"count\": 1, \"seed\": \"1\", \"top_k\": -1, \"text_top_k\": 1, \"max_tokens\": 0, \"first\": 0}",
    "{\"arra_tokens\": 1, \"fingerprint\": \"a\", \"quant\": \"auto\", \"width\": 0, \"height\": 0, "
    "\"count\": 1, \"seed\": \"1\", \"top_k\": 1, \"text_top_k\": 1, \"max_tokens\": 0, \"first\": 0, "
    "\"temperature\": -3}",
  };
  static const char sound[]
      = "{\"arra_tokens\": 1, \"fingerprint\": \"a\", \"quant\": \"auto\", \"width\": 0, \"height\": 0, "
        "\"count\": 1, \"seed\": \"1\", \"top_k\": 1, \"text_top_k\": 1, \"max_tokens\": 0, \"first\": 0}";
  g_autoptr (ArraRecipe) recipe = arra_recipe_parse (sound, -1, NULL);

  g_assert_nonnull (recipe);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (arra_recipe_parse (texts[i], -1, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, "recipe"));
    }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tiny = models_write_tiny ();
  checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  g_test_add_func ("/recipe/round-trip", test_round_trip);
  g_test_add_func ("/recipe/one-of-several", test_one_of_several);
  g_test_add_func ("/recipe/strangers", test_strangers);
  result = g_test_run ();
  arra_checkpoint_unref (checkpoint);
  models_remove (tiny);
  return result;
}
