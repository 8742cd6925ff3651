/* test-rank.c - `arra generate --keep`: the pictures nearest to their prompt, alone and for each of many prompts; and
 * other ways on from a row of saved tokens
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "harness.h"

static char *model;

#define WALL "generate", "-m", model, "red brick wall", "--seed", "3"
#define TINY "--model", golden_model (), "--vqgan", golden_vqgan (), "-s", "64x32", "--seed", "3"
#define FOX "generate", TINY, "a red fox"

static JsonObject *
answer_of (JsonNode *report, guint index)
{
  return json_array_get_object_element (json_object_get_array_member (json_node_get_object (report), "answers"), index);
}

/* The two best of three, best first; they are the pictures that --first makes alone. */
static void
test_keep (void)
{
  g_autoptr (Outcome) all = NULL, kept = NULL, best = NULL;
  g_autoptr (JsonNode) report = NULL;
  double scores[3];
  guint order[3] = { 0, 1, 2 };

  harness_begin ();
  all = arra_run (FOX, "-n", "3", "-q", "-o", "all.png", NULL);
  assert_status (all, 0);
  kept = arra_run (FOX, "-n", "3", "--keep", "2", "--json", "-o", "kept.png", NULL);
  assert_status (kept, 0);
  report = parse_json (kept->out);
  for (guint i = 0; i < 3; i++)
    scores[i] = json_object_get_double_member (answer_of (report, i), "score");
  for (guint i = 0; i < 3; i++)
    for (guint j = i + 1; j < 3; j++)
      if (scores[order[j]] > scores[order[i]])
        {
          const guint other = order[i];

          order[i] = order[j];
          order[j] = other;
        }
  g_assert_false (scratch_has ("kept-3.png"));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *name = g_strdup_printf ("kept-%u.png", i + 1);
      g_autofree char *same = g_strdup_printf ("all-%u.png", order[i] + 1);
      JsonArray *files = json_object_get_array_member (answer_of (report, order[i]), "files");

      g_assert_true (same_bytes (name, same));
      g_assert_cmpstr (json_array_get_string_element (files, 0), ==, name);
    }
  best = arra_run (FOX, "-n", "3", "--keep", "1", "-o", "best.png", NULL);
  assert_status (best, 0);
  g_assert_true (same_bytes ("best.png", "kept-1.png"));
  assert_says (best->out, "best.png: score ");
  assert_says (best->out, "--first ");
  harness_end ();
}

/* Of each prompt the best of two: the picture that its recipe and the report name. */
static void
test_series (void)
{
  g_autoptr (Outcome) made = NULL, alone = NULL, again = NULL;
  g_autoptr (JsonNode) report = NULL;
  g_autofree char *path = NULL, *first = NULL;
  JsonArray *scores;

  harness_begin ();
  path = scratch_path ("prompts.txt");
  g_assert_true (g_file_set_contents (path, "snow\na red fox\n", -1, NULL));
  made = arra_run ("generate", TINY, "--prompts", "prompts.txt", "--count", "2", "--keep", "1", "--json", "-o", "set",
                   NULL);
  assert_status (made, 0);
  report = parse_json (made->out);
  scores = json_object_get_array_member (json_node_get_object (report), "scores");
  g_assert_cmpuint (json_array_get_length (scores), ==, 2);
  first = g_strdup_printf ("%d", (int) json_object_get_int_member (json_array_get_object_element (scores, 1), "first"));
  g_assert_true (strcmp (first, "2") == 0 || strcmp (first, "3") == 0);
  alone = arra_run (FOX, "--first", first, "-q", "-o", "alone.png", NULL);
  assert_status (alone, 0);
  g_assert_true (same_bytes ("alone.png", "set/images/000001.png"));
  /* another number of candidates is another series */
  again = arra_run ("generate", TINY, "--prompts", "prompts.txt", "-o", "set", NULL);
  g_assert_cmpint (again->status, !=, 0);
  harness_end ();
}

/* Four pictures whose upper rows are those of the saved one, by its settings. */
static void
test_other_ways (void)
{
  g_autoptr (Outcome) made = NULL, ways = NULL, again = NULL, refused = NULL;
  g_autoptr (JsonNode) report = NULL;

  harness_begin ();
  made = arra_run (WALL, "-q", "--cfg", "3", "-o", "wall.png", "--tokens-out", "wall.json", NULL);
  assert_status (made, 0);
  ways = arra_run ("generate", "--resume", "wall.json", "--from-row", "9", "--seed", "5", "--json", "-o", "way.png",
                   NULL);
  assert_status (ways, 0);
  g_assert_true (scratch_has ("way-4.png"));
  g_assert_false (scratch_has ("way-5.png"));
  g_assert_false (same_bytes ("way-1.png", "way-2.png"));
  report = parse_json (ways->out);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (report), "seed"), ==, 5);
  g_assert_cmpfloat (json_object_get_double_member (
                         json_object_get_object_member (json_node_get_object (report), "settings"), "guidance_scale"),
                     ==, 3);
  g_assert_cmpint (json_object_get_int_member (answer_of (report, 0), "tokens"), ==, 24 * 32);
  /* the saved tokens stay */
  again = arra_run ("generate", "-q", "--resume", "wall.json", "-o", "again.png", NULL);
  assert_status (again, 0);
  g_assert_true (same_bytes ("again.png", "wall.png"));
  refused = arra_run ("generate", "--resume", "wall.json", "--seed", "5", "-o", "way.png", NULL);
  assert_status (refused, 64);
  harness_end ();
}

static const struct
{
  int status;
  const char *words;
  const char *arguments[8];
} refusals[] = {
  { 64, "--keep: 0", { "--count", "3", "--keep", "0" } },
  { 64, "--keep 4: only 3", { "--count", "3", "--keep", "4" } },
  { 64, "--keep 2: only 1", { "--keep", "2" } },
  { 64, "--from-row goes with", { "--from-row", "3" } },
};

static void
test_refused (void)
{
  harness_begin ();
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      const char *const *a = refusals[i].arguments;
      g_autoptr (Outcome) outcome = arra_run (FOX, "-o", "o.png", a[0], a[1], a[2], a[3], NULL);

      g_test_message ("%s", outcome->err);
      assert_status (outcome, refusals[i].status);
      assert_says (outcome->err, refusals[i].words);
    }
  harness_end ();
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  model = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "..", "data", "checkpoints", "textures.gguf", NULL);
  g_test_add_func ("/rank/keep", test_keep);
  g_test_add_func ("/rank/series", test_series);
  g_test_add_func ("/rank/other-ways", test_other_ways);
  g_test_add_func ("/rank/refused", test_refused);
  result = g_test_run ();
  g_free (model);
  return result;
}
