/* tokenizer_vocab.h - tokens by id and by text, compactly
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_MAX_TOKENS (1u << 24) /* ids are below this */
#define ARRA_MAX_TOKEN_BYTES 65536 /* of one token's text */

enum
{
  ARRA_TOKEN_ADDED = 1 << 0,
  ARRA_TOKEN_SPECIAL = 1 << 1,
};

typedef struct
{
  guint32 id;
  guint32 offset; /* of its NUL-terminated text */
  guint32 length;
  guint32 flags;
} ArraToken;

typedef struct
{
  ArraToken *tokens; /* ascending by id once sealed */
  gsize n, room;
  guint32 *table; /* index into tokens by hash of the text; open addressing */
  gsize mask;
  char *text;
  gsize text_size, text_room;
} ArraVocab;

/* Room for @count tokens with @bytes bytes of text together. @name starts messages. */
gboolean arra_vocab_init (ArraVocab *vocab, const char *name, gsize count, gsize bytes, GError **error);
void arra_vocab_clear (ArraVocab *vocab);

/* Adds a token. A text that is there already only gains @flags when the id is the same, and is ARRA_ERROR_INVALID_DATA
 * otherwise. No more than the announced count and bytes may come. */
gboolean arra_vocab_add (ArraVocab *vocab,
                         const char *name,
                         const char *text,
                         gsize length,
                         guint32 id,
                         guint32 flags,
                         GError **error);

/* Sorts by id; two texts of one id are ARRA_ERROR_INVALID_DATA. */
gboolean arra_vocab_seal (ArraVocab *vocab, const char *name, GError **error);

const ArraToken *arra_vocab_find (const ArraVocab *vocab, const char *text, gsize length); /* (nullable) */
const ArraToken *arra_vocab_get (const ArraVocab *vocab, guint32 id);                      /* (nullable); sealed only */

static inline const char *
arra_vocab_text (const ArraVocab *vocab, const ArraToken *token)
{
  return vocab->text + token->offset;
}
