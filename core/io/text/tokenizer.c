/* tokenizer.c - byte-level BPE: text to ids
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
  arra_added_set_clear (&tokenizer->added[0]);
  arra_added_set_clear (&tokenizer->added[1]);
  arra_pretokenizer_clear (&tokenizer->pre);
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

ArraTokenizer *
arra_tokenizer_open (const char *path, GError **error)
{
  g_autofree char *file = g_file_test (path, G_FILE_TEST_IS_DIR) ? g_build_filename (path, "tokenizer.json", NULL)
                                                                 : g_strdup (path);
  gsize size;
  g_automem char *text = NULL;

  if (g_str_has_suffix (file, ".gguf"))
    return open_gguf (file, error);
  text = arra_read_file (file, ARRA_JSON_MAX_BYTES, &size, error);
  return text != NULL ? arra_tokenizer_new (text, size, file, error) : NULL;
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
      || !arra_pretokenizer_load (&tokenizer->pre, root, name, error)
      || !arra_tokenizer_load_template (tokenizer, root, name, error))
    return NULL;
  return g_steal_pointer (&tokenizer);
}

/* ------------------------------------------------------------------ encode */

typedef struct
{
  const ArraTokenizer *tokenizer;
  guint32 *ids; /* arra_mem memory */
  gsize n, room;
  ArraPieces words;
  ArraBpeWork work;
  char *chars; /* a word in the byte alphabet, for ignore_merges */
  gsize chars_room;
} Encoder;

static gboolean
reserve_ids (Encoder *encoder, gsize more, GError **error)
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

/* Whether the word as a whole was found in the vocabulary and added. */
static gboolean
add_whole_word (Encoder *encoder, const char *word, gsize length, gboolean *added, GError **error)
{
  const ArraToken *token;

  *added = FALSE;
  if (!encoder->tokenizer->ignore_merges || length > ARRA_MAX_TOKEN_BYTES)
    return TRUE;
  if (2 * length > encoder->chars_room)
    {
      char *grown = arra_mem_resize (encoder->chars, 2 * length, 1, "characters of a word", error);

      if (grown == NULL)
        return FALSE;
      encoder->chars = grown;
      encoder->chars_room = 2 * length;
    }
  token = arra_vocab_find (&encoder->tokenizer->vocab, encoder->chars,
                           arra_bytes_to_chars (word, length, encoder->chars));
  if (token != NULL)
    encoder->ids[encoder->n++] = token->id;
  *added = token != NULL;
  return TRUE;
}

/* The bytes of the word as ids, merged. */
static gboolean
add_word (Encoder *encoder, const char *word, gsize length, GError **error)
{
  const ArraTokenizer *tokenizer = encoder->tokenizer;
  gboolean added, was_unknown = FALSE;
  guint32 *ids;
  gsize n = 0;

  if (!reserve_ids (encoder, length, error) || !add_whole_word (encoder, word, length, &added, error))
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
  if (!arra_bpe_merge (&tokenizer->merges, ids, &n, &encoder->work, error))
    return FALSE;
  encoder->n += n;
  return TRUE;
}

static gboolean
add_text (Encoder *encoder, const char *text, gsize length, GError **error)
{
  g_automem char *owned = NULL;
  const char *words_text;

  if (!arra_pretokenize (&encoder->tokenizer->pre, text, length, &encoder->words, &words_text, &owned, error))
    return FALSE;
  for (gsize i = 0; i < encoder->words.n; i++)
    if (!add_word (encoder, words_text + encoder->words.items[i].start, encoder->words.items[i].length,
                   error))
      return FALSE;
  return TRUE;
}

/* Cuts out the added tokens of one set after another; what no set claims is text. Source: Hugging Face's AddedVocabulary. */
static gboolean
add_segment (Encoder *encoder, guint set, const char *text, gsize length, GError **error)
{
  gsize done = 0, from = 0;
  ArraAddedMatch match;

  if (set == G_N_ELEMENTS (encoder->tokenizer->added))
    return length == 0 || add_text (encoder, text, length, error);
  while (arra_added_next (&encoder->tokenizer->added[set], text, length, from, done, &match))
    {
      if (done < match.start && !add_segment (encoder, set + 1, text + done, match.start - done, error))
        return FALSE;
      if (!reserve_ids (encoder, 1, error))
        return FALSE;
      encoder->ids[encoder->n++] = match.id;
      done = match.end;
      from = match.resume;
    }
  return done == length || add_segment (encoder, set + 1, text + done, length - done, error);
}

static gboolean
add_specials (Encoder *encoder, const guint32 *ids, guint n, GError **error)
{
  if (!reserve_ids (encoder, n, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    encoder->ids[encoder->n++] = ids[i];
  return TRUE;
}

static gboolean
encode (Encoder *encoder, const char *text, gsize length, gboolean special, GError **error)
{
  const ArraTokenizer *tokenizer = encoder->tokenizer;

  return reserve_ids (encoder, 16 + length / 2, error)
         && (!special || add_specials (encoder, tokenizer->prefix, tokenizer->n_prefix, error))
         && add_segment (encoder, 0, text, length, error)
         && (!special || add_specials (encoder, tokenizer->suffix, tokenizer->n_suffix, error));
}

guint32 *
arra_tokenizer_encode (const ArraTokenizer *tokenizer, const char *text, gssize length, gboolean special,
                       gsize *n, GError **error)
{
  Encoder encoder = { .tokenizer = tokenizer };
  gsize size, bad;
  gboolean ok = TRUE;

  g_return_val_if_fail (tokenizer != NULL && text != NULL && n != NULL, NULL);
  size = length < 0 ? strlen (text) : (gsize) length;
  if (size > ARRA_MAX_TEXT)
    ok = arra_fail (error, ARRA_ERROR_ARGUMENT, "a text of %zu bytes is too long: at most %u", size,
                    ARRA_MAX_TEXT);
  else if (!arra_utf8_valid (text, size, &bad))
    ok = arra_fail (error, ARRA_ERROR_ARGUMENT, "the text is not UTF-8: byte 0x%02x at offset %zu",
                    (guint8) text[bad], bad);
  ok = ok && encode (&encoder, text, size, special, error);
  arra_pieces_clear (&encoder.words);
  arra_bpe_work_clear (&encoder.work);
  arra_mem_free (encoder.chars);
  if (!ok)
    arra_mem_clear (&encoder.ids);
  *n = ok ? encoder.n : 0;
  return encoder.ids;
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
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) tokenizer->json,
                                      tokenizer->json_size);
}
