/* tokenizer_private.h - what a tokenizer is made of
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bpe.h"
#include "normalize.h"
#include "pretokenize.h"
#include "tokenizer_added.h"
#include "tokenizer_vocab.h"
#include "tokenizer.h"
#include "unigram.h"

#define ARRA_MAX_TEMPLATE 64 /* special tokens before or after the text */

/* Ids that are being collected */
typedef struct
{
  guint32 *ids; /* arra_mem memory */
  gsize n, room;
  ArraBpeWork bpe;         /* memory of BPE */
  ArraUnigramWork unigram; /* memory of Unigram */
  char *chars;             /* a word in the byte alphabet, for ignore_merges */
  gsize chars_room;
} ArraEncoder;

gboolean arra_encoder_reserve (ArraEncoder *encoder, gsize more, GError **error); /* room for @more ids */

/* What differs between kinds of models */
typedef struct
{
  const char *type;       /* as a tokenizer.json calls it */
  ArraPreKind last_split; /* the pre-tokenizer's last step, which writes words as this vocabulary does */
  /* How many tokens the model's "vocab" has, and the bytes of their texts together; then the tokens themselves. */
  gboolean (*measure) (JsonObject *model, const char *name, gsize *count, gsize *bytes, GError **error);
  gboolean (*add_vocab) (ArraVocab *vocab, JsonObject *model, const char *name, GError **error);
  /* The rest, once the vocabulary is sealed */
  gboolean (*load) (ArraTokenizer *tokenizer, JsonObject *model, const char *name, GError **error);
  gboolean (
      *add_word) (const ArraTokenizer *tokenizer, ArraEncoder *encoder, const char *word, gsize length, GError **error);
} ArraTokenizerModel;

extern const ArraTokenizerModel arra_bpe_model, arra_unigram_model;

struct _ArraTokenizer
{
  gint ref_count;
  char *json; /* arra_mem memory */
  gsize json_size;

  const ArraTokenizerModel *model;
  ArraVocab vocab;
  ArraMerges merges;      /* BPE */
  ArraUnigram unigram;    /* Unigram */
  guint32 byte_id[256];   /* token of one byte, or ARRA_NO_TOKEN */
  guint32 unknown;        /* for what has none; ARRA_NO_TOKEN: it is left out */
  gboolean fuse_unknown;  /* neighbouring unknowns become one */
  gboolean ignore_merges; /* a word that is a token needs no merging */

  ArraTokenIndex added[2]; /* matched on the raw text, then (normalized) on what is left */
  ArraNormalizer normalizer;
  ArraPretokenizer pre;
  ArraPreStep decoder; /* Metaspace, when it has a character: how spaces come back; else the alphabet of bytes */
  guint32 prefix[ARRA_MAX_TEMPLATE], suffix[ARRA_MAX_TEMPLATE];
  guint n_prefix, n_suffix;
};

/* GPT-2's alphabet: every byte is one printable character. */
gunichar arra_byte_to_char (guint8 byte);
gint arra_char_to_byte (gunichar c); /* -1: not of the alphabet */
/* Writes @n bytes in the alphabet as UTF-8: at most 2 * @n bytes into @out; returns how many. */
gsize arra_bytes_to_chars (const char *bytes, gsize n, char *out);

/* Whether a token's text is no longer than ours may be. */
gboolean arra_tokenizer_check_token (const char *text, const char *name, GError **error);

/* Fill a zero-initialised tokenizer from the parsed file; messages start with @name. In this order, between them the
 * normalizer. */
gboolean arra_tokenizer_load_model (ArraTokenizer *tokenizer, JsonObject *root, const char *name, GError **error);
gboolean arra_tokenizer_load_template (ArraTokenizer *tokenizer, JsonObject *root, const char *name, GError **error);
