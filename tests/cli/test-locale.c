/* test-locale.c - under de_DE.UTF-8, where 4.5 is written 4,5, numbers in options, files and output stay as they are
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <string.h>

#include "fixture.h"
#include "harness.h"

#define M "--model", golden_model (), "--vqgan", golden_vqgan ()
#define SETTINGS "-s", "64x32", "--seed", "9", "--cfg", "2.5", "--temperature", "0.75", "--top-p", "0.9", "a fox"

static char *locales; /* folder with the locale, or NULL */

/* Compiles the locale into a folder of its own; FALSE with the reason when this system cannot. */
static gboolean
make_locale (const char **reason)
{
  g_autofree char *target = NULL, *localedef = g_find_program_in_path ("localedef");
  const char *argv[] = { localedef, "-i", "de_DE", "-f", "UTF-8", NULL, NULL };
  int status;

  if (localedef == NULL)
    {
      *reason = "localedef is missing";
      return FALSE;
    }
  locales = fixture_directory ();
  target = g_build_filename (locales, "de_DE.UTF-8", NULL);
  argv[5] = target;
  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                     NULL, NULL, &status, NULL)
      || !g_file_test (target, G_FILE_TEST_IS_DIR))
    {
      *reason = "the sources of the locale de_DE are missing";
      return FALSE;
    }
  return TRUE;
}

static void
use_locale (gboolean german)
{
  harness_setenv ("LOCPATH", locales);
  harness_setenv ("LC_ALL", german ? "de_DE.UTF-8" : "C.UTF-8");
}

/* Else the test would show nothing. */
static void
assert_locale_works (void)
{
  char text[16];

  g_setenv ("LOCPATH", locales, TRUE);
  g_assert_nonnull (setlocale (LC_ALL, "de_DE.UTF-8"));
  g_snprintf (text, sizeof text, "%.1f", 4.5);
  g_assert_cmpstr (text, ==, "4,5");
  g_assert_nonnull (setlocale (LC_ALL, "C"));
}

static void
run_generate (const char *png, const char *tokens, const char *json_name)
{
  g_autoptr (Outcome) outcome = arra_run ("generate", M, "--json", "-o", png, "--tokens-out", tokens, SETTINGS, NULL);
  g_autofree char *path = scratch_path (json_name);

  assert_status (outcome, 0);
  g_assert_true (g_file_set_contents (path, outcome->out, -1, NULL));
}

static void
test_generate (void)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (Outcome) comma = NULL;
  JsonObject *settings;

  harness_begin ();
  use_locale (FALSE);
  run_generate ("c.png", "c.json", "c-report.json");
  use_locale (TRUE);
  run_generate ("de.png", "de.json", "de-report.json");
  g_assert_true (same_bytes ("c.png", "de.png"));
  g_assert_true (same_bytes ("c.json", "de.json"));
  node = parse_json_file ("de-report.json");
  settings = json_object_get_object_member (json_node_get_object (node), "settings");
  g_assert_cmpfloat (json_object_get_double_member (settings, "guidance_scale"), ==, 2.5);
  g_assert_cmpfloat (json_object_get_double_member (settings, "temperature"), ==, 0.75);
  g_assert_cmpfloat (json_object_get_double_member (settings, "top_p"), ==, 0.9);
  g_assert_cmpfloat (json_object_get_double_member (json_node_get_object (node), "tokens_per_second"), >, 0);
  comma = arra_run ("generate", M, "--cfg", "2,5", "a fox", NULL);
  assert_status (comma, 64);
  assert_says (comma->err, "--cfg: '2,5'");
  harness_end ();
}

static void
test_resume (void)
{
  g_autoptr (Outcome) resumed = NULL;

  harness_begin ();
  use_locale (TRUE);
  run_generate ("a.png", "a.json", "report.json");
  resumed = arra_run ("generate", "--resume", "a.json", "-o", "b.png", NULL);
  assert_status (resumed, 0);
  g_assert_true (same_bytes ("a.png", "b.png"));
  harness_end ();
}

/* A number with a comma anywhere in what the other commands print would be one written by the locale. */
static void
assert_no_comma_number (const char *text)
{
  g_assert_false (g_regex_match_simple ("[0-9],[0-9]", text, 0, 0));
}

static void
run_series (const char *prompts, const char *folder, const char *table)
{
  g_autoptr (Outcome) made
      = arra_run ("generate", M, "--prompts", prompts, "-s", "64x32", "--cfg", "2.5", "-o", folder, NULL);
  g_autoptr (Outcome) measured = NULL;

  assert_status (made, 0);
  g_assert_false (g_regex_match_simple ("[0-9],[0-9]", made->out, 0, 0));
  measured = arra_run ("eval", "--data", folder, "-o", table, NULL);
  assert_status (measured, 0);
}

static void
test_series (void)
{
  g_autofree char *prompts = NULL, *table = NULL, *path = NULL;

  harness_begin ();
  prompts = scratch_path ("prompts.txt");
  g_assert_true (g_file_set_contents (prompts, "a fox\na hare\n", -1, NULL));
  use_locale (FALSE);
  run_series ("prompts.txt", "set", "c.md");
  use_locale (TRUE);
  run_series ("prompts.txt", "de", "de.md");
  g_assert_true (same_bytes ("set/series.json", "de/series.json"));
  g_assert_true (same_bytes ("set/images/000001.png", "de/images/000001.png"));
  path = scratch_path ("de.md");
  g_assert_true (g_file_get_contents (path, &table, NULL, NULL));
  assert_says (table, "| MS-SSIM between pictures | 0.");
  harness_end ();
}

static void
test_others (void)
{
  g_autoptr (Outcome) info = NULL;
  g_autoptr (Outcome) json = NULL;
  g_autoptr (Outcome) converted = NULL;
  g_autoptr (Outcome) converted_c = NULL;
  g_autoptr (Outcome) bench = NULL;
  g_autoptr (JsonNode) node = NULL;

  harness_begin ();
  use_locale (FALSE);
  converted_c = arra_run ("convert", golden_model (), "--vqgan", golden_vqgan (), "-t", "q8_0", "-o", "c.gguf", NULL);
  assert_status (converted_c, 0);
  use_locale (TRUE);
  converted = arra_run ("convert", golden_model (), "--vqgan", golden_vqgan (), "-t", "q8_0", "-o", "de.gguf", NULL);
  assert_status (converted, 0);
  assert_no_comma_number (converted->out);
  g_assert_true (same_bytes ("c.gguf", "de.gguf"));
  info = arra_run ("info", "de.gguf", "--cfg", "1.5", NULL);
  assert_status (info, 0);
  assert_no_comma_number (info->out);
  json = arra_run ("info", "de.gguf", "--json", NULL);
  node = parse_json (json->out);
  bench = arra_run ("bench", "--dim", "64", "--layers", "1", "--heads", "2", "--ffn", "64", "--vocab", "64", "--steps",
                    "1", NULL);
  assert_status (bench, 0);
  g_assert_false (g_regex_match_simple ("[0-9],[0-9]", bench->out, 0, 0));
  harness_end ();
}

int
main (int argc, char **argv)
{
  const char *reason = NULL;
  int status = 0;

  g_test_init (&argc, &argv, NULL);
  if (!make_locale (&reason))
    g_print ("1..0 # SKIP %s\n", reason);
  else
    {
      assert_locale_works ();
      g_test_add_func ("/cli/locale/generate", test_generate);
      g_test_add_func ("/cli/locale/resume", test_resume);
      g_test_add_func ("/cli/locale/series", test_series);
      g_test_add_func ("/cli/locale/others", test_others);
      status = g_test_run ();
    }
  if (locales != NULL)
    fixture_remove (locales);
  g_free (locales);
  return status;
}
