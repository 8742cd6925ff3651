/* case-tokenizer.c - tokenizers against encodings.json
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "check.h"
#include "jsonguard.h"
#include "mem.h"
#include "t5.h"

static void
check_ids (Check *check,
           const ArraTokenizer *tokenizer,
           const char *text,
           gsize length,
           gboolean special,
           JsonArray *expected)
{
  g_autoptr (GError) error = NULL;
  gsize n = 0;
  g_automem guint32 *ids = arra_tokenizer_encode (tokenizer, text, (gssize) length, special, &n, &error);
  gsize n_expected = json_array_get_length (expected);

  if (ids == NULL)
    {
      check_fault (check, "\"%s\": %s", text, error->message);
      return;
    }
  check_same_int (check, text, (gint64) n_expected, (gint64) n);
  for (gsize i = 0; i < MIN (n, n_expected); i++)
    check_same_int (check, text, json_array_get_int_element (expected, (guint) i), ids[i]);
}

static guint32 *
read_ids (JsonArray *array, gsize *n)
{
  guint32 *ids;

  *n = json_array_get_length (array);
  ids = g_new (guint32, *n);
  for (gsize i = 0; i < *n; i++)
    ids[i] = (guint32) json_array_get_int_element (array, (guint) i);
  return ids;
}

static void
check_decoded (Check *check,
               const ArraTokenizer *tokenizer,
               JsonArray *array,
               gboolean skip_special,
               const char *expected)
{
  gsize n;
  g_autofree guint32 *ids = read_ids (array, &n);
  g_autofree char *text = arra_tokenizer_decode (tokenizer, ids, n, skip_special);

  check_same_text (check, expected, expected, text);
}

static void
check_tokens (Check *check, const ArraTokenizer *tokenizer, JsonArray *ids, JsonArray *tokens)
{
  for (guint i = 0; i < MIN (json_array_get_length (ids), json_array_get_length (tokens)); i++)
    check_same_text (check, "a token's text", json_array_get_string_element (tokens, i),
                     arra_tokenizer_token (tokenizer, (guint32) json_array_get_int_element (ids, i)));
}

/* Compares where the file says what to expect; the three forms of the file name things differently. */
static void
check_member_ids (Check *check, const ArraTokenizer *tokenizer, JsonObject *item, const char *key)
{
  const char *text = json_object_get_string_member (item, "text");

  if (json_object_has_member (item, key))
    check_ids (check, tokenizer, text, strlen (text), strcmp (key, "ids") != 0,
               json_object_get_array_member (item, key));
}

static void
check_member_text (Check *check,
                   const ArraTokenizer *tokenizer,
                   JsonObject *item,
                   const char *key,
                   gboolean skip_special)
{
  JsonArray *ids = json_object_get_array_member (item, "ids");

  if (json_object_has_member (item, key))
    check_decoded (check, tokenizer, ids, skip_special, json_object_get_string_member (item, key));
}

/* @skip_special: whether "decoded" leaves special tokens out */
static void
check_encoding (Check *check, const ArraTokenizer *tokenizer, JsonObject *item, gboolean skip_special)
{
  static const char *const keys[] = { "ids", "ids_with_special_tokens", "ids_with_bos", "ids_with_eos" };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    check_member_ids (check, tokenizer, item, keys[i]);
  if (json_object_has_member (item, "tokens"))
    check_tokens (check, tokenizer, json_object_get_array_member (item, "ids"),
                  json_object_get_array_member (item, "tokens"));
  check_member_text (check, tokenizer, item, "decoded", skip_special);
  check_member_text (check, tokenizer, item, "decoded_skip_special", TRUE);
}

/* The prompt within the template of a conversation */
static void
check_prompt (Check *check, const ArraTokenizer *tokenizer, JsonObject *object)
{
  g_autoptr (GString) text = g_string_new (json_object_get_string_member (object, "template"));

  g_string_replace (text, "{prompt}", json_object_get_string_member (object, "prompt"), 1);
  check_ids (check, tokenizer, text->str, text->len, TRUE, json_object_get_array_member (object, "prompt_ids"));
}

/* What T5's encoder reads of a text: padded with 0, or cut before its end */
static void
check_padded (Check *check, const ArraTokenizer *tokenizer, JsonObject *item)
{
  const ArraT5Config config = { .vocab_size = arra_tokenizer_size (tokenizer) };
  const char *text = json_object_get_string_member (item, "text");
  guint length = (guint) json_object_get_int_member (item, "max_length"), n_seen = 0;
  JsonArray *expected = json_object_get_array_member (item, "input_ids"),
            *mask = json_object_get_array_member (item, "attention_mask");
  g_autofree guint32 *ids = g_new (guint32, length);
  GError *error = NULL;

  if (!arra_t5_encode_text (&config, tokenizer, text, length, ids, &n_seen, &error))
    {
      check_error (check, error);
      return;
    }
  for (guint i = 0; i < length; i++)
    {
      check_same_int (check, text, json_array_get_int_element (expected, i), ids[i]);
      check_same_int (check, text, json_array_get_int_element (mask, i), i < n_seen);
    }
}

static void
check_all (Check *check, const ArraTokenizer *tokenizer, JsonObject *object, JsonArray *cases)
{
  /* the Unigram files have a form, and say what a reader sees */
  gboolean skip_special = json_object_has_member (object, "form");

  for (guint i = 0; i < json_array_get_length (cases); i++)
    check_encoding (check, tokenizer, json_array_get_object_element (cases, i), skip_special);
  cases
      = json_object_has_member (object, "decode_cases") ? json_object_get_array_member (object, "decode_cases") : NULL;
  for (guint i = 0; cases != NULL && i < json_array_get_length (cases); i++)
    check_member_text (check, tokenizer, json_array_get_object_element (cases, i), "decoded", FALSE);
  cases = json_object_has_member (object, "padded_to_max_length")
              ? json_object_get_array_member (object, "padded_to_max_length")
              : NULL;
  for (guint i = 0; cases != NULL && i < json_array_get_length (cases); i++)
    check_padded (check, tokenizer, json_array_get_object_element (cases, i));
  if (json_object_has_member (object, "prompt_ids"))
    check_prompt (check, tokenizer, object);
}

gboolean
check_tokenizer (Check *check)
{
  g_autofree char *path = g_build_filename (check->dir, "tokenizer.json", NULL);
  g_autofree char *encodings = g_build_filename (check->dir, "encodings.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTokenizer) tokenizer = NULL;
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *object;
  JsonArray *cases = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (encodings, G_FILE_TEST_EXISTS))
    return FALSE;
  tokenizer = arra_tokenizer_open (path, &error);
  parser = tokenizer != NULL ? check_json (check, "encodings.json", &object) : NULL;
  if (parser != NULL)
    cases = arra_json_get_array (object, "encodings.json",
                                 json_object_has_member (object, "encodings") ? "encodings" : "cases", &error);
  if (cases != NULL)
    check_all (check, tokenizer, object, cases);
  check_error (check, g_steal_pointer (&error));
  return TRUE;
}
