/* token_index.h - tokens by the bytes they begin with
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  const char *text; /* borrowed from the vocabulary */
  guint32 length;   /* at least 1 */
  guint32 id;
  guint32 flags; /* whoever keeps the index knows them */
} ArraIndexedToken;

/* Tokens sorted by their bytes. */
typedef struct
{
  ArraIndexedToken *tokens;
  gsize n;
  guint32 first[257]; /* tokens that begin with byte b are first[b] .. first[b + 1] - 1 */
} ArraTokenIndex;

/* Takes @tokens (arra_mem memory), no two of one text, and sorts them. */
void arra_token_index_init (ArraTokenIndex *index, ArraIndexedToken *tokens, gsize n);
void arra_token_index_clear (ArraTokenIndex *index);

/* The tokens that a text begins with, one after another. */
typedef struct
{
  const ArraTokenIndex *index;
  const char *text;
  gsize length;
  gsize lo, hi, depth; /* tokens lo .. hi - 1 agree with the text in their first @depth bytes */
} ArraPrefixWalk;

/* Begins a walk; @length is at least 1, and @text must outlive it. */
ArraPrefixWalk arra_token_index_walk (const ArraTokenIndex *index, const char *text, gsize length);
/* (nullable): the next longer token that the text begins with */
const ArraIndexedToken *arra_prefix_walk_next (ArraPrefixWalk *walk);
