/* test-checkpoints.c - `arra info`, `arra convert` and `arra bench`
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "fixture.h"
#include "harness.h"

#define BENCH_SHAPE "--dim", "64", "--layers", "1", "--heads", "4", "--ffn", "160", "--vocab", "256", "--steps", "1"
#define M "--model", golden_model (), "--vqgan", golden_vqgan ()

static void
test_info (void)
{
  g_autoptr (Outcome) text = NULL;
  g_autoptr (Outcome) json = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object, *part;

  harness_begin ();
  text = arra_run ("info", golden_model (), NULL);
  assert_status (text, 0);
  assert_says (text->out, "2 layers");
  assert_says (text->out, "8192 image codes");
  assert_says (text->out, "BF16");
  assert_says (text->out, "--vqgan");
  json = arra_run ("info", M, "--json", "--size", "64x32", "--count", "3", NULL);
  assert_status (json, 0);
  node = parse_json (json->out);
  object = json_node_get_object (node);
  part = json_object_get_object_member (object, "transformer");
  g_assert_cmpint (json_object_get_int_member (part, "layers"), ==, 2);
  g_assert_cmpint (json_object_get_int_member (part, "vocab_size"), ==, 9248);
  part = json_object_get_object_member (object, "vocabulary");
  g_assert_cmpint (json_object_get_int_member (part, "image_start"), ==, 8197);
  g_assert_cmpint (json_object_get_int_member (part, "new_line"), ==, 8803);
  part = json_object_get_object_member (object, "vqgan");
  g_assert_cmpint (json_object_get_int_member (part, "codes"), ==, 8192);
  g_assert_true (json_object_get_boolean_member (part, "decoder"));
  part = json_object_get_object_member (object, "memory");
  g_assert_cmpint (json_object_get_int_member (part, "count"), ==, 3);
  g_assert_cmpint (json_object_get_int_member (part, "total"), ==,
                   json_object_get_int_member (part, "weights_mapped")
                       + json_object_get_int_member (part, "weights_private")
                       + json_object_get_int_member (part, "cache") + json_object_get_int_member (part, "work"));
  harness_end ();
}

/* An image tokenizer alone, as it is published: in one file, or beside its configuration. */
static void
test_info_vqgan (void)
{
  static const struct
  {
    const char *path, *codes;
  } tokenizers[] = { { "llamagen/vq16_like/vq_ds16_c2i.pt", "128 codes of 8 numbers, 4 pixels" },
                     { "vqgan/f16/vqgan.ckpt", "codes of " },
                     { "llamagen/vq8_like", "64 codes of 8 numbers, 2 pixels" } };

  harness_begin ();
  for (gsize i = 0; i < G_N_ELEMENTS (tokenizers); i++)
    {
      g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", tokenizers[i].path, NULL);
      g_autoptr (Outcome) text = arra_run ("info", path, NULL), json = arra_run ("info", path, "--json", NULL);
      g_autoptr (JsonNode) node = NULL;

      assert_status (text, 0);
      assert_says (text->out, "Image tokenizer");
      assert_says (text->out, tokenizers[i].codes);
      assert_says (text->out, ", encoder, decoder");
      assert_status (json, 0);
      node = parse_json (json->out);
      g_assert_cmpint (json_object_get_int_member (json_node_get_object (node), "codes"), >, 0);
    }
  harness_end ();
}

static void
test_info_memory (void)
{
  g_autoptr (Outcome) outcome = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *memory;

  harness_begin ();
  harness_setenv ("ARRA_MEMORY_LIMIT", "1000000");
  outcome = arra_run ("info", M, "--json", NULL);
  assert_status (outcome, 0);
  node = parse_json (outcome->out);
  memory = json_object_get_object_member (json_node_get_object (node), "memory");
  g_assert_false (json_object_get_boolean_member (memory, "fits"));
  g_assert_cmpint (json_object_get_int_member (memory, "available"), ==, 1000000);
  harness_end ();
}

static gint64
planned_cache (const char *kv)
{
  g_autoptr (Outcome) outcome = arra_run ("info", M, "--json", "--size", "64x32", "--kv", kv, NULL);
  g_autoptr (JsonNode) node = NULL;

  assert_status (outcome, 0);
  node = parse_json (outcome->out);
  return json_object_get_int_member (json_object_get_object_member (json_node_get_object (node), "memory"), "cache");
}

/* Keys and values of half the size are planned with half of the memory; blocks must fit into a head. */
static void
test_info_kv (void)
{
  g_autoptr (Outcome) odd = NULL;
  gint64 whole, halves;

  harness_begin ();
  whole = planned_cache ("f32");
  halves = planned_cache ("f16");
  g_assert_cmpint (ABS (whole - 2 * halves), <, 1024); /* what a cache takes beside its numbers */
  g_assert_cmpint (halves, >, 8192);
  odd = arra_run ("info", M, "--kv", "q8_0", NULL);
  assert_status (odd, 64);
  assert_says (odd->err, "no multiple of 32");
  harness_end ();
}

static void
test_convert (void)
{
  static const char *const types[] = { "f32", "bf16", "f16", "q8_0" };
  g_autoptr (Outcome) direct = NULL;

  harness_begin ();
  direct = arra_run ("generate", M, "-s", "64x32", "--seed", "4", "--no-metadata", "-o", "direct.png", "a fox", NULL);
  assert_status (direct, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *file = g_strdup_printf ("%s.gguf", types[i]);
      g_autofree char *png = g_strdup_printf ("%s.png", types[i]);
      g_autoptr (Outcome) converted
          = arra_run ("convert", golden_model (), "--vqgan", golden_vqgan (), "-t", types[i], "-o", file, NULL);
      g_autoptr (Outcome) verified = arra_run ("info", file, "--verify", NULL);
      g_autoptr (Outcome) made
          = arra_run ("generate", "-m", file, "-s", "64x32", "--seed", "4", "--no-metadata", "-o", png, "a fox", NULL);

      assert_status (converted, 0);
      assert_says (converted->out, file);
      assert_status (verified, 0);
      assert_says (verified->out, "agree");
      assert_status (made, 0);
      if (strcmp (types[i], "f32") == 0 || strcmp (types[i], "bf16") == 0)
        g_assert_cmpuint (picture_difference (png, "direct.png"), ==, 0);
    }
  harness_end ();
}

static void
test_card (void)
{
  static const char card[]
      = "{\"name\": \"Foxes\", \"license\": \"CC0-1.0\", \"medical\": true, \"example_prompts\": [\"a fox\"]}";
  g_autofree char *path = NULL;
  g_autoptr (Outcome) converted = NULL;
  g_autoptr (Outcome) info = NULL;
  g_autoptr (Outcome) made = NULL;

  harness_begin ();
  path = scratch_path ("card.json");
  g_assert_true (g_file_set_contents (path, card, -1, NULL));
  converted = arra_run ("convert", golden_model (), "--vqgan", golden_vqgan (), "--card", "card.json", "-o", "fox.gguf",
                        NULL);
  assert_status (converted, 0);
  info = arra_run ("info", "fox.gguf", NULL);
  assert_status (info, 0);
  assert_says (info->out, "Foxes");
  assert_says (info->out, "CC0-1.0");
  assert_says (info->out, "not for diagnosis");
  made = arra_run ("generate", "-m", "fox.gguf", "-s", "64x32", "-o", "fox.png", "a fox", NULL);
  assert_status (made, 0);
  assert_says (made->out, "not for diagnosis");
  harness_end ();
}

static guint
count_in (const char *text, const char *part)
{
  guint n = 0;

  for (const char *at = text; (at = strstr (at, part)) != NULL; at++)
    n++;
  return n;
}

/* How many words the card lists, and which when that is asked for: in one line, sorted. */
static void
test_words (void)
{
  g_autofree char *path = NULL;
  g_autoptr (Outcome) converted = NULL, bare = NULL, info = NULL, words = NULL, none = NULL;

  harness_begin ();
  path = scratch_path ("card.json");
  g_assert_true (g_file_set_contents (path, "{\"words\": [\"red\", \"fox\", \"snow\"]}", -1, NULL));
  converted = arra_run ("convert", golden_model (), "--vqgan", golden_vqgan (), "--card", "card.json", "-o", "fox.gguf",
                        NULL);
  bare = arra_run ("convert", golden_model (), "--vqgan", golden_vqgan (), "-o", "bare.gguf", NULL);
  assert_status (converted, 0);
  assert_status (bare, 0);
  info = arra_run ("info", "fox.gguf", NULL);
  words = arra_run ("info", "fox.gguf", "--words", NULL);
  none = arra_run ("info", "bare.gguf", "--words", NULL);
  assert_status (info, 0);
  assert_status (words, 0);
  assert_status (none, 0);
  assert_says (info->out, "Words it learnt 3, listed by --words\n");
  assert_says (words->out, "Words it learnt 3: fox, red, snow\n");
  assert_says (none->out, "Words it learnt the checkpoint does not say\n");
  harness_end ();
}

/* A word that the card does not list is named before the picture, which is made all the same; where pictures were
 * ranked, again beside the scores. */
static void
test_unknown_words (void)
{
  static const char card[] = "{\"words\": [\"red\", \"fox\"]}";
  g_autofree char *path = NULL;
  g_autoptr (Outcome) converted = NULL, known = NULL, unknown = NULL, ranked = NULL, quiet = NULL, json = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonArray *words;

  harness_begin ();
  path = scratch_path ("card.json");
  g_assert_true (g_file_set_contents (path, card, -1, NULL));
  converted = arra_run ("convert", golden_model (), "--vqgan", golden_vqgan (), "--card", "card.json", "-o", "fox.gguf",
                        NULL);
  assert_status (converted, 0);
  known = arra_run ("generate", "-m", "fox.gguf", "-s", "64x32", "-o", "a.png", "the red foxes", NULL);
  unknown = arra_run ("generate", "-m", "fox.gguf", "-s", "64x32", "-o", "b.png", "a fox and a cat", NULL);
  ranked
      = arra_run ("generate", "-m", "fox.gguf", "-s", "64x32", "-n", "2", "--keep", "1", "-o", "e.png", "a cat", NULL);
  quiet = arra_run ("generate", "-m", "fox.gguf", "-s", "64x32", "-o", "c.png", "-q", "a cat", NULL);
  json = arra_run ("generate", "-m", "fox.gguf", "-s", "64x32", "-o", "d.png", "--json", "a fox and a cat", NULL);
  assert_status (known, 0);
  assert_status (unknown, 0);
  assert_status (quiet, 0);
  assert_status (json, 0);
  g_assert_null (strstr (known->err, "learnt"));
  assert_status (ranked, 0);
  g_assert_cmpuint (count_in (unknown->err, "'cat' is not among what this checkpoint learnt"), ==, 1);
  g_assert_cmpuint (count_in (ranked->err, "'cat' is not among what this checkpoint learnt"), ==, 2);
  g_assert_null (strstr (quiet->err, "learnt"));
  node = parse_json (json->out);
  words = json_object_get_array_member (json_node_get_object (node), "unknown_words");
  g_assert_cmpuint (json_array_get_length (words), ==, 1);
  g_assert_cmpstr (json_array_get_string_element (words, 0), ==, "cat");
  harness_end ();
}

/* Of many prompts each is numbered; in JSON the words stand together. */
static void
test_unknown_words_of_series (void)
{
  g_autofree char *card = NULL, *prompts = NULL;
  g_autoptr (Outcome) converted = NULL, said = NULL, ranked = NULL, many = NULL, quiet = NULL, json = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonArray *words;

  harness_begin ();
  card = scratch_path ("card.json");
  prompts = scratch_path ("prompts.txt");
  g_assert_true (g_file_set_contents (card, "{\"words\": [\"red\", \"fox\"]}", -1, NULL));
  g_assert_true (g_file_set_contents (
      prompts, "a cat\na fox\na dog and a cat\na bird\nan owl\na bee\na bug\na hen\na pig\na cow\n", -1, NULL));
  converted = arra_run ("convert", golden_model (), "--vqgan", golden_vqgan (), "--card", "card.json", "-o", "fox.gguf",
                        NULL);
  assert_status (converted, 0);
  said = arra_run ("generate", "-m", "fox.gguf", "-s", "64x32", "-o", "a", "--prompts", "prompts.txt", "--limit", "3",
                   NULL);
  ranked = arra_run ("generate", "-m", "fox.gguf", "-s", "64x32", "-o", "b", "--prompts", "prompts.txt", "--limit", "1",
                     "-n", "2", "--keep", "1", NULL);
  many = arra_run ("generate", "-m", "fox.gguf", "-s", "64x32", "-o", "a", "--prompts", "prompts.txt", NULL);
  quiet = arra_run ("generate", "-m", "fox.gguf", "-s", "64x32", "-o", "a", "--prompts", "prompts.txt", "-q", NULL);
  json = arra_run ("generate", "-m", "fox.gguf", "-s", "64x32", "-o", "a", "--prompts", "prompts.txt", "--json", NULL);
  assert_status (said, 0);
  assert_status (ranked, 0);
  assert_status (many, 0);
  assert_status (quiet, 0);
  assert_status (json, 0);
  g_assert_cmpuint (count_in (said->err, "prompt 1: 'cat' is not among what this checkpoint learnt\n"), ==, 1);
  g_assert_cmpuint (count_in (said->err, "prompt 3: 'dog', 'cat' are not among what this checkpoint learnt\n"), ==, 1);
  g_assert_cmpuint (count_in (said->err, "learnt"), ==, 2);
  g_assert_cmpuint (count_in (ranked->err, "prompt 1: 'cat' is not among what this checkpoint learnt\n"), ==, 2);
  g_assert_cmpuint (count_in (many->err, "learnt"), ==, 8);
  assert_says (many->err, "9 prompts of 10 have such words");
  g_assert_null (strstr (quiet->err, "learnt"));
  node = parse_json (json->out);
  words = json_object_get_array_member (json_node_get_object (node), "unknown_words");
  g_assert_cmpuint (json_array_get_length (words), ==, 9);
  g_assert_cmpstr (json_array_get_string_element (words, 2), ==, "bird");
  harness_end ();
}

static void
test_verify_finds_damage (void)
{
  g_autoptr (Outcome) converted = NULL;
  g_autoptr (Outcome) verified = NULL;
  g_autofree char *path = NULL, *bytes = NULL;
  gsize size;

  harness_begin ();
  converted = arra_run ("convert", golden_model (), "--vqgan", golden_vqgan (), "-o", "m.gguf", NULL);
  assert_status (converted, 0);
  path = scratch_path ("m.gguf");
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  bytes[size - 1000] ^= 1;
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  verified = arra_run ("info", "m.gguf", "--verify", NULL);
  assert_status (verified, 70);
  assert_says (verified->err, "m.gguf");
  harness_end ();
}

/* config.json without mask_image_logits: every command says what is made of it, and makes the same of it. */
static void
test_mask_left_out (void)
{
  g_autofree char *model = fixture_make_named ("tiny");
  g_autoptr (Outcome) said = NULL, info = NULL, converted = NULL, made = NULL, again = NULL;

  harness_begin ();
  said = arra_run ("generate", "-m", model, "-s", "8x8", "--seed", "1", "--no-metadata", "-o", "said.png", "a", NULL);
  assert_status (said, 0);
  fixture_replace (model, "config.json", ",\"mask_image_logits\":false", "");
  info = arra_run ("info", model, NULL);
  assert_says (info->out, "not masked");
  converted = arra_run ("convert", model, "-o", "m.gguf", NULL);
  assert_status (converted, 0);
  assert_says (converted->err, "not masked");
  made = arra_run ("generate", "-m", model, "-s", "8x8", "--seed", "1", "--no-metadata", "-o", "made.png", "a", NULL);
  assert_says (made->err, "not masked");
  g_assert_true (same_bytes ("said.png", "made.png"));
  again = arra_run ("generate", "-m", "m.gguf", "-s", "8x8", "--seed", "1", "--no-metadata", "-o", "again.png", "a",
                    NULL);
  assert_status (again, 0);
  g_assert_true (same_bytes ("said.png", "again.png"));
  fixture_remove (model);
  harness_end ();
}

/* Checkpoints go by name from anywhere, whatever else is called so there; without a checkpoint `info` lists
 * the names. */
/* A checkpoint's name stands for the tokenizer and the VQGAN in it, too. */
static void
assert_named_parts (const char *name)
{
  g_autofree char *from = golden_path ("e2e/train_item.png"), *folder = scratch_path ("set"), *bytes = NULL;
  g_autofree char *picture = scratch_path ("set/a.png"), *caption = scratch_path ("set/a.txt");
  g_autoptr (Outcome) named = NULL, unknown = NULL;
  gsize size;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_get_contents (from, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (picture, bytes, (gssize) size, NULL));
  g_assert_true (g_file_set_contents (caption, "a", -1, NULL));
  named = arra_run ("pretokenize", "--data", "set", "--vqgan", name, "--tokenizer", name, "--size", "32", "-o",
                    "tokens", NULL);
  assert_status (named, 0);
  unknown = arra_run ("pretokenize", "--data", "set", "--vqgan", name, "--tokenizer", "nobody", "--size", "32", "-o",
                      "none", NULL);
  assert_status (unknown, 64);
  assert_says (unknown->err, "--tokenizer: ");
}

static void
test_names (void)
{
  g_autofree char *model = fixture_make_named ("tiny"), *data = NULL, *folder = NULL, *broken = NULL, *pictures = NULL;
  g_autoptr (Outcome) converted = NULL, list = NULL, json = NULL, info = NULL, made = NULL, again = NULL,
                      unknown = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonArray *found;
  guint seen = 0;

  harness_begin ();
  data = scratch_path ("data");
  folder = g_build_filename (data, "arra", "checkpoints", NULL);
  broken = g_build_filename (folder, "broken.gguf", NULL);
  pictures = scratch_path ("little");
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (broken, "GGUF", 4, NULL));
  harness_setenv ("XDG_DATA_HOME", data);
  harness_setenv ("XDG_DATA_DIRS", "/nonexistent");
  harness_setenv ("HF_HUB_CACHE", "/nonexistent");
  converted = arra_run ("convert", model, "-o", "data/arra/checkpoints/little.gguf", NULL);
  assert_status (converted, 0);
  assert_named_parts ("little");
  g_assert_cmpint (g_mkdir_with_parents (pictures, 0755), ==, 0);
  list = arra_run ("info", NULL);
  assert_status (list, 0);
  assert_says (list->out, "little ");
  assert_says (list->out, "data/arra/checkpoints/little.gguf");
  assert_says (list->out, "broken ");
  json = arra_run ("info", "--json", NULL);
  node = parse_json (json->out);
  found = json_object_get_array_member (json_node_get_object (node), "checkpoints");
  for (guint i = 0; i < json_array_get_length (found); i++)
    {
      JsonObject *item = json_array_get_object_element (found, i);
      const char *name = json_object_get_string_member_with_default (item, "name", "");

      seen += strcmp (name, "little") == 0 || strcmp (name, "broken") == 0;
      if (strcmp (name, "broken") == 0)
        g_assert_nonnull (json_object_get_string_member (item, "problem"));
      if (strcmp (name, "little") == 0)
        g_assert_true (json_object_get_null_member (item, "problem"));
    }
  g_assert_cmpuint (seen, ==, 2);
  info = arra_run ("info", "little", NULL);
  assert_status (info, 0);
  assert_says (info->out, "little.gguf");
  made = arra_run ("generate", "--model", "little", "-s", "8x8", "-o", "m.png", "a", NULL);
  assert_status (made, 0);
  again = arra_run ("convert", "little.gguf", "--vqgan", "little.gguf", "-o", "again.gguf", NULL);
  assert_status (again, 0);
  unknown = arra_run ("generate", "--model", "litle", "-o", "m.png", "a", NULL);
  assert_status (unknown, 64);
  assert_says (unknown->err, "did you mean \"little\"?");
  fixture_remove (model);
  harness_end ();
}

/* What a download that stopped left is found by every command, the weights need not be read whole. */
static void
test_zeros (void)
{
  g_autofree char *model = fixture_make_named ("tiny"), *path = g_build_filename (model, "model.safetensors", NULL);
  g_autoptr (Outcome) info = NULL, verified = NULL, converted = NULL, made = NULL;
  g_autofree char *bytes = NULL;
  gsize size;

  harness_begin ();
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  memset (bytes + size / 2, 0, size - size / 2);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  info = arra_run ("info", model, NULL);
  assert_status (info, 70);
  assert_says (info->err, "zero: the file is damaged");
  assert_says (info->err, "model.layers.1.");
  verified = arra_run ("info", model, "--verify", NULL);
  assert_status (verified, 70);
  converted = arra_run ("convert", model, "-o", "m.gguf", NULL);
  assert_status (converted, 70);
  assert_says (converted->err, "zero: the file is damaged");
  made = arra_run ("generate", "-m", model, "-s", "8x8", "-o", "m.png", "a", NULL);
  assert_status (made, 70);
  assert_says (made->err, "zero: the file is damaged");
  fixture_remove (model);
  harness_end ();
}

/* A model that writes text alone makes no picture of noise. */
static void
test_masked (void)
{
  g_autofree char *model = fixture_make_named ("tiny");
  g_autoptr (Outcome) info = NULL, converted = NULL, made = NULL, again = NULL;

  harness_begin ();
  fixture_replace (model, "config.json", ",\"mask_image_logits\":false", ",\"mask_image_logits\":true");
  info = arra_run ("info", model, "--json", NULL);
  assert_status (info, 0);
  assert_says (info->out, "cannot make pictures");
  converted = arra_run ("convert", model, "-o", "m.gguf", NULL);
  assert_says (converted->err, "cannot make pictures");
  made = arra_run ("generate", "-m", model, "-s", "8x8", "-o", "made.png", "a", NULL);
  assert_status (made, 70);
  assert_says (made->err, "\"mask_image_logits\": false");
  again = arra_run ("generate", "-m", "m.gguf", "-o", "again.png", "a", NULL);
  assert_status (again, 70);
  assert_says (again->err, "convert it again");
  g_assert_false (scratch_has ("made.png"));
  g_assert_false (scratch_has ("again.png"));
  fixture_remove (model);
  harness_end ();
}

static void
check_depths (JsonArray *depths)
{
  g_assert_cmpuint (json_array_get_length (depths), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      JsonObject *depth = json_array_get_object_element (depths, i);

      g_assert_cmpint (json_object_get_int_member (depth, "depth"), ==, i == 0 ? 40 : 32);
      g_assert_cmpfloat (json_object_get_double_member (json_object_get_object_member (depth, "decode"), "share"), >,
                         0);
      g_assert_cmpfloat (json_object_get_double_member (json_object_get_object_member (depth, "pair"), "share"), >, 0);
    }
}

static void
test_bench (void)
{
  g_autoptr (Outcome) json = NULL;
  g_autoptr (Outcome) model = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object, *result;
  JsonArray *results;

  harness_begin ();
  json = arra_run ("bench", "--json", "--dim", "64", "--layers", "2", "--heads", "4", "--ffn", "160", "--vocab", "256",
                   "--steps", "2", "--depth", "40,32", "--kv", "f16", NULL);
  assert_status (json, 0);
  node = parse_json (json->out);
  object = json_node_get_object (node);
  g_assert_cmpstr (json_object_get_string_member (object, "kv"), ==, "f16");
  /* 2 layers of 4 x 64 x 64 + 3 x 64 x 160 weights, two norms of 64 and four head norms of 16; embedding, head, norm */
  g_assert_cmpint (json_object_get_int_member (object, "parameters"), ==,
                   2 * (16384 + 30720 + 128 + 64) + 2 * 256 * 64 + 64);
  results = json_object_get_array_member (object, "results");
  g_assert_cmpuint (json_array_get_length (results), ==, 5);
  result = json_object_get_object_member (object, "limits");
  g_assert_cmpfloat (json_object_get_double_member (result, "float_operations_per_second"), >, 0);
  g_assert_cmpfloat (json_object_get_double_member (result, "bf16_operations_per_second"), >, 0);
  g_assert_cmpfloat (json_object_get_double_member (result, "byte_operations_per_second"), >, 0);
  for (guint i = 0; i < 5; i++)
    {
      result = json_array_get_object_element (results, i);
      check_depths (json_object_get_array_member (result, "depths"));
      g_assert_cmpfloat (json_object_get_double_member (json_object_get_object_member (result, "prefill"), "seconds"),
                         >, 0);
    }
  model = arra_run ("bench", "--model", golden_model (), "--steps", "1", "--type", "f32", "decode", NULL);
  assert_status (model, 0);
  assert_says (model->out, "one token");
  g_assert_null (strstr (model->out, "guidance pair"));
  harness_end ();
}

/* Attention alone, for each type that the heads can be kept as: with 16 numbers not for blocks of 32. */
static void
test_bench_attention (void)
{
  static const struct
  {
    const char *heads;
    guint n;
  } shapes[] = { { "2", 9 }, { "4", 6 } };

  harness_begin ();
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autoptr (Outcome) said = arra_run ("bench", "attention", "--json", "--dim", "64", "--layers", "1", "--heads",
                                           shapes[i].heads, "--steps", "1", NULL);
      g_autoptr (JsonNode) node = NULL;
      JsonArray *rows;

      assert_status (said, 0);
      node = parse_json (said->out);
      rows = json_object_get_array_member (json_node_get_object (node), "attention");
      g_assert_cmpuint (json_array_get_length (rows), ==, shapes[i].n);
      for (guint row = 0; row < shapes[i].n; row++)
        {
          JsonObject *one = json_array_get_object_element (rows, row);

          g_assert_cmpfloat (json_object_get_double_member (json_object_get_object_member (one, "row"), "share"), >, 0);
          g_assert_cmpfloat (json_object_get_double_member (json_object_get_object_member (one, "prefill"), "share"), >,
                             0);
        }
    }
  harness_end ();
}

/* Random weights are made as the type that is measured: they are in memory once. */
static void
test_bench_memory (void)
{
  /* 4 x 64 x 64 + 3 x 64 x 160 weights of a layer, 2 x 256 x 64 of embedding and head; three norms of 64 and
   * four head norms of 16 */
  const gint64 matrices = 16384 + 30720 + 2 * 256 * 64, vectors = 3 * 64 + 4 * 16;
  const gint64 bytes[] = { matrices * 2 + vectors * 4, matrices * 34 / 32 + vectors * 4 };
  static const char *const types[] = { "bf16", "q8_0" };

  harness_begin ();
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (Outcome) said = NULL, enough = NULL, little = NULL;
      g_autofree char *limit = NULL, *below = NULL;
      g_autoptr (JsonNode) node = NULL;
      JsonObject *memory;
      gint64 total;

      said = arra_run ("bench", "decode", "--json", "-t", types[i], BENCH_SHAPE, NULL);
      assert_status (said, 0);
      node = parse_json (said->out);
      memory = json_object_get_object_member (
          json_array_get_object_element (json_object_get_array_member (json_node_get_object (node), "results"), 0),
          "memory");
      total = json_object_get_int_member (memory, "total");
      g_assert_cmpint (json_object_get_int_member (memory, "weights"), ==, bytes[i]);
      g_assert_cmpint (total, ==,
                       bytes[i] + json_object_get_int_member (memory, "caches")
                           + json_object_get_int_member (memory, "probe")
                           + json_object_get_int_member (memory, "work"));
      limit = g_strdup_printf ("%" G_GINT64_FORMAT, total);
      below = g_strdup_printf ("%" G_GINT64_FORMAT, total - 1);
      harness_setenv ("ARRA_MEMORY_LIMIT", limit);
      enough = arra_run ("bench", "decode", "-t", types[i], BENCH_SHAPE, NULL);
      assert_status (enough, 0);
      harness_setenv ("ARRA_MEMORY_LIMIT", below);
      little = arra_run ("bench", "decode", "-t", types[i], BENCH_SHAPE, NULL);
      g_assert_cmpint (little->status, !=, 0);
      assert_says (little->err, "memory");
      harness_setenv ("ARRA_MEMORY_LIMIT", NULL);
    }
  harness_end ();
}

static void
test_bench_train (void)
{
  g_autoptr (Outcome) json = NULL, shown = NULL, both = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;

  harness_begin ();
  json = arra_run ("bench", "train", "--json", "--dim", "32", "--layers", "1", "--heads", "2", "--ffn", "32", "--vocab",
                   "64", "--steps", "1", NULL);
  assert_status (json, 0);
  node = parse_json (json->out);
  object = json_node_get_object (node);
  /* 5120 tokens: 6 for each of 4 x 32 x 32 + 3 x 32 x 32 + 32 x 64 weights, 12 x 320 x 32 for the attention */
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (object, "flop_per_step"),
                                  5120.0 * (6 * (7 * 1024 + 2048) + 12 * 320 * 32), 1e3);
  g_assert_cmpfloat (json_object_get_double_member (object, "share"), >, 0);
  shown = arra_run ("bench", "train", "--dim", "32", "--layers", "1", "--heads", "2", "--ffn", "32", "--vocab", "64",
                    "--steps", "1", "--threads", "1", NULL);
  assert_status (shown, 0);
  assert_says (shown->out, "sgemm GFLOP/s");
  both = arra_run ("bench", "train", "decode", NULL);
  assert_status (both, 64);
  harness_end ();
}

/* Image encoders are told by their folder or by their file. */
static void
test_encoders (void)
{
  g_autofree char *folder = golden_path ("vision/clip"), *file = golden_path ("vision/medsam/model.safetensors");
  g_autoptr (Outcome) text = NULL, json = NULL;

  harness_begin ();
  text = arra_run ("info", folder, NULL);
  assert_status (text, 0);
  assert_says (text->out, "CLIP");
  assert_says (text->out, "32 x 32 pixels");
  assert_says (text->out, "24 numbers");
  assert_says (text->out, "--clip");
  json = arra_run ("info", file, "--json", NULL);
  assert_status (json, 0);
  assert_says (json->out, "\"image_encoder\": \"SAM\"");
  assert_says (json->out, "\"reads_captions\": false");
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/checkpoints/info", test_info);
  g_test_add_func ("/cli/checkpoints/info-memory", test_info_memory);
  g_test_add_func ("/cli/checkpoints/info-vqgan", test_info_vqgan);
  g_test_add_func ("/cli/checkpoints/info-kv", test_info_kv);
  g_test_add_func ("/cli/checkpoints/convert", test_convert);
  g_test_add_func ("/cli/checkpoints/card", test_card);
  g_test_add_func ("/cli/checkpoints/words", test_words);
  g_test_add_func ("/cli/checkpoints/unknown-words", test_unknown_words);
  g_test_add_func ("/cli/checkpoints/unknown-words-of-series", test_unknown_words_of_series);
  g_test_add_func ("/cli/checkpoints/verify-finds-damage", test_verify_finds_damage);
  g_test_add_func ("/cli/checkpoints/mask-left-out", test_mask_left_out);
  g_test_add_func ("/cli/checkpoints/masked", test_masked);
  g_test_add_func ("/cli/checkpoints/zeros", test_zeros);
  g_test_add_func ("/cli/checkpoints/names", test_names);
  g_test_add_func ("/cli/checkpoints/encoders", test_encoders);
  g_test_add_func ("/cli/checkpoints/bench", test_bench);
  g_test_add_func ("/cli/checkpoints/bench-attention", test_bench_attention);
  g_test_add_func ("/cli/checkpoints/bench-memory", test_bench_memory);
  g_test_add_func ("/cli/checkpoints/bench-train", test_bench_train);
  return g_test_run ();
}
