/* tokenizer_private.h - what a tokenizer is made of
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bpe.h"
#include "pretokenize.h"
#include "tokenizer_added.h"
#include "tokenizer_vocab.h"
#include "tokenizer.h"

#define ARRA_MAX_TEMPLATE 64 /* special tokens before or after the text */

struct _ArraTokenizer
{
  gint ref_count;
  char *json; /* arra_mem memory */
  gsize json_size;

  ArraVocab vocab;
  ArraMerges merges;
  guint32 byte_id[256];   /* token of one byte, or ARRA_NO_TOKEN */
  guint32 unknown;        /* for bytes without one; ARRA_NO_TOKEN: they are left out */
  gboolean fuse_unknown;  /* neighbouring unknowns become one */
  gboolean ignore_merges; /* a word that is a token needs no merging */

  ArraAddedSet added[2]; /* matched on the raw text, then (normalized) on what is left */
  ArraPretokenizer pre;
  guint32 prefix[ARRA_MAX_TEMPLATE], suffix[ARRA_MAX_TEMPLATE];
  guint n_prefix, n_suffix;
};

/* GPT-2's alphabet: every byte is one printable character. */
gunichar arra_byte_to_char (guint8 byte);
gint arra_char_to_byte (gunichar c); /* -1: not of the alphabet */
/* Writes @n bytes in the alphabet as UTF-8: at most 2 * @n bytes into @out; returns how many. */
gsize arra_bytes_to_chars (const char *bytes, gsize n, char *out);

/* Fill a zero-initialised tokenizer from the parsed file; messages start with @name. In this order. */
gboolean arra_tokenizer_load_model (ArraTokenizer *tokenizer, JsonObject *root, const char *name, GError **error);
gboolean arra_tokenizer_load_template (ArraTokenizer *tokenizer, JsonObject *root, const char *name, GError **error);
