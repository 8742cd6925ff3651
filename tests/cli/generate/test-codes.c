/* test-codes.c - `arra encode`, `arra decode` and `arra tokenize`
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define M "--model", golden_model (), "--vqgan", golden_vqgan ()

static void
test_encode (void)
{
  g_autofree char *picture = golden_path ("e2e/run0_image0.png");
  g_autoptr (Outcome) json = NULL;
  g_autoptr (Outcome) plain = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_auto (GStrv) lines = NULL;
  JsonObject *object;
  JsonArray *codes, *tokens;

  harness_begin ();
  json = arra_run ("encode", M, picture, NULL);
  assert_status (json, 0);
  node = parse_json (json->out);
  object = json_node_get_object (node);
  codes = json_object_get_array_member (object, "codes");
  tokens = json_object_get_array_member (object, "tokens");
  g_assert_cmpint (json_object_get_int_member (object, "rows"), ==, 2);
  g_assert_cmpint (json_object_get_int_member (object, "columns"), ==, 4);
  g_assert_cmpuint (json_array_get_length (codes), ==, 8);
  g_assert_cmpuint (json_array_get_length (tokens), ==, 14);
  g_assert_cmpint (json_array_get_int_element (tokens, 0), ==, 8197);
  g_assert_cmpint (json_array_get_int_element (tokens, 3), ==, json_array_get_int_element (codes, 0) + 4);
  g_assert_cmpint (json_array_get_int_element (tokens, 13), ==, 8196);

  plain = arra_run ("encode", M, "--plain", picture, NULL);
  assert_status (plain, 0);
  lines = g_strsplit (plain->out, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  for (guint i = 0; i < 8; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i / 4], " ", -1);
      g_assert_cmpuint (g_strv_length (words), ==, 4);
      g_assert_cmpint (atoi (words[i % 4]), ==, json_array_get_int_element (codes, i));
    }
  harness_end ();
}

static void
test_decode (void)
{
  g_autofree char *picture = golden_path ("e2e/run0_image0.png");
  g_autoptr (Outcome) encoded = NULL;
  g_autoptr (Outcome) plain = NULL;
  g_autoptr (Outcome) a = NULL;
  g_autoptr (Outcome) b = NULL;
  guint width, height;

  harness_begin ();
  encoded = arra_run ("encode", M, picture, "-o", "codes.json", "--size", "64x64", NULL);
  assert_status (encoded, 0);
  plain = arra_run ("encode", M, picture, "--size", "64x64", "--plain", NULL);
  assert_status (plain, 0);
  a = arra_run ("decode", M, "codes.json", "-o", "a.png", NULL);
  b = arra_run_with_input (plain->out, "decode", M, "-", "-o", "b.png", NULL);
  assert_status (a, 0);
  assert_status (b, 0);
  g_assert_true (same_bytes ("a.png", "b.png"));
  picture_size ("a.png", &width, &height);
  g_assert_cmpuint (width, ==, 64);
  g_assert_cmpuint (height, ==, 64);
  harness_end ();
}

/* The tokens of a run give back the picture of the run, recipe and label included. */
static void
test_decode_run (void)
{
  g_autoptr (Outcome) made = NULL;
  g_autoptr (Outcome) decoded = NULL;
  g_autoptr (Outcome) bare = NULL;

  harness_begin ();
  made = arra_run ("generate", M, "-s", "64x32", "-n", "2", "-o", "fox.png", "--tokens-out", "fox.json", "a fox", NULL);
  assert_status (made, 0);
  decoded = arra_run ("decode", M, "fox.json", "-o", "again.png", NULL);
  assert_status (decoded, 0);
  g_assert_cmpuint (picture_difference ("again-1.png", "fox-1.png"), ==, 0);
  g_assert_cmpuint (picture_difference ("again-2.png", "fox-2.png"), ==, 0);
  bare = arra_run ("decode", M, "fox.json", "-o", "bare.png", "--no-metadata", NULL);
  assert_status (bare, 0);
  {
    g_autofree char *with = scratch_path ("again-2.png");
    g_autofree char *without = scratch_path ("bare-2.png");
    g_autofree char *bytes = NULL, *bare_bytes = NULL;
    gsize size, bare_size;
    g_assert_true (g_file_get_contents (with, &bytes, &size, NULL));
    g_assert_true (g_file_get_contents (without, &bare_bytes, &bare_size, NULL));
    g_assert_nonnull (memmem (bytes, size, "trainedAlgorithmicMedia", 23));
    g_assert_nonnull (memmem (bytes, size, "a fox", 5));
    g_assert_null (memmem (bytes, size, golden_model (), strlen (golden_model ())));
    g_assert_null (memmem (bare_bytes, bare_size, "trainedAlgorithmicMedia", 23));
    g_assert_null (memmem (bare_bytes, bare_size, "a fox", 5));
  }
  harness_end ();
}

/* How the folders of a machine are called stays out of pictures: that of a text encoder, too. */
static void
test_places (void)
{
  g_autoptr (Outcome) made = NULL;
  g_autoptr (Outcome) decoded = NULL;
  g_autofree char *tokens = NULL, *text = NULL, *picture = NULL, *bytes = NULL;
  g_autoptr (GString) with = NULL;
  gsize size;

  harness_begin ();
  made = arra_run ("generate", M, "-s", "64x32", "-o", "fox.png", "--tokens-out", "fox.json", "a fox", NULL);
  assert_status (made, 0);
  tokens = scratch_path ("fox.json");
  g_assert_true (g_file_get_contents (tokens, &text, NULL, NULL));
  with = g_string_new ("{\n  \"text_encoder\": \"/places/of/mine\",\n");
  g_string_append (with, strchr (text, '\n') + 1);
  g_assert_true (g_file_set_contents (tokens, with->str, -1, NULL));
  decoded = arra_run ("decode", M, "fox.json", "-o", "again.png", NULL);
  assert_status (decoded, 0);
  picture = scratch_path ("again.png");
  g_assert_true (g_file_get_contents (picture, &bytes, &size, NULL));
  g_assert_nonnull (memmem (bytes, size, "a fox", strlen ("a fox")));
  g_assert_null (memmem (bytes, size, "/places", strlen ("/places")));
  harness_end ();
}

/* Files that hold something else are refused by name and fault. */
static void
test_bad_tokens (void)
{
  static const struct
  {
    const char *text, *says;
  } cases[] = {
    { "", "no rows" },
    { "1 2 3\n4 5\n", "row 2 has 2 codes" },
    { "1 2 x\n", "neither JSON nor rows" },
    { "1 2 9000\n", "code 9000" },
    { "1 2 99999999999999999999\n", "code" },
    { "{\"rows\": 1}", "neither \"codes\"" },
    { "{\"rows\": 2, \"columns\": 2, \"codes\": [1, 2, 3]}", "3 codes" },
    { "{\"rows\": 1, \"columns\": 1, \"codes\": [\"1\"]}", "code 0" },
    { "{\"rows\": 1, \"columns\": 1, \"codes\": [-1]}", "code" },
    { "{\"rows\": 0, \"columns\": 1, \"codes\": []}", "rows" },
    { "{\"rows\": 1, \"columns\": 1, \"codes\": [1]", "standard input" },
    { "{\"answers\": []}", "no picture" },
    { "{\"answers\": [1]}", "answer 0" },
    { "{\"answers\": [{\"tokens\": [8197, 1]}]}", "token 1" },
    { "{\"answers\": [{\"tokens\": [8197, 8805, 8805, 4]}]}", "no picture" },
    { "{\"answers\": [{\"tokens\": [999999]}]}", "vocabulary" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Outcome) outcome = NULL;

      harness_begin ();
      outcome = arra_run_with_input (cases[i].text, "decode", M, "-", "-o", "x.png", NULL);
      g_test_message ("case %" G_GSIZE_FORMAT ": %s", i, outcome->err);
      assert_status (outcome, 70);
      assert_says (outcome->err, cases[i].says);
      assert_says (outcome->err, "standard input");
      g_assert_cmpuint (scratch_count (), ==, 0);
      harness_end ();
    }
}

/* What decode makes is not what it reads. */
static void
test_picture (void)
{
  g_autofree char *picture = golden_path ("e2e/train_item.png");
  g_autoptr (Outcome) outcome = NULL;

  harness_begin ();
  outcome = arra_run ("decode", M, picture, "-o", "x.png", NULL);
  assert_status (outcome, 70);
  assert_says (outcome->err, "train_item.png: is a picture: give what arra encode makes of it");
  harness_end ();
}

static void
test_tokenize (void)
{
  g_autoptr (Outcome) ids = NULL;
  g_autoptr (Outcome) input = NULL;
  g_autoptr (Outcome) tokens = NULL;
  g_autoptr (Outcome) json = NULL;
  g_autoptr (Outcome) text = NULL;
  g_autoptr (JsonNode) node = NULL;

  harness_begin ();
  ids = arra_run ("tokenize", "--model", golden_model (), "PA view chest", NULL);
  assert_status (ids, 0);
  g_assert_cmpstr (ids->out, ==, "8950 8935 9189 9164\n");
  input = arra_run_with_input ("PA view chest", "tokenize", "--model", golden_model (), NULL);
  g_assert_cmpstr (input->out, ==, ids->out);
  tokens = arra_run ("tokenize", "--model", golden_model (), "--tokens", "PA view", NULL);
  g_assert_cmpstr (tokens->out, ==, "8950\tP\n8935\tA\n9189\t\304\240view\n");
  json = arra_run ("tokenize", "--model", golden_model (), "--json", "--special", "PA", NULL);
  node = parse_json (json->out);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (node), "count"), ==, 3);
  text = arra_run ("tokenize", "--model", golden_model (), "--decode", "8950", "8935", "9189", "9164", NULL);
  g_assert_cmpstr (text->out, ==, "PA view chest\n");
  harness_end ();
}

/* A data set comes back picture by picture as encode and decode give it, with its captions and labels. */
static void
test_decode_set (void)
{
  g_autoptr (Outcome) drawn = NULL, made = NULL, encoded = NULL, decoded = NULL, again = NULL, other = NULL;
  g_autofree char *kept = NULL;

  harness_begin ();
  drawn = arra_run ("domain", "phantom-cxr", "-n", "3", "--seed", "1", "--size", "64", "-o", "set", NULL);
  assert_status (drawn, 0);
  made = arra_run ("decode", "--data", "set", "--vqgan", golden_vqgan (), "--size", "64", "--limit", "2", "-o", "back",
                   NULL);
  assert_status (made, 0);
  assert_says (made->out, "back: 2 pictures, 2 of them new");
  g_assert_true (same_bytes ("set/attributes.json", "back/attributes.json"));
  encoded = arra_run ("encode", M, "set/images/000001.png", "-o", "codes.json", NULL);
  assert_status (encoded, 0);
  decoded = arra_run ("decode", M, "codes.json", "-o", "one.png", NULL);
  assert_status (decoded, 0);
  g_assert_cmpuint (picture_difference ("one.png", "back/images/000001.png"), ==, 0);
  kept = scratch_path ("back/images/000000.png");
  {
    g_autofree char *bytes = NULL;
    gsize size;
    g_assert_true (g_file_get_contents (kept, &bytes, &size, NULL));
    g_assert_nonnull (memmem (bytes, size, ARRA_MEDICAL_NOTE, strlen (ARRA_MEDICAL_NOTE)));
  }
  g_assert_true (g_file_set_contents (kept, "kept", -1, NULL));
  again = arra_run ("decode", "-q", "-d", "set", "--vqgan", golden_vqgan (), "-s", "64", "--threads", "2", "-o", "back",
                    NULL);
  assert_status (again, 0);
  g_assert_cmpstr (again->out, ==, "");
  g_assert_true (same_bytes ("set/metadata.jsonl", "back/metadata.jsonl"));
  g_assert_true (scratch_has ("back/images/000002.png"));
  g_assert_false (same_bytes ("back/images/000000.png", "one.png"));
  other = arra_run ("decode", "-d", "set", "--vqgan", golden_vqgan (), "-s", "32", "-o", "back", NULL);
  assert_status (other, 64);
  assert_says (other->err, "back holds another series");
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/codes/encode", test_encode);
  g_test_add_func ("/cli/codes/decode", test_decode);
  g_test_add_func ("/cli/codes/decode-run", test_decode_run);
  g_test_add_func ("/cli/codes/places", test_places);
  g_test_add_func ("/cli/codes/decode-set", test_decode_set);
  g_test_add_func ("/cli/codes/bad-tokens", test_bad_tokens);
  g_test_add_func ("/cli/codes/picture-for-tokens", test_picture);
  g_test_add_func ("/cli/codes/tokenize", test_tokenize);
  return g_test_run ();
}
