/* tokenizer.c - text to ids: added tokens, normalizer, pre-tokenizer, model, template
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokenizer_private.h"

#include <string.h>

#include "fail.h"
#include "gguf.h"
#include "jsonguard.h"
#include "mapping.h"
#include "mem.h"
#include "utf8.h"

/* ---------------------------------------------------------------- lifetime */

static void
tokenizer_free (ArraTokenizer *tokenizer)
{
  arra_vocab_clear (&tokenizer->vocab);
  arra_merges_clear (&tokenizer->merges);
  arra_unigram_clear (&tokenizer->unigram);
  arra_token_index_clear (&tokenizer->added[0]);
  arra_token_index_clear (&tokenizer->added[1]);
  arra_normalizer_clear (&tokenizer->normalizer);
  arra_pretokenizer_clear (&tokenizer->pre);
  arra_pattern_clear (&tokenizer->decoder.pattern);
  arra_mem_free (tokenizer->json);
  g_free (tokenizer);
}

/* The tokenizer that a checkpoint of ours brings. */
static ArraTokenizer *
open_gguf (const char *path, GError **error)
{
  g_autofree char *name = g_strconcat (path, ": " ARRA_TOKENIZER_KEY, NULL);
  g_autoptr (ArraGguf) gguf = arra_gguf_open (path, error);
  const char *text;
  gsize length;

  if (gguf == NULL || !arra_gguf_get_string (gguf, ARRA_TOKENIZER_KEY, &text, &length, error))
    return NULL;
  return arra_tokenizer_new (text, length, name, error);
}

/* The tokenizer_config.json beside @file, if there is one. */
static gboolean
heed_config (ArraTokenizer *tokenizer, const char *file, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file);
  g_autofree char *path = g_build_filename (folder, "tokenizer_config.json", NULL);
  g_automem char *text = NULL;
  gsize size;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  text = arra_read_file (path, ARRA_JSON_MAX_BYTES, &size, error);
  return text != NULL && arra_tokenizer_configure (tokenizer, text, size, path, error);
}

ArraTokenizer *
arra_tokenizer_open (const char *path, GError **error)
{
  g_autofree char *file
      = g_file_test (path, G_FILE_TEST_IS_DIR) ? g_build_filename (path, "tokenizer.json", NULL) : g_strdup (path);
  gsize size;
  g_automem char *text = NULL;
  g_autoptr (ArraTokenizer) tokenizer = NULL;

  if (g_str_has_suffix (file, ".gguf"))
    return open_gguf (file, error);
  text = arra_read_file (file, ARRA_JSON_MAX_BYTES, &size, error);
  tokenizer = text != NULL ? arra_tokenizer_new (text, size, file, error) : NULL;
  return tokenizer != NULL && heed_config (tokenizer, file, error) ? g_steal_pointer (&tokenizer) : NULL;
}

ArraTokenizer *
arra_tokenizer_ref (ArraTokenizer *tokenizer)
{
  g_return_val_if_fail (tokenizer != NULL, NULL);
  g_atomic_int_inc (&tokenizer->ref_count);
  return tokenizer;
}

void
arra_tokenizer_unref (ArraTokenizer *tokenizer)
{
  if (tokenizer != NULL && g_atomic_int_dec_and_test (&tokenizer->ref_count))
    tokenizer_free (tokenizer);
}

ArraTokenizer *
arra_tokenizer_new (const char *json, gsize size, const char *name, GError **error)
{
  g_autoptr (ArraTokenizer) tokenizer = NULL;
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *root;

  g_return_val_if_fail (json != NULL && name != NULL, NULL);
  parser = arra_json_parse (json, size, name, &root, error);
  if (parser == NULL)
    return NULL;
  tokenizer = g_new0 (ArraTokenizer, 1);
  tokenizer->ref_count = 1;
  tokenizer->json = arra_mem_strndup (json, size, "tokenizer.json", error);
  tokenizer->json_size = size;
  if (tokenizer->json == NULL || !arra_tokenizer_load_model (tokenizer, root, name, error)
      || !arra_pretokenizer_load (&tokenizer->pre, root, tokenizer->model->last_split, name, error)
      || !arra_tokenizer_load_template (tokenizer, root, name, error))
    return NULL;
  return g_steal_pointer (&tokenizer);
}

/* ------------------------------------------------------------------ encode */

typedef struct
{
  const ArraTokenizer *tokenizer;
  ArraEncoder ids;
  ArraPieces words;
} Encoding;

gboolean
arra_encoder_reserve (ArraEncoder *encoder, gsize more, GError **error)
{
  gsize room = MAX (encoder->n + more, encoder->room * 2);
  guint32 *grown;

  if (encoder->n + more <= encoder->room)
    return TRUE;
  grown = arra_mem_resize (encoder->ids, room, sizeof *grown, "token ids", error);
  if (grown == NULL)
    return FALSE;
  encoder->ids = grown;
  encoder->room = room;
  return TRUE;
}

static gboolean
add_text (Encoding *encoding, const char *text, gsize length, GError **error)
{
  const ArraTokenizer *tokenizer = encoding->tokenizer;
  g_automem char *owned = NULL;
  const char *words_text;

  if (!arra_pretokenize (&tokenizer->pre, text, length, &encoding->words, &words_text, &owned, error))
    return FALSE;
  for (gsize i = 0; i < encoding->words.n; i++)
    if (!tokenizer->model->add_word (tokenizer, &encoding->ids, words_text + encoding->words.items[i].start,
                                     encoding->words.items[i].length, error))
      return FALSE;
  return TRUE;
}

static gboolean add_segment (Encoding *encoding, guint set, const char *text, gsize length, GError **error);

/* Cuts out the added tokens of one set after another; what no set claims is text. Source: Hugging Face's
 * AddedVocabulary. */
static gboolean
cut_segment (Encoding *encoding, guint set, const char *text, gsize length, GError **error)
{
  gsize done = 0, from = 0;
  ArraAddedMatch match;

  if (set == G_N_ELEMENTS (encoding->tokenizer->added))
    return length == 0 || add_text (encoding, text, length, error);
  while (arra_added_next (&encoding->tokenizer->added[set], text, length, from, done, &match))
    {
      if (done < match.start && !add_segment (encoding, set + 1, text + done, match.start - done, error))
        return FALSE;
      if (!arra_encoder_reserve (&encoding->ids, 1, error))
        return FALSE;
      encoding->ids.ids[encoding->ids.n++] = match.id;
      done = match.end;
      from = match.resume;
    }
  return done == length || add_segment (encoding, set + 1, text + done, length - done, error);
}

/* The second set is looked for in normalised text. */
static gboolean
add_segment (Encoding *encoding, guint set, const char *text, gsize length, GError **error)
{
  g_automem char *normal = NULL;

  if (set != 1 || encoding->tokenizer->normalizer.n == 0)
    return cut_segment (encoding, set, text, length, error);
  normal = arra_normalize (&encoding->tokenizer->normalizer, text, length, &length, error);
  return normal != NULL && cut_segment (encoding, set, normal, length, error);
}

static gboolean
add_specials (ArraEncoder *encoder, const guint32 *ids, guint n, GError **error)
{
  if (!arra_encoder_reserve (encoder, n, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    encoder->ids[encoder->n++] = ids[i];
  return TRUE;
}

static gboolean
encode (Encoding *encoding, const char *text, gsize length, gboolean special, GError **error)
{
  const ArraTokenizer *tokenizer = encoding->tokenizer;

  return arra_encoder_reserve (&encoding->ids, 16 + length / 2, error)
         && (!special || add_specials (&encoding->ids, tokenizer->prefix, tokenizer->n_prefix, error))
         && add_segment (encoding, 0, text, length, error)
         && (!special || add_specials (&encoding->ids, tokenizer->suffix, tokenizer->n_suffix, error));
}

guint32 *
arra_tokenizer_encode (const ArraTokenizer *tokenizer,
                       const char *text,
                       gssize length,
                       gboolean special,
                       gsize *n,
                       GError **error)
{
  Encoding encoding = { .tokenizer = tokenizer };
  gsize size, bad;
  gboolean ok = TRUE;

  g_return_val_if_fail (tokenizer != NULL && text != NULL && n != NULL, NULL);
  size = length < 0 ? strlen (text) : (gsize) length;
  if (size > ARRA_MAX_TEXT)
    ok = arra_fail (error, ARRA_ERROR_ARGUMENT, "a text of %zu bytes is too long: at most %u", size, ARRA_MAX_TEXT);
  else if (!arra_utf8_valid (text, size, &bad))
    ok = arra_fail (error, ARRA_ERROR_ARGUMENT, "the text is not UTF-8: byte 0x%02x at offset %zu", (guint8) text[bad],
                    bad);
  ok = ok && encode (&encoding, text, size, special, error);
  arra_pieces_clear (&encoding.words);
  arra_bpe_work_clear (&encoding.ids.bpe);
  arra_unigram_work_clear (&encoding.ids.unigram);
  arra_mem_free (encoding.ids.chars);
  if (!ok)
    arra_mem_clear (&encoding.ids.ids);
  *n = ok ? encoding.ids.n : 0;
  return encoding.ids.ids;
}

/* ------------------------------------------------------------------ look-up */

const char *
arra_tokenizer_token (const ArraTokenizer *tokenizer, guint32 id)
{
  const ArraToken *token = arra_vocab_get (&tokenizer->vocab, id);

  return token != NULL ? arra_vocab_text (&tokenizer->vocab, token) : NULL;
}

gboolean
arra_tokenizer_id (const ArraTokenizer *tokenizer, const char *token, guint32 *id)
{
  const ArraToken *found = arra_vocab_find (&tokenizer->vocab, token, strlen (token));

  if (found != NULL)
    *id = found->id;
  return found != NULL;
}

guint32
arra_tokenizer_size (const ArraTokenizer *tokenizer)
{
  return tokenizer->vocab.n > 0 ? tokenizer->vocab.tokens[tokenizer->vocab.n - 1].id + 1 : 0;
}

const char *
arra_tokenizer_json (const ArraTokenizer *tokenizer, gsize *size)
{
  *size = tokenizer->json_size;
  return tokenizer->json;
}

char *
arra_tokenizer_sha256 (const ArraTokenizer *tokenizer)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) tokenizer->json, tokenizer->json_size);
}
