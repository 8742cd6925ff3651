/* test-generate.c - `arra generate` against the golden run, and what its options do
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "harness.h"

#define M "--model", golden_model (), "--vqgan", golden_vqgan ()

/* What the file of --tokens-out holds. */
static GArray *
saved_tokens (const char *name, guint answer)
{
  g_autoptr (JsonNode) node = parse_json_file (name);
  JsonArray *answers = json_object_get_array_member (json_node_get_object (node), "answers");
  JsonArray *tokens = json_object_get_array_member (json_array_get_object_element (answers, answer), "tokens");
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < json_array_get_length (tokens); i++)
    {
      guint32 id = (guint32) json_array_get_int_element (tokens, i);
      g_array_append_val (ids, id);
    }
  return ids;
}

static void
check_golden_run (JsonObject *run, guint index)
{
  JsonArray *expected = json_object_get_array_member (run, "generated_ids_without_final_8710");
  g_autofree char *name = g_strdup_printf ("e2e/run%u_image0.png", index);
  g_autofree char *golden = golden_path (name);
  g_autofree char *cfg = g_strdup_printf ("%d", (int) json_object_get_double_member (run, "cfg"));
  g_autoptr (Outcome) outcome = NULL;
  g_autoptr (GArray) ids = NULL;

  harness_begin ();
  outcome = arra_run ("generate", M, "--size", "auto", "--template", "{prompt}", "--top-k", "1", "--text-top-k", "1",
                      "--cfg", cfg, "-o", "out.png", "--tokens-out", "out.json", "--prompt",
                      json_object_get_string_member (run, "prompt"), NULL);
  assert_status (outcome, 0);
  g_assert_cmpstr (outcome->err, ==, "");
  ids = saved_tokens ("out.json", 0);
  g_assert_cmpuint (ids->len, ==, json_array_get_length (expected));
  for (guint i = 0; i < ids->len; i++)
    g_assert_cmpuint (g_array_index (ids, guint32, i), ==, (guint) json_array_get_int_element (expected, i));
  g_assert_cmpuint (picture_difference ("out.png", golden), <=, 1);
  harness_end ();
}

static void
test_golden (void)
{
  g_autofree char *path = golden_path ("e2e/case.json");
  g_autoptr (JsonNode) node = parse_json_file (path);
  JsonArray *runs = json_object_get_array_member (json_node_get_object (node), "runs");

  g_assert_cmpuint (json_array_get_length (runs), >=, 3);
  for (guint i = 0; i < json_array_get_length (runs); i++)
    check_golden_run (json_array_get_object_element (runs, i), i);
}

/* The prompt is the same wherever it comes from, so the picture is. */
static void
test_prompt_sources (void)
{
  g_autofree char *path = NULL;

  harness_begin ();
  path = scratch_path ("prompt.txt");
  g_assert_true (g_file_set_contents (path, "ein Fuchs im Schn\303\244uzchen\r\n", -1, NULL));
  {
    const char *prompt = "ein Fuchs im Schn\303\244uzchen";
    g_autoptr (Outcome) a = arra_run ("generate", M, "-s", "64x32", "--seed", "7", "-o", "a.png", prompt, NULL);
    g_autoptr (Outcome) b
        = arra_run ("generate", M, "-s", "64x32", "--seed", "7", "-o", "b.png", "--prompt", prompt, NULL);
    g_autoptr (Outcome) c
        = arra_run ("generate", M, "-s", "64x32", "--seed", "7", "-o", "c.png", "-f", "prompt.txt", NULL);
    g_autoptr (Outcome) d = arra_run_with_input ("ein Fuchs im Schn\303\244uzchen\n", "generate", M, "-s", "64x32",
                                                 "--seed", "7", "-o", "d.png", "-", NULL);
    g_autoptr (Outcome) e = arra_run_with_input (prompt, "generate", M, "-s", "64x32", "--seed", "7", "-o", "e.png",
                                                 "--prompt-file", "-", NULL);
    g_autoptr (Outcome) other
        = arra_run ("generate", M, "-s", "64x32", "--seed", "7", "-o", "other.png", "ein Fuchs", NULL);

    assert_status (a, 0);
    assert_status (b, 0);
    assert_status (c, 0);
    assert_status (d, 0);
    assert_status (e, 0);
    assert_status (other, 0);
  }
  g_assert_true (same_bytes ("a.png", "b.png"));
  g_assert_true (same_bytes ("a.png", "c.png"));
  g_assert_true (same_bytes ("a.png", "d.png"));
  g_assert_true (same_bytes ("a.png", "e.png"));
  g_assert_false (same_bytes ("a.png", "other.png"));
  harness_end ();
}

static void
test_seed (void)
{
  g_autoptr (Outcome) first = NULL;
  g_autoptr (Outcome) again = NULL;
  g_autoptr (Outcome) threads = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *seed = NULL;
  JsonObject *object;

  harness_begin ();
  first = arra_run ("generate", M, "-s", "64x64", "a fox", "--json", "-o", "first.png", NULL);
  assert_status (first, 0);
  node = parse_json (first->out);
  object = json_node_get_object (node);
  seed = g_strdup_printf ("%" G_GINT64_FORMAT, json_object_get_int_member (object, "seed"));
  again = arra_run ("generate", M, "-s", "64x64", "a fox", "--seed", seed, "-o", "again.png", NULL);
  assert_status (again, 0);
  assert_says (again->out, seed);
  threads
      = arra_run ("generate", M, "-s", "64x64", "a fox", "--seed", seed, "-o", "threads.png", "--threads", "1", NULL);
  assert_status (threads, 0);
  g_assert_true (same_bytes ("first.png", "again.png"));
  g_assert_true (same_bytes ("first.png", "threads.png"));
  harness_end ();
}

static void
test_json (void)
{
  g_autoptr (Outcome) outcome = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object, *settings, *answer;

  harness_begin ();
  outcome = arra_run ("generate", M, "-s", "64x32", "-n", "2", "--seed", "18446744073709551615", "--cfg", "3.25",
                      "--temperature", "0.9", "--top-p", "0.95", "--top-k", "50", "--quant", "f32", "--json", "-o",
                      "fox.png", "a \"fox\"", NULL);
  assert_status (outcome, 0);
  g_assert_cmpstr (outcome->err, ==, "");
  assert_says (outcome->out, "\"seed\": 18446744073709551615");
  node = parse_json (outcome->out);
  object = json_node_get_object (node);
  settings = json_object_get_object_member (object, "settings");
  g_assert_cmpstr (json_object_get_string_member (object, "status"), ==, "finished");
  g_assert_cmpstr (json_object_get_string_member (settings, "prompt"), ==, "a \"fox\"");
  g_assert_cmpstr (json_object_get_string_member (settings, "quant"), ==, "f32");
  g_assert_cmpint (json_object_get_int_member (settings, "width"), ==, 64);
  g_assert_cmpint (json_object_get_int_member (settings, "height"), ==, 32);
  g_assert_cmpint (json_object_get_int_member (settings, "top_k"), ==, 50);
  g_assert_cmpfloat (json_object_get_double_member (settings, "guidance_scale"), ==, 3.25);
  g_assert_cmpfloat (json_object_get_double_member (settings, "temperature"), ==, 0.9);
  g_assert_cmpfloat (json_object_get_double_member (settings, "top_p"), ==, 0.95);
  g_assert_cmpuint (strlen (json_object_get_string_member (object, "fingerprint")), ==, 64);
  g_assert_cmpint (json_object_get_int_member (object, "tokens"), ==, 28);
  g_assert_cmpfloat (json_object_get_double_member (object, "seconds"), >, 0);
  g_assert_cmpfloat (json_object_get_double_member (object, "tokens_per_second"), >, 0);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "files")), ==, 2);
  answer = json_array_get_object_element (json_object_get_array_member (object, "answers"), 1);
  g_assert_cmpstr (json_object_get_string_member (answer, "text"), ==, "<|image|>");
  g_assert_cmpstr (json_array_get_string_element (json_object_get_array_member (answer, "files"), 0), ==, "fox-2.png");
  harness_end ();
}

/* The same pictures and recipes, however many tokens a pass reads: of the model's own size, and through windows. */
static void
test_lookahead (void)
{
  static const char *const sizes[] = { "64x64", "96x80" };
  static const char *const passes[] = { "1", "8" };
  g_autoptr (Outcome) wide = NULL;

  harness_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint k = 0; k < G_N_ELEMENTS (passes); k++)
      {
        const char *picture = k == 0 ? "one.png" : "more.png", *recipe = k == 0 ? "one.json" : "more.json";
        g_autoptr (Outcome) outcome = NULL;
        g_autoptr (JsonNode) node = NULL;

        harness_setenv ("ARRA_LOOKAHEAD", passes[k]);
        outcome = arra_run ("generate", M, "-s", sizes[i], "--cfg", "2", "--seed", "4", "--json", "a fox", "-o",
                            picture, "--tokens-out", recipe, NULL);
        assert_status (outcome, 0);
        node = parse_json (outcome->out);
        g_assert_cmpint (json_object_get_int_member (json_node_get_object (node), "passes_saved"), >=, 0);
        g_assert_true (same_bytes ("one.png", picture));
        g_assert_true (same_bytes ("one.json", recipe));
      }
  harness_setenv ("ARRA_LOOKAHEAD", "wide");
  wide = arra_run ("generate", M, "-s", "64x64", "a fox", "-o", "wide.png", NULL);
  assert_status (wide, 64);
  assert_says (wide->err, "1 to 8");
  harness_end ();
}

static void
test_count (void)
{
  g_autoptr (Outcome) outcome = NULL;
  g_autoptr (Outcome) one = NULL;

  harness_begin ();
  outcome = arra_run ("generate", M, "-s", "64x32", "-n", "3", "--seed", "1", "-o", "fox.png", "a fox", NULL);
  assert_status (outcome, 0);
  g_assert_cmpuint (scratch_count (), ==, 3);
  g_assert_false (scratch_has ("fox.png"));
  g_assert_false (same_bytes ("fox-1.png", "fox-2.png"));
  g_assert_false (same_bytes ("fox-2.png", "fox-3.png"));
  one = arra_run ("generate", M, "-s", "64x32", "--seed", "1", "-o", "one.png", "a fox", NULL);
  assert_status (one, 0);
  g_assert_cmpuint (picture_difference ("one.png", "fox-1.png"), ==, 0);
  harness_end ();
}

/* The last of several pictures, made alone: the same file, recipe included. */
static void
test_first (void)
{
  g_autoptr (Outcome) several = NULL, alone = NULL;

  harness_begin ();
  several = arra_run ("generate", M, "-s", "64x32", "-n", "3", "--seed", "1", "-o", "fox.png", "a fox", NULL);
  assert_status (several, 0);
  alone = arra_run ("generate", M, "-s", "64x32", "--first", "2", "--seed", "1", "-o", "alone.png", "a fox", NULL);
  assert_status (alone, 0);
  g_assert_true (same_bytes ("fox-3.png", "alone.png"));
  harness_end ();
}

static gboolean
file_contains (const char *name, const char *what)
{
  g_autofree char *path = scratch_path (name);
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  return memmem (bytes, size, what, strlen (what)) != NULL;
}

static void
test_metadata (void)
{
  g_autoptr (Outcome) with = NULL;
  g_autoptr (Outcome) without = NULL;

  harness_begin ();
  with = arra_run ("generate", M, "-s", "64x32", "--seed", "1", "-o", "with.png", "a secret fox", NULL);
  without = arra_run ("generate", M, "-s", "64x32", "--seed", "1", "-o", "without.png", "a secret fox", "--no-metadata",
                      NULL);
  assert_status (with, 0);
  assert_status (without, 0);
  g_assert_true (file_contains ("with.png", "a secret fox"));
  g_assert_true (file_contains ("with.png", "trainedAlgorithmicMedia"));
  g_assert_false (file_contains ("with.png", golden_model ()));
  g_assert_false (file_contains ("without.png", "fox"));
  g_assert_false (file_contains ("without.png", "trainedAlgorithmicMedia"));
  g_assert_cmpuint (picture_difference ("with.png", "without.png"), ==, 0);
  harness_end ();
}

static void
test_tokens_alone (void)
{
  g_autoptr (Outcome) outcome = NULL;
  g_autoptr (Outcome) quiet = NULL;

  harness_begin ();
  outcome = arra_run ("generate", "--model", golden_model (), "-s", "64x32", "--tokens-out", "fox.json", "a fox", NULL);
  assert_status (outcome, 0);
  g_assert_cmpuint (scratch_count (), ==, 1);
  quiet
      = arra_run ("generate", M, "-s", "64x32", "--tokens-out", "fox.json", "-o", "fox.png", "a fox", "--quiet", NULL);
  assert_status (quiet, 0);
  g_assert_cmpstr (quiet->out, ==, "");
  g_assert_cmpstr (quiet->err, ==, "");
  g_assert_cmpuint (scratch_count (), ==, 2);
  harness_end ();
}

/* A file that cannot be written at the end leaves nothing half done, and says so. */
static void
test_old_picture_stays (void)
{
  g_autoptr (Outcome) good = NULL;
  g_autoptr (Outcome) bad = NULL;

  harness_begin ();
  good = arra_run ("generate", M, "-s", "64x32", "--seed", "1", "-o", "a.png", "a fox", NULL);
  assert_status (good, 0);
  {
    g_autofree char *a = scratch_path ("a.png");
    g_autofree char *b = scratch_path ("b.png");
    g_autofree char *bytes = NULL;
    gsize size;
    g_assert_true (g_file_get_contents (a, &bytes, &size, NULL));
    g_assert_true (g_file_set_contents (b, bytes, (gssize) size, NULL));
  }
  bad = arra_run ("generate", M, "-s", "64x32", "--seed", "1", "-o", "a.png", "a fox", "--memory", "1M", NULL);
  assert_status (bad, 70);
  g_assert_true (same_bytes ("a.png", "b.png"));
  g_assert_cmpuint (scratch_count (), ==, 2);
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/generate/golden", test_golden);
  g_test_add_func ("/cli/generate/prompt-sources", test_prompt_sources);
  g_test_add_func ("/cli/generate/seed", test_seed);
  g_test_add_func ("/cli/generate/json", test_json);
  g_test_add_func ("/cli/generate/lookahead", test_lookahead);
  g_test_add_func ("/cli/generate/count", test_count);
  g_test_add_func ("/cli/generate/first", test_first);
  g_test_add_func ("/cli/generate/metadata", test_metadata);
  g_test_add_func ("/cli/generate/tokens-alone", test_tokens_alone);
  g_test_add_func ("/cli/generate/old-picture-stays", test_old_picture_stays);
  return g_test_run ();
}
