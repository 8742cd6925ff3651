/* tokenizer_bpe.c - byte-level BPE in a tokenizer.json: vocabulary, merges, words to ids
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokenizer_private.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "mem.h"
#include "utf8.h"

/* -------------------------------------------------------------- vocabulary */

static gboolean
measure (JsonObject *model, const char *name, gsize *count, gsize *bytes, GError **error)
{
  JsonObject *vocab = arra_json_get_object (model, name, "vocab", error);
  JsonObjectIter iter;
  const char *text;

  if (vocab == NULL)
    return FALSE;
  *count = json_object_get_size (vocab);
  *bytes = 0;
  json_object_iter_init (&iter, vocab);
  while (json_object_iter_next (&iter, &text, NULL))
    *bytes += strlen (text);
  return TRUE;
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

      return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the id of token %s is not an integer in 0..%u", name,
                        quoted, ARRA_MAX_TOKENS - 1);
    }
  return arra_tokenizer_check_token (text, name, error)
         && arra_vocab_add (vocab, name, text, strlen (text), (guint32) id, 0, error);
}

static gboolean
add_vocab (ArraVocab *vocab, JsonObject *model, const char *name, GError **error)
{
  JsonObject *list = json_object_get_object_member (model, "vocab");
  JsonObjectIter iter;
  const char *text;
  JsonNode *node;

  json_object_iter_init (&iter, list);
  while (json_object_iter_next (&iter, &text, &node))
    if (!add_token (vocab, text, node, name, error))
      return FALSE;
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
load_merge (ArraTokenizer *tokenizer, JsonNode *node, guint32 rank, char *joined, const char *name, GError **error)
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

        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: merge %u: %s is not in the vocabulary", name, rank,
                          quoted);
      }
  arra_merges_put (&tokenizer->merges, parts[0]->id, parts[1]->id, rank, parts[2]->id);
  return TRUE;
}

static gboolean
load_merges (ArraTokenizer *tokenizer, JsonObject *model, const char *name, GError **error)
{
  JsonArray *list = arra_json_get_array (model, name, "merges", error);
  g_automem char *joined = list != NULL ? arra_mem_new (ARRA_MAX_TOKEN_BYTES, 1, "merged token", error) : NULL;

  if (joined == NULL || !arra_merges_init (&tokenizer->merges, json_array_get_length (list), error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (!load_merge (tokenizer, json_array_get_element (list, i), i, joined, name, error))
      return FALSE;
  return TRUE;
}

/* ----------------------------------------------------------------- options */

/* What a tokenizer.json can ask for and this one does not do. "truncation" and "padding" are for batches of a
 * training: a prompt is neither cut nor filled up. */
static gboolean
refuse_unknown_options (JsonObject *model, const char *name, GError **error)
{
  static const char *const affixes[] = { "continuing_subword_prefix", "end_of_word_suffix" };
  double dropout;
  gboolean fallback;

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

static gboolean
load (ArraTokenizer *tokenizer, JsonObject *model, const char *name, GError **error)
{
  if (!refuse_unknown_options (model, name, error) || !load_merges (tokenizer, model, name, error)
      || !load_options (tokenizer, model, name, error))
    return FALSE;
  find_bytes (tokenizer);
  return TRUE;
}

/* ------------------------------------------------------------------- words */

/* Whether the word as a whole was found in the vocabulary and added. */
static gboolean
add_whole_word (const ArraTokenizer *tokenizer,
                ArraEncoder *encoder,
                const char *word,
                gsize length,
                gboolean *added,
                GError **error)
{
  const ArraToken *token;

  *added = FALSE;
  if (!tokenizer->ignore_merges || length > ARRA_MAX_TOKEN_BYTES)
    return TRUE;
  if (2 * length > encoder->chars_room)
    {
      char *grown = arra_mem_resize (encoder->chars, 2 * length, 1, "characters of a word", error);

      if (grown == NULL)
        return FALSE;
      encoder->chars = grown;
      encoder->chars_room = 2 * length;
    }
  token = arra_vocab_find (&tokenizer->vocab, encoder->chars, arra_bytes_to_chars (word, length, encoder->chars));
  if (token != NULL)
    encoder->ids[encoder->n++] = token->id;
  *added = token != NULL;
  return TRUE;
}

/* The bytes of the word as ids, merged. */
static gboolean
add_word (const ArraTokenizer *tokenizer, ArraEncoder *encoder, const char *word, gsize length, GError **error)
{
  gboolean added, was_unknown = FALSE;
  guint32 *ids;
  gsize n = 0;

  if (!arra_encoder_reserve (encoder, length, error)
      || !add_whole_word (tokenizer, encoder, word, length, &added, error))
    return FALSE;
  if (added)
    return TRUE;
  ids = encoder->ids + encoder->n;
  for (gsize i = 0; i < length; i++)
    {
      guint32 id = tokenizer->byte_id[(guint8) word[i]];
      gboolean unknown = id == ARRA_NO_TOKEN;

      if (unknown && !(was_unknown && tokenizer->fuse_unknown))
        id = tokenizer->unknown;
      if (id != ARRA_NO_TOKEN)
        ids[n++] = id;
      was_unknown = unknown;
    }
  if (!arra_bpe_merge (&tokenizer->merges, ids, &n, &encoder->bpe, error))
    return FALSE;
  encoder->n += n;
  return TRUE;
}

const ArraTokenizerModel arra_bpe_model = { "BPE", ARRA_PRE_BYTE_LEVEL, measure, add_vocab, load, add_word };
