/* test-tokenizer_train.c - `arra tokenizer-train`: from captions and texts to a tokenizer that others read
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "harness.h"

#define METADATA                                                               \
  "{\"file_name\": \"a.png\", \"text\": \"weathered oak wood, fine grain\"}\n" \
  "{\"file_name\": \"b.png\", \"text\": \"weathered oak wood, coarse grain\"}\n"

static void
put (const char *name, const char *text)
{
  g_autofree char *path = scratch_path (name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static guint
vocabulary_size (const char *name)
{
  g_autoptr (JsonNode) node = parse_json_file (name);
  JsonObject *model = json_object_get_object_member (json_node_get_object (node), "model");

  return json_object_get_size (json_object_get_object_member (model, "vocab"));
}

static void
test_train (void)
{
  g_autoptr (Outcome) a = NULL;
  g_autoptr (Outcome) b = NULL;
  g_autoptr (Outcome) quiet = NULL;

  harness_begin ();
  put ("metadata.jsonl", METADATA);
  put ("texts", "red brick wall\nred brick wall\n\nred oak");
  a = arra_run ("tokenizer-train", "--data", "metadata.jsonl", "--text", "texts", "--vocab-size", "360", "--codes",
                "64", "--max-grids", "4", "-o", "a", NULL);
  assert_status (a, 0);
  g_assert_cmpstr (a->out, ==, "a: 360 tokens, 27 of them merges, learnt from 6 texts\n");
  g_assert_cmpuint (vocabulary_size ("a/tokenizer.json"), ==, 360);
  g_assert_true (scratch_has ("a/tokenizer_config.json"));
  g_assert_true (scratch_has ("a/special_tokens_map.json"));
  b = arra_run ("tokenizer-train", "--text", "texts", "--data", "metadata.jsonl", "--vocab-size", "360", "--codes",
                "64", "--max-grids", "4", "-o", "b", NULL);
  assert_status (b, 0);
  g_assert_true (same_bytes ("a/tokenizer.json", "b/tokenizer.json"));
  quiet = arra_run ("tokenizer-train", "--text", "texts", "-o", "c", "-q", NULL);
  assert_status (quiet, 0);
  g_assert_cmpstr (quiet->out, ==, "");
  harness_end ();
}

/* Few texts have few pairs, and that is said. */
static void
test_few (void)
{
  g_autoptr (Outcome) few = NULL;

  harness_begin ();
  put ("texts", "ab ab\n");
  few = arra_run ("tokenizer-train", "--text", "texts", "-o", "t", NULL);
  assert_status (few, 0);
  assert_says (few->err, "smaller than 2048");
  g_assert_cmpuint (vocabulary_size ("t/tokenizer.json"), <, 2048);
  harness_end ();
}

static void
assert_refused (const Outcome *outcome, int status, const char *word)
{
  assert_status (outcome, status);
  assert_says (outcome->err, word);
  g_assert_false (scratch_has ("t"));
}

static void
test_refused (void)
{
  g_autoptr (Outcome) latin = NULL;
  g_autoptr (Outcome) small = NULL;
  g_autoptr (Outcome) nothing = NULL;
  g_autoptr (Outcome) missing = NULL;

  harness_begin ();
  put ("latin", "one\ncaf\xE9\n");
  latin = arra_run ("tokenizer-train", "--text", "latin", "-o", "t", NULL);
  assert_refused (latin, 70, "latin: line 2 is not UTF-8");
  small = arra_run ("tokenizer-train", "--text", "latin", "--vocab-size", "1000", "-o", "t", NULL);
  assert_refused (small, 64, "--vocab-size: 1000 tokens are too few");
  nothing = arra_run ("tokenizer-train", "-o", "t", NULL);
  assert_refused (nothing, 64, "nothing to learn from");
  missing = arra_run ("tokenizer-train", "--data", "no-such-set", "-o", "t", NULL);
  assert_refused (missing, 70, "no-such-set");
  harness_end ();
}

/* The folder of a model keeps the tokenizer that the model learnt with. */
static void
test_model (void)
{
  g_autoptr (Outcome) outcome = NULL;
  g_autofree char *path = NULL, *text = NULL;

  harness_begin ();
  put ("texts", "ab ab\n");
  put ("config.json", "{}");
  put ("tokenizer.json", "of the model");
  outcome = arra_run ("tokenizer-train", "--text", "texts", "-o", ".", NULL);
  assert_refused (outcome, 64, "holds a model, whose tokenizer would be lost");
  path = scratch_path ("tokenizer.json");
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "of the model");
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/tokenizer-train/train", test_train);
  g_test_add_func ("/cli/tokenizer-train/few", test_few);
  g_test_add_func ("/cli/tokenizer-train/refused", test_refused);
  g_test_add_func ("/cli/tokenizer-train/model", test_model);
  return g_test_run ();
}
