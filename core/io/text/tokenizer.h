/* tokenizer.h - text to ids and back as a Hugging Face tokenizer.json says: normalizer, pre-tokenizer, and byte-level
 * BPE or Unigram
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct _ArraTokenizer ArraTokenizer;

/* Reads tokenizer.json text (@name starts every message). Understands: added_tokens (all flags), normalizer null or
 * Precompiled/Replace/Strip, pre_tokenizer Split(Regex|String, any behaviour,
 * invert)/Digits/Punctuation/WhitespaceSplit and a last ByteLevel or Metaspace, model BPE (merges as strings or pairs,
 * ignore_merges) with ByteLevel or Unigram with Metaspace, both without byte_fallback, post_processor
 * TemplateProcessing, decoder ByteLevel or Metaspace. Anything else: ARRA_ERROR_UNSUPPORTED naming it. Immutable and
 * shareable. Returns: (transfer full): arra_tokenizer_unref(). */
ArraTokenizer *arra_tokenizer_new (const char *json, gsize size, const char *name, GError **error);
/* The same for a file, for tokenizer.json in a folder, or for what a GGUF file of ours holds. A tokenizer_config.json
 * beside the file is heeded. */
ArraTokenizer *arra_tokenizer_open (const char *path, GError **error);
/* What tokenizer_config.json (@json, called @name) adds: where it names transformers' Llama tokenizer, the template
 * becomes what its add_bos_token (standard: true) and add_eos_token (false) say, in place of tokenizer.json's. Not once
 * the tokenizer is shared. */
gboolean
arra_tokenizer_configure (ArraTokenizer *tokenizer, const char *json, gsize size, const char *name, GError **error);
ArraTokenizer *arra_tokenizer_ref (ArraTokenizer *tokenizer);
void arra_tokenizer_unref (ArraTokenizer *tokenizer); /* nullable */

/* Token ids of UTF-8 @text (at most 1 MiB; an invalid byte: ARRA_ERROR_ARGUMENT with its offset), with the template's
 * special tokens around it when
 * @special. Returns: (transfer full): arra_mem memory, @n ids. */
guint32 *arra_tokenizer_encode (const ArraTokenizer *tokenizer,
                                const char *text,
                                gssize length,
                                gboolean special,
                                gsize *n,
                                GError **error);

/* Text of @n ids; invalid UTF-8 becomes U+FFFD per maximal subpart; ids without a token are passed over. Special added
 * tokens are left out when @skip_special. Returns: (transfer full) (nullable): g_free(); NULL when memory is short. */
char *arra_tokenizer_decode (const ArraTokenizer *tokenizer, const guint32 *ids, gsize n, gboolean skip_special);

/* (nullable): the token as the vocabulary writes it */
const char *arra_tokenizer_token (const ArraTokenizer *tokenizer, guint32 id);
/* model vocabulary and added tokens */
gboolean arra_tokenizer_id (const ArraTokenizer *tokenizer, const char *token, guint32 *id);
guint32 arra_tokenizer_size (const ArraTokenizer *tokenizer); /* highest id + 1 */

#define ARRA_TOKENIZER_KEY "tokenizer.huggingface.json" /* the key of that text in GGUF files */
/* The text this tokenizer was read from, for storing it elsewhere. Borrowed. */
const char *arra_tokenizer_json (const ArraTokenizer *tokenizer, gsize *size);
char *arra_tokenizer_sha256 (const ArraTokenizer *tokenizer); /* of that text, hex; (transfer full) */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraTokenizer, arra_tokenizer_unref)
