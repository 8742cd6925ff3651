/* tokenizer_model.c - vocabulary, merges and added tokens of a tokenizer.json, checked
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokenizer_private.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "mem.h"
#include "tokenizer_steps.h"
#include "utf8.h"

/* -------------------------------------------------------------- vocabulary */

gboolean
arra_tokenizer_check_token (const char *text, const char *name, GError **error)
{
  if (strlen (text) <= ARRA_MAX_TOKEN_BYTES)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: a token is longer than %d bytes", name, ARRA_MAX_TOKEN_BYTES);
}

/* Most bytes the texts of added tokens can take */
static gsize
count_text (JsonArray *added)
{
  gsize bytes = 0;

  for (guint i = 0; added != NULL && i < json_array_get_length (added); i++)
    {
      JsonNode *node = json_array_get_element (added, i);
      JsonNode *content
          = JSON_NODE_HOLDS_OBJECT (node) ? json_object_get_member (json_node_get_object (node), "content") : NULL;

      if (content != NULL && JSON_NODE_HOLDS_VALUE (content) && json_node_get_value_type (content) == G_TYPE_STRING)
        bytes += strlen (json_node_get_string (content));
    }
  return bytes;
}

/* ------------------------------------------------------------ added tokens */

static gboolean
load_added_token (ArraTokenizer *tokenizer,
                  JsonObject *object,
                  ArraIndexedToken *token,
                  gboolean *normalized,
                  const char *name,
                  GError **error)
{
  gboolean single_word, lstrip, rstrip, special;
  const ArraToken *known;
  const char *content;
  guint32 flags;
  gint64 id;

  content = arra_json_get_string (object, name, "content", error);
  if (content == NULL || !arra_json_get_int (object, name, "id", 0, ARRA_MAX_TOKENS - 1, &id, error)
      || !arra_json_get_bool_default (object, name, "single_word", FALSE, &single_word, error)
      || !arra_json_get_bool_default (object, name, "lstrip", FALSE, &lstrip, error)
      || !arra_json_get_bool_default (object, name, "rstrip", FALSE, &rstrip, error)
      || !arra_json_get_bool_default (object, name, "normalized", FALSE, normalized, error)
      || !arra_json_get_bool_default (object, name, "special", FALSE, &special, error))
    return FALSE;
  if (content[0] == '\0' || strlen (content) > ARRA_MAX_ADDED_BYTES)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: its content is empty or longer than %d bytes", name,
                      ARRA_MAX_ADDED_BYTES);
  known = arra_vocab_find (&tokenizer->vocab, content, strlen (content));
  if (known != NULL && (known->flags & ARRA_TOKEN_ADDED))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the token appears twice", name);
  flags = ARRA_TOKEN_ADDED | (special ? ARRA_TOKEN_SPECIAL : 0);
  if (!arra_vocab_add (&tokenizer->vocab, name, content, strlen (content), (guint32) id, flags, error))
    return FALSE;
  known = arra_vocab_find (&tokenizer->vocab, content, strlen (content));
  *token = (ArraIndexedToken) { arra_vocab_text (&tokenizer->vocab, known), known->length, (guint32) id,
                                (single_word ? ARRA_ADDED_SINGLE_WORD : 0u) | (lstrip ? ARRA_ADDED_LSTRIP : 0u)
                                    | (rstrip ? ARRA_ADDED_RSTRIP : 0u) };
  return TRUE;
}

/* A token that is looked for in normalised text has to be there as it is written. */
static gboolean
check_normal (const ArraTokenizer *tokenizer, const ArraIndexedToken *token, const char *name, GError **error)
{
  g_automem char *normal = NULL;
  gsize size;

  if (tokenizer->normalizer.n == 0)
    return TRUE;
  normal = arra_normalize (&tokenizer->normalizer, token->text, token->length, &size, error);
  if (normal == NULL)
    return FALSE;
  return (size == token->length && memcmp (normal, token->text, size) == 0)
         || arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: the normalizer changes its content, which is not supported",
                       name);
}

static gboolean
load_added (ArraTokenizer *tokenizer, JsonArray *list, const char *name, GError **error)
{
  guint count = list != NULL ? json_array_get_length (list) : 0;
  gsize n[2] = { 0, 0 };

  for (guint k = 0; k < 2; k++)
    {
      ArraIndexedToken *tokens = arra_mem_new (count, sizeof *tokens, "added tokens", error);

      if (tokens == NULL)
        return FALSE;
      arra_token_index_init (&tokenizer->added[k], tokens, 0);
    }
  for (guint i = 0; i < count; i++)
    {
      g_autofree char *context = g_strdup_printf (arra_translate ("%s: added token %u"), name, i);
      JsonNode *node = json_array_get_element (list, i);
      ArraIndexedToken token;
      gboolean normalized;

      if (!JSON_NODE_HOLDS_OBJECT (node))
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s is not an object", context);
      if (!load_added_token (tokenizer, json_node_get_object (node), &token, &normalized, context, error)
          || (normalized && !check_normal (tokenizer, &token, context, error)))
        return FALSE;
      tokenizer->added[normalized].tokens[n[normalized]++] = token;
    }
  for (guint k = 0; k < 2; k++)
    arra_token_index_init (&tokenizer->added[k], tokenizer->added[k].tokens, n[k]);
  return TRUE;
}

/* ------------------------------------------------------------------- model */

static const ArraTokenizerModel *
find_model (JsonObject *model, const char *name, GError **error)
{
  static const ArraTokenizerModel *const models[] = { &arra_bpe_model, &arra_unigram_model };
  const char *type = arra_json_get_string (model, name, "type", error);
  g_autofree char *quoted = NULL;

  if (type == NULL)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    if (strcmp (type, models[i]->type) == 0)
      return models[i];
  quoted = arra_quote (type, strlen (type));
  arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: model type %s is not supported", name, quoted);
  return NULL;
}

gboolean
arra_tokenizer_load_model (ArraTokenizer *tokenizer, JsonObject *root, const char *name, GError **error)
{
  gboolean has_added
      = json_object_has_member (root, "added_tokens") && !json_object_get_null_member (root, "added_tokens");
  JsonObject *model = arra_json_get_object (root, name, "model", error);
  JsonArray *added = NULL;
  g_autofree char *context = g_strdup_printf ("%s: model", name);
  gsize count, bytes;

  tokenizer->model = model != NULL ? find_model (model, context, error) : NULL;
  if (tokenizer->model == NULL || !arra_normalizer_load (&tokenizer->normalizer, root, name, error)
      || !tokenizer->model->measure (model, context, &count, &bytes, error)
      || (has_added && (added = arra_json_get_array (root, name, "added_tokens", error)) == NULL))
    return FALSE;
  count += added != NULL ? json_array_get_length (added) : 0;
  return arra_vocab_init (&tokenizer->vocab, context, count, bytes + count_text (added), error)
         && tokenizer->model->add_vocab (&tokenizer->vocab, model, context, error)
         && load_added (tokenizer, added, name, error) && arra_vocab_seal (&tokenizer->vocab, name, error)
         && tokenizer->model->load (tokenizer, model, context, error);
}
