/* tokenizer_unigram.c - Unigram in a tokenizer.json: vocabulary with scores, words to ids
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokenizer_private.h"

#include <math.h>
#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "mem.h"

/* What an unknown character costs beyond the rarest token; in SentencePiece and Hugging Face's tokenizers
 * alike */
#define UNKNOWN_PENALTY 10.0

/* -------------------------------------------------------------- vocabulary */

/* [TEXT, SCORE] */
static gboolean
read_entry (JsonArray *vocab, guint i, const char **text, double *score, const char *name, GError **error)
{
  JsonNode *node = json_array_get_element (vocab, i), *first, *second;
  JsonArray *pair = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (pair == NULL || json_array_get_length (pair) != 2)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: token %u is not a text with a score", name, i);
  first = json_array_get_element (pair, 0);
  second = json_array_get_element (pair, 1);
  if (json_node_get_value_type (first) != G_TYPE_STRING
      || (json_node_get_value_type (second) != G_TYPE_DOUBLE && json_node_get_value_type (second) != G_TYPE_INT64)
      || !isfinite (json_node_get_double (second)))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: token %u is not a text with a score", name, i);
  *text = json_node_get_string (first);
  *score = json_node_get_double (second);
  return TRUE;
}

static gboolean
measure (JsonObject *model, const char *name, gsize *count, gsize *bytes, GError **error)
{
  JsonArray *vocab = arra_json_get_array (model, name, "vocab", error);
  const char *text;
  double score;

  if (vocab == NULL)
    return FALSE;
  *count = json_array_get_length (vocab);
  *bytes = 0;
  if (*count == 0 || *count > ARRA_MAX_TOKENS)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"vocab\" has no tokens, or more than %u", name,
                      ARRA_MAX_TOKENS);
  for (guint i = 0; i < *count; i++)
    {
      if (!read_entry (vocab, i, &text, &score, name, error))
        return FALSE;
      *bytes += strlen (text);
    }
  return TRUE;
}

static gboolean
add_vocab (ArraVocab *vocab, JsonObject *model, const char *name, GError **error)
{
  JsonArray *list = json_object_get_array_member (model, "vocab");
  const char *text;
  double score;

  for (guint i = 0; i < json_array_get_length (list); i++)
    if (!read_entry (list, i, &text, &score, name, error) || !arra_tokenizer_check_token (text, name, error)
        || !arra_vocab_add (vocab, name, text, strlen (text), i, 0, error))
      return FALSE;
  return TRUE;
}

/* -------------------------------------------------------------------- load */

static gboolean
load_scores (ArraTokenizer *tokenizer, JsonArray *vocab, const char *name, GError **error)
{
  guint count = json_array_get_length (vocab);
  ArraUnigram *unigram = &tokenizer->unigram;
  ArraIndexedToken *tokens = arra_mem_new (count, sizeof *tokens, "vocabulary by text", error);
  double lowest = G_MAXDOUBLE;
  const char *text;
  gsize n = 0;

  if (tokens == NULL)
    return FALSE;
  arra_token_index_init (&unigram->index, tokens, 0);
  unigram->scores = arra_mem_new (count, sizeof *unigram->scores, "scores of tokens", error);
  if (unigram->scores == NULL)
    return FALSE;
  for (guint i = 0; i < count; i++)
    {
      const ArraToken *token = arra_vocab_get (&tokenizer->vocab, i);

      if (!read_entry (vocab, i, &text, &unigram->scores[i], name, error))
        return FALSE;
      lowest = MIN (lowest, unigram->scores[i]);
      if (token->length > 0)
        tokens[n++] = (ArraIndexedToken) { arra_vocab_text (&tokenizer->vocab, token), token->length, i, i };
    }
  arra_token_index_init (&unigram->index, tokens, n);
  unigram->unknown_score = lowest - UNKNOWN_PENALTY;
  return TRUE;
}

static gboolean
load (ArraTokenizer *tokenizer, JsonObject *model, const char *name, GError **error)
{
  JsonArray *vocab = json_object_get_array_member (model, "vocab");
  gboolean fallback;
  gint64 unknown;

  if (!arra_json_get_bool_default (model, name, "byte_fallback", FALSE, &fallback, error)
      || !arra_json_get_int (model, name, "unk_id", 0, json_array_get_length (vocab) - 1, &unknown, error))
    return FALSE;
  if (fallback)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: %s is not supported", name, "byte_fallback");
  tokenizer->unknown = (guint32) unknown;
  tokenizer->fuse_unknown = TRUE;
  return load_scores (tokenizer, vocab, name, error);
}

/* ------------------------------------------------------------------- words */

/* A run of unknown characters is one token: the one that has its text, should there be one. */
static guint32
run_id (const ArraTokenizer *tokenizer, const char *text, gsize length)
{
  const ArraToken *token = length <= ARRA_MAX_TOKEN_BYTES ? arra_vocab_find (&tokenizer->vocab, text, length) : NULL;

  return token != NULL ? token->id : tokenizer->unknown;
}

static gboolean
add_word (const ArraTokenizer *tokenizer, ArraEncoder *encoder, const char *word, gsize length, GError **error)
{
  const ArraUnigramEnd *ends;
  gsize n = 0;
  guint32 *ids;

  if (!arra_encoder_reserve (encoder, length, error)
      || !arra_unigram_cut (&tokenizer->unigram, tokenizer->unknown, word, length, &encoder->unigram, error))
    return FALSE;
  ends = encoder->unigram.ends;
  ids = encoder->ids + encoder->n;
  for (gsize end = length, start; end > 0; end = start)
    {
      guint32 id = ends[end].id;

      start = ends[end].start;
      if (id == tokenizer->unknown)
        {
          while (start > 0 && ends[start].id == tokenizer->unknown)
            start = ends[start].start;
          id = run_id (tokenizer, word + start, end - start);
        }
      ids[n++] = id;
    }
  for (gsize i = 0; i < n / 2; i++)
    {
      guint32 id = ids[i];

      ids[i] = ids[n - 1 - i];
      ids[n - 1 - i] = id;
    }
  encoder->n += n;
  return TRUE;
}

const ArraTokenizerModel arra_unigram_model = { "Unigram", ARRA_PRE_METASPACE, measure, add_vocab, load, add_word };
