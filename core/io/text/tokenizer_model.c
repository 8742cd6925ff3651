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

static gboolean
check_text (const char *text, const char *name, GError **error)
{
  if (strlen (text) <= ARRA_MAX_TOKEN_BYTES)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: a token is longer than %d bytes", name,
                    ARRA_MAX_TOKEN_BYTES);
}

static gboolean
add_token (ArraVocab *vocab, const char *text, JsonNode *node, const char *name, GError **error)
{
  gint64 id = -1;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64)
    id = json_node_get_int (node);
  if (id < 0 || id >= ARRA_MAX_TOKENS)
    {
      g_autofree char *quoted = arra_quote (text, strlen (text));

      return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the id of token %s is not an integer in 0..%u",
                        name, quoted, ARRA_MAX_TOKENS - 1);
    }
  return check_text (text, name, error)
         && arra_vocab_add (vocab, name, text, strlen (text), (guint32) id, 0, error);
}

static gboolean
load_vocab (ArraVocab *vocab, JsonObject *list, const char *name, GError **error)
{
  JsonObjectIter iter;
  const char *text;
  JsonNode *node;

  json_object_iter_init (&iter, list);
  while (json_object_iter_next (&iter, &text, &node))
    if (!add_token (vocab, text, node, name, error))
      return FALSE;
  return TRUE;
}

/* Most bytes the texts of vocabulary and added tokens can take */
static gsize
count_text (JsonObject *vocab, JsonArray *added)
{
  JsonObjectIter iter;
  const char *text;
  gsize bytes = 0;

  json_object_iter_init (&iter, vocab);
  while (json_object_iter_next (&iter, &text, NULL))
    bytes += strlen (text);
  for (guint i = 0; added != NULL && i < json_array_get_length (added); i++)
    {
      JsonNode *node = json_array_get_element (added, i);
      JsonNode *content = JSON_NODE_HOLDS_OBJECT (node)
                              ? json_object_get_member (json_node_get_object (node), "content")
                              : NULL;

      if (content != NULL && JSON_NODE_HOLDS_VALUE (content)
          && json_node_get_value_type (content) == G_TYPE_STRING)
        bytes += strlen (json_node_get_string (content));
    }
  return bytes;
}

/* ------------------------------------------------------------ added tokens */

static gboolean
load_added_token (ArraTokenizer *tokenizer, JsonObject *object, ArraAddedToken *token, gboolean *normalized,
                  const char *name, GError **error)
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
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: its content is empty or longer than %d bytes",
                      name, ARRA_MAX_ADDED_BYTES);
  known = arra_vocab_find (&tokenizer->vocab, content, strlen (content));
  if (known != NULL && (known->flags & ARRA_TOKEN_ADDED))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the token appears twice", name);
  flags = ARRA_TOKEN_ADDED | (special ? ARRA_TOKEN_SPECIAL : 0);
  if (!arra_vocab_add (&tokenizer->vocab, name, content, strlen (content), (guint32) id, flags, error))
    return FALSE;
  known = arra_vocab_find (&tokenizer->vocab, content, strlen (content));
  *token = (ArraAddedToken){ arra_vocab_text (&tokenizer->vocab, known), known->length, (guint32) id,
                             (single_word ? ARRA_ADDED_SINGLE_WORD : 0u) | (lstrip ? ARRA_ADDED_LSTRIP : 0u)
                                 | (rstrip ? ARRA_ADDED_RSTRIP : 0u) };
  return TRUE;
}

static gboolean
load_added (ArraTokenizer *tokenizer, JsonArray *list, const char *name, GError **error)
{
  guint count = list != NULL ? json_array_get_length (list) : 0;
  gsize n[2] = { 0, 0 };

  for (guint k = 0; k < 2; k++)
    {
      ArraAddedToken *tokens = arra_mem_new (count, sizeof *tokens, "added tokens", error);

      if (tokens == NULL)
        return FALSE;
      arra_added_set_init (&tokenizer->added[k], tokens, 0);
    }
  for (guint i = 0; i < count; i++)
    {
      g_autofree char *context = g_strdup_printf (arra_translate ("%s: added token %u"), name, i);
      JsonNode *node = json_array_get_element (list, i);
      ArraAddedToken token;
      gboolean normalized;

      if (!JSON_NODE_HOLDS_OBJECT (node))
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s is not an object", context);
      if (!load_added_token (tokenizer, json_node_get_object (node), &token, &normalized, context, error))
        return FALSE;
      tokenizer->added[normalized].tokens[n[normalized]++] = token;
    }
  for (guint k = 0; k < 2; k++)
    arra_added_set_init (&tokenizer->added[k], tokenizer->added[k].tokens, n[k]);
  return TRUE;
}

/* ------------------------------------------------------------------ merges */

/* "left right", or ["left", "right"]; FALSE: neither. */
static gboolean
read_merge (JsonNode *node, const char **left, gsize *left_length, const char **right)
{
  JsonArray *pair;
  const char *space;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    {
      *left = json_node_get_string (node);
      space = strchr (*left, ' ');
      if (space == NULL || strchr (space + 1, ' ') != NULL)
        return FALSE;
      *left_length = (gsize) (space - *left);
      *right = space + 1;
      return TRUE;
    }
  if (!JSON_NODE_HOLDS_ARRAY (node) || json_array_get_length (pair = json_node_get_array (node)) != 2)
    return FALSE;
  for (guint i = 0; i < 2; i++)
    if (json_node_get_value_type (json_array_get_element (pair, i)) != G_TYPE_STRING)
      return FALSE;
  *left = json_array_get_string_element (pair, 0);
  *left_length = strlen (*left);
  *right = json_array_get_string_element (pair, 1);
  return TRUE;
}

static gboolean
load_merge (ArraTokenizer *tokenizer, JsonNode *node, guint32 rank, char *joined, const char *name,
            GError **error)
{
  const char *left, *right;
  const ArraToken *parts[3];
  gsize n, length;

  if (!read_merge (node, &left, &n, &right))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: merge %u is not a pair of tokens", name, rank);
  length = n + strlen (right);
  if (length > ARRA_MAX_TOKEN_BYTES)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: merge %u is longer than %d bytes", name, rank,
                      ARRA_MAX_TOKEN_BYTES);
  memcpy (joined, left, n);
  memcpy (joined + n, right, length - n);
  parts[0] = arra_vocab_find (&tokenizer->vocab, joined, n);
  parts[1] = arra_vocab_find (&tokenizer->vocab, joined + n, length - n);
  parts[2] = arra_vocab_find (&tokenizer->vocab, joined, length);
  for (guint i = 0; i < 3; i++)
    if (parts[i] == NULL)
      {
        const char *part = i == 1 ? joined + n : joined;
        gsize part_length = i == 0 ? n : (gsize) (joined + length - part);
        g_autofree char *quoted = arra_quote (part, part_length);

        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: merge %u: %s is not in the vocabulary", name,
                          rank, quoted);
      }
  arra_merges_put (&tokenizer->merges, parts[0]->id, parts[1]->id, rank, parts[2]->id);
  return TRUE;
}

static gboolean
load_merges (ArraTokenizer *tokenizer, JsonArray *list, const char *name, GError **error)
{
  g_automem char *joined = arra_mem_new (ARRA_MAX_TOKEN_BYTES, 1, "merged token", error);

  if (joined == NULL || !arra_merges_init (&tokenizer->merges, json_array_get_length (list), error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (!load_merge (tokenizer, json_array_get_element (list, i), i, joined, name, error))
      return FALSE;
  return TRUE;
}

/* ------------------------------------------------------------------- model */

static gboolean
refuse_normalizer (JsonObject *step, const char *name, gpointer data, GError **error)
{
  const char *type = json_object_get_string_member (step, "type");
  g_autofree char *quoted = arra_quote (type, strlen (type));

  return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: type %s is not supported", name, quoted);
}

/* What a tokenizer.json can ask for and this one does not do. "truncation" and "padding" are for batches of a
 * training: a prompt is neither cut nor filled up. */
static gboolean
refuse_unknown (JsonObject *model, const char *name, GError **error)
{
  static const char *const affixes[] = { "continuing_subword_prefix", "end_of_word_suffix" };
  double dropout;
  gboolean fallback;
  const char *type = arra_json_get_string (model, name, "type", error);

  if (type == NULL)
    return FALSE;
  if (strcmp (type, "BPE") != 0)
    {
      g_autofree char *quoted = arra_quote (type, strlen (type));

      return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: model type %s is not supported", name, quoted);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (affixes); i++)
    if (json_object_has_member (model, affixes[i]) && !json_object_get_null_member (model, affixes[i]))
      {
        const char *affix = arra_json_get_string (model, name, affixes[i], error);

        if (affix == NULL)
          return FALSE;
        if (affix[0] != '\0')
          return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: \"%s\" is not supported", name, affixes[i]);
      }
  if (!arra_json_get_double_default (model, name, "dropout", 0, &dropout, error)
      || !arra_json_get_bool_default (model, name, "byte_fallback", FALSE, &fallback, error))
    return FALSE;
  if (dropout != 0 || fallback)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: %s is not supported", name,
                      fallback ? "byte_fallback" : "dropout");
  return TRUE;
}

static gboolean
load_options (ArraTokenizer *tokenizer, JsonObject *model, const char *name, GError **error)
{
  const ArraToken *token = NULL;
  const char *unknown = NULL;

  if (!arra_json_get_bool_default (model, name, "fuse_unk", FALSE, &tokenizer->fuse_unknown, error)
      || !arra_json_get_bool_default (model, name, "ignore_merges", FALSE, &tokenizer->ignore_merges, error))
    return FALSE;
  tokenizer->unknown = ARRA_NO_TOKEN;
  if (!json_object_has_member (model, "unk_token") || json_object_get_null_member (model, "unk_token"))
    return TRUE;
  unknown = arra_json_get_string (model, name, "unk_token", error);
  if (unknown == NULL)
    return FALSE;
  token = arra_vocab_find (&tokenizer->vocab, unknown, strlen (unknown));
  if (token == NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the unk_token is not in the vocabulary", name);
  tokenizer->unknown = token->id;
  return TRUE;
}

static void
find_bytes (ArraTokenizer *tokenizer)
{
  for (guint byte = 0; byte < 256; byte++)
    {
      char raw = (char) byte, text[8];
      const ArraToken *token = arra_vocab_find (&tokenizer->vocab, text, arra_bytes_to_chars (&raw, 1, text));

      tokenizer->byte_id[byte] = token != NULL ? token->id : ARRA_NO_TOKEN;
    }
}

gboolean
arra_tokenizer_load_model (ArraTokenizer *tokenizer, JsonObject *root, const char *name, GError **error)
{
  gboolean has_added
      = json_object_has_member (root, "added_tokens") && !json_object_get_null_member (root, "added_tokens");
  JsonObject *model = arra_json_get_object (root, name, "model", error), *vocab;
  JsonArray *added = NULL, *merges;
  g_autofree char *context = g_strdup_printf ("%s: model", name);
  gsize count;

  if (model == NULL || !refuse_unknown (model, context, error)
      || !arra_tokenizer_steps (root, "normalizer", "normalizers", name, refuse_normalizer, NULL, error))
    return FALSE;
  vocab = arra_json_get_object (model, context, "vocab", error);
  merges = vocab != NULL ? arra_json_get_array (model, context, "merges", error) : NULL;
  if (merges == NULL
      || (has_added && (added = arra_json_get_array (root, name, "added_tokens", error)) == NULL))
    return FALSE;
  count = json_object_get_size (vocab) + (gsize) (added != NULL ? json_array_get_length (added) : 0);
  if (!arra_vocab_init (&tokenizer->vocab, context, count, count_text (vocab, added), error)
      || !load_vocab (&tokenizer->vocab, vocab, context, error) || !load_added (tokenizer, added, name, error)
      || !arra_vocab_seal (&tokenizer->vocab, name, error) || !load_merges (tokenizer, merges, context, error)
      || !load_options (tokenizer, model, context, error))
    return FALSE;
  find_bytes (tokenizer);
  return TRUE;
}
