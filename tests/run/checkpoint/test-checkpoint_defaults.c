/* test-checkpoint_defaults.c - sampling settings a directory brings along
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint.h"
#include "fixture.h"

static ArraCheckpoint *
open_with (const char *settings, GError **error)
{
  g_autofree char *path = fixture_make_named ("tiny");
  ArraOpenOptions options = { .metadata_only = TRUE };
  ArraCheckpoint *checkpoint;

  if (settings != NULL)
    fixture_put (path, "arra.json", settings, -1);
  checkpoint = arra_checkpoint_open (path, &options, NULL, error);
  fixture_remove (path);
  return checkpoint;
}

static void
test_standard (void)
{
  g_autoptr (ArraCheckpoint) checkpoint = open_with (NULL, NULL);

  g_assert_cmpstr (checkpoint->prompt_template, ==, "{prompt}");
  g_assert_cmpfloat (checkpoint->defaults.guidance_scale, ==, 4);
  g_assert_cmpfloat (checkpoint->defaults.temperature, ==, 1);
  g_assert_cmpfloat (checkpoint->defaults.top_p, ==, 1);
  g_assert_cmpuint (checkpoint->defaults.top_k, ==, 2000);
  g_assert_cmpuint (checkpoint->defaults.text_top_k, ==, 10);
  /* 8 size tokens, 4 pixels a grid */
  g_assert_cmpuint (checkpoint->defaults.width, ==, 32);
  g_assert_cmpuint (checkpoint->defaults.height, ==, 32);
}

static void
test_given (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraCheckpoint) checkpoint
      = open_with ("{\"prompt_template\":\"Draw "
                   "{prompt}!\",\"guidance_scale\":2.5,\"temperature\":0.9,\"top_p\":0.95,\"top_k\":100,"
                   "\"text_top_k\":5,\"width\":16,\"height\":24,\"other\":[1,2]}",
                   &error);

  g_assert_no_error (error);
  g_assert_cmpstr (checkpoint->prompt_template, ==, "Draw {prompt}!");
  g_assert_cmpfloat (checkpoint->defaults.guidance_scale, ==, 2.5);
  g_assert_cmpfloat (checkpoint->defaults.temperature, ==, 0.9);
  g_assert_cmpfloat (checkpoint->defaults.top_p, ==, 0.95);
  g_assert_cmpuint (checkpoint->defaults.top_k, ==, 100);
  g_assert_cmpuint (checkpoint->defaults.text_top_k, ==, 5);
  g_assert_cmpuint (checkpoint->defaults.width, ==, 16);
  g_assert_cmpuint (checkpoint->defaults.height, ==, 24);
}

static const struct
{
  const char *settings, *word;
} wrong[] = {
  { "{\"guidance_scale\":-1}", "guidance_scale" },
  { "{\"guidance_scale\":1e9}", "guidance_scale" },
  { "{\"guidance_scale\":\"4\"}", "guidance_scale" },
  { "{\"temperature\":0}", "temperature" },
  { "{\"temperature\":-1}", "temperature" },
  { "{\"temperature\":1e-300}", "temperature" },
  { "{\"top_p\":0}", "top_p" },
  { "{\"top_p\":1.5}", "top_p" },
  { "{\"top_k\":-1}", "top_k" },
  { "{\"top_k\":2.5}", "top_k" },
  { "{\"top_k\":99999999999}", "top_k" },
  { "{\"text_top_k\":true}", "text_top_k" },
  { "{\"width\":30}", "multiples of 4" },
  { "{\"width\":0}", "width" },
  { "{\"width\":4000,\"height\":4000}", "multiples of 4" },
  { "{\"prompt_template\":\"no place\"}", "{prompt}" },
  { "{\"prompt_template\":5}", "prompt_template" },
  { "[]", "arra.json" },
  { "{", "arra.json" },
};

static void
test_wrong (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      if (open_with (wrong[i].settings, &error) != NULL)
        g_error ("accepted: %s", wrong[i].settings);
      fixture_assert_error (error, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("arra.json", wrong[i].word));
    }
}

static void
test_long_template (void)
{
  g_autofree char *filler = g_strnfill (5000, 'x');
  g_autofree char *settings = g_strdup_printf ("{\"prompt_template\":\"{prompt}%s\"}", filler);
  g_autoptr (GError) error = NULL;

  g_assert_null (open_with (settings, &error));
  fixture_assert_error (error, ARRA_ERROR_INVALID_DATA, FIXTURE_WORDS ("prompt_template", "4096"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/checkpoint_defaults/standard", test_standard);
  g_test_add_func ("/checkpoint_defaults/given", test_given);
  g_test_add_func ("/checkpoint_defaults/wrong", test_wrong);
  g_test_add_func ("/checkpoint_defaults/long-template", test_long_template);
  return g_test_run ();
}
