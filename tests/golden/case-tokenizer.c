/* case-tokenizer.c - byte-level BPE against encodings.json
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "check.h"
#include "jsonguard.h"
#include "mapping.h"
#include "mem.h"
#include "tokenizer.h"

static void
check_ids (Check *check, const ArraTokenizer *tokenizer, const char *text, gsize length, gboolean special, JsonArray *expected)
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
check_decoded (Check *check, const ArraTokenizer *tokenizer, JsonArray *array, gboolean skip_special, const char *expected)
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
    check_same_text (check, "a token's text", json_array_get_string_element (tokens, i), arra_tokenizer_token (tokenizer, (guint32) json_array_get_int_element (ids, i)));
}

static void
check_encoding (Check *check, const ArraTokenizer *tokenizer, JsonObject *item)
{
  const char *text = json_object_get_string_member (item, "text");
  JsonArray *ids = json_object_get_array_member (item, "ids");

  check_ids (check, tokenizer, text, strlen (text), FALSE, ids);
  check_ids (check, tokenizer, text, strlen (text), TRUE, json_object_get_array_member (item, "ids_with_special_tokens"));
  check_tokens (check, tokenizer, ids, json_object_get_array_member (item, "tokens"));
  check_decoded (check, tokenizer, ids, FALSE, json_object_get_string_member (item, "decoded"));
  check_decoded (check, tokenizer, ids, TRUE, json_object_get_string_member (item, "decoded_skip_special"));
}

gboolean
check_tokenizer (Check *check)
{
  g_autofree char *path = g_build_filename (check->dir, "tokenizer.json", NULL);
  g_autofree char *encodings = g_build_filename (check->dir, "encodings.json", NULL);
  g_autoptr (GError) error = NULL;
  gsize size = 0;
  g_automem char *json = NULL;
  g_autoptr (ArraTokenizer) tokenizer = NULL;
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *object;
  JsonArray *cases;

  if (!g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (encodings, G_FILE_TEST_EXISTS))
    return FALSE;
  json = arra_read_file (path, ARRA_JSON_MAX_BYTES, &size, &error);
  tokenizer = json == NULL ? NULL : arra_tokenizer_new (json, size, path, &error);
  if (tokenizer == NULL)
    {
      if (g_error_matches (error, ARRA_ERROR, ARRA_ERROR_UNSUPPORTED))
        return FALSE;
      check_fault (check, "%s", error->message);
      return TRUE;
    }
  parser = check_json (check, "encodings.json", &object);
  cases = parser == NULL ? NULL : arra_json_get_array (object, "encodings.json", "cases", &error);
  if (cases == NULL)
    {
      if (error != NULL)
        check_fault (check, "%s", error->message);
      return TRUE;
    }
  for (guint i = 0; i < json_array_get_length (cases); i++)
    check_encoding (check, tokenizer, json_array_get_object_element (cases, i));
  if (json_object_has_member (object, "decode_cases"))
    {
      cases = json_object_get_array_member (object, "decode_cases");
      for (guint i = 0; i < json_array_get_length (cases); i++)
        {
          JsonObject *item = json_array_get_object_element (cases, i);
          check_decoded (check, tokenizer, json_object_get_array_member (item, "ids"), FALSE, json_object_get_string_member (item, "decoded"));
        }
    }
  return TRUE;
}
