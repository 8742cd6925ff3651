/* test-tokenizer-golden.c - tokenizer.c and tokenizer_decode.c against the golden encodings
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <string.h>

#include "mapping.h"
#include "mem.h"
#include "tokenizer.h"

#define MAX_FILE (64u << 20)

static char *
data_path (const char *relative)
{
  return g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", relative, NULL);
}

static ArraTokenizer *
open_tokenizer (const char *relative)
{
  g_autofree char *path = data_path (relative);
  g_autoptr (GError) error = NULL;
  gsize size;
  g_automem char *json = arra_read_file (path, MAX_FILE, &size, &error);
  ArraTokenizer *tokenizer;

  g_assert_no_error (error);
  tokenizer = arra_tokenizer_new (json, size, path, &error);
  g_assert_no_error (error);
  return tokenizer;
}

/* The root object; the parser owns it. */
static JsonObject *
load_json (JsonParser *parser, const char *relative)
{
  g_autofree char *path = data_path (relative);
  g_autoptr (GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (parser));
}

static void
assert_ids (const guint32 *ids, gsize n, JsonArray *expected, const char *text)
{
  if (n != json_array_get_length (expected))
    g_error ("%s: %" G_GSIZE_FORMAT " ids, %u expected", text, n, json_array_get_length (expected));
  for (gsize i = 0; i < n; i++)
    if (ids[i] != json_array_get_int_element (expected, (guint) i))
      g_error ("%s: id %" G_GSIZE_FORMAT " is %u", text, i, ids[i]);
}

static void
check_encode (ArraTokenizer *tokenizer, const char *text, JsonArray *expected, gboolean special)
{
  g_autoptr (GError) error = NULL;
  gsize n;
  g_automem guint32 *ids = arra_tokenizer_encode (tokenizer, text, -1, special, &n, &error);

  g_assert_no_error (error);
  assert_ids (ids, n, expected, text);
}

static void
check_decode (ArraTokenizer *tokenizer, JsonArray *list, gboolean skip_special, const char *expected)
{
  guint n = json_array_get_length (list);
  g_autofree guint32 *ids = g_new (guint32, n + 1);
  g_autofree char *text = NULL;

  for (guint i = 0; i < n; i++)
    ids[i] = (guint32) json_array_get_int_element (list, i);
  text = arra_tokenizer_decode (tokenizer, ids, n, skip_special);
  g_assert_cmpstr (text, ==, expected);
}

static void
check_tokens (ArraTokenizer *tokenizer, JsonArray *ids, JsonArray *tokens)
{
  g_assert_cmpuint (json_array_get_length (ids), ==, json_array_get_length (tokens));
  for (guint i = 0; i < json_array_get_length (ids); i++)
    {
      guint32 id = (guint32) json_array_get_int_element (ids, i), found = 0;
      const char *token = json_array_get_string_element (tokens, i);

      g_assert_cmpstr (arra_tokenizer_token (tokenizer, id), ==, token);
      g_assert_true (arra_tokenizer_id (tokenizer, token, &found));
      g_assert_cmpuint (found, ==, id);
    }
}

static void
test_cases (void)
{
  g_autoptr (ArraTokenizer) tokenizer = open_tokenizer ("tokenizer/chameleon_bpe_small/tokenizer.json");
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root = load_json (parser, "tokenizer/chameleon_bpe_small/encodings.json");
  JsonArray *cases = json_object_get_array_member (root, "cases");

  g_assert_cmpuint (json_array_get_length (cases), ==, 79);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *item = json_array_get_object_element (cases, i);
      const char *text = json_object_get_string_member (item, "text");
      JsonArray *ids = json_object_get_array_member (item, "ids");
      JsonArray *special = json_object_get_array_member (item, "ids_with_special_tokens");

      check_encode (tokenizer, text, ids, FALSE);
      check_encode (tokenizer, text, special, TRUE);
      check_tokens (tokenizer, ids, json_object_get_array_member (item, "tokens"));
      check_decode (tokenizer, ids, FALSE, json_object_get_string_member (item, "decoded"));
      check_decode (tokenizer, ids, TRUE, json_object_get_string_member (item, "decoded_skip_special"));
    }
}

static void
test_decode_cases (void)
{
  g_autoptr (ArraTokenizer) tokenizer = open_tokenizer ("tokenizer/chameleon_bpe_small/tokenizer.json");
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root = load_json (parser, "tokenizer/chameleon_bpe_small/encodings.json");
  JsonArray *cases = json_object_get_array_member (root, "decode_cases");

  g_assert_cmpuint (json_array_get_length (cases), ==, 42);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *item = json_array_get_object_element (cases, i);

      check_decode (tokenizer, json_object_get_array_member (item, "ids"), FALSE,
                    json_object_get_string_member (item, "decoded"));
    }
}

/* prompt_ids: <s>, the prompt, and the separator 8710 that the model's template adds */
static void
test_prompts (void)
{
  g_autoptr (ArraTokenizer) tokenizer = open_tokenizer ("e2e/model/tokenizer.json");
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root = load_json (parser, "e2e/case.json");
  JsonArray *runs = json_object_get_array_member (root, "runs");

  g_assert_cmpuint (arra_tokenizer_size (tokenizer), ==, 9236);
  for (guint i = 0; i < json_array_get_length (runs); i++)
    {
      JsonObject *run = json_array_get_object_element (runs, i);
      JsonArray *expected = json_object_get_array_member (run, "prompt_ids");
      const char *prompt = json_object_get_string_member (run, "prompt");

      g_assert_cmpint (json_array_get_int_element (expected, json_array_get_length (expected) - 1), ==, 8710);
      json_array_remove_element (expected, json_array_get_length (expected) - 1);
      check_encode (tokenizer, prompt, expected, TRUE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tokenizer/golden/cases", test_cases);
  g_test_add_func ("/tokenizer/golden/decode-cases", test_decode_cases);
  g_test_add_func ("/tokenizer/golden/prompts", test_prompts);
  return g_test_run ();
}
