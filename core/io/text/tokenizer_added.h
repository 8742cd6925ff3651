/* tokenizer_added.h - added tokens: found whole in the raw text before anything else happens to it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_MAX_ADDED_BYTES 1024 /* of one added token */

enum
{
  ARRA_ADDED_SINGLE_WORD = 1 << 0,
  ARRA_ADDED_LSTRIP = 1 << 1,
  ARRA_ADDED_RSTRIP = 1 << 2,
};

typedef struct
{
  const char *text; /* borrowed from the vocabulary */
  guint32 length;
  guint32 id;
  guint32 flags;
} ArraAddedToken;

/* A set of tokens sorted by their bytes. */
typedef struct
{
  ArraAddedToken *tokens;
  gsize n;
  guint32 first[257]; /* tokens that begin with byte b are first[b] .. first[b + 1] - 1 */
} ArraAddedSet;

/* Takes @tokens (arra_mem memory) and sorts it. */
void arra_added_set_init (ArraAddedSet *set, ArraAddedToken *tokens, gsize n);
void arra_added_set_clear (ArraAddedSet *set);

typedef struct
{
  gsize start, end;     /* of the match, stripped spaces included */
  gsize resume;         /* where the search for the next one starts */
  guint32 id;
} ArraAddedMatch;

/* The next match at or after @from in @text, leftmost, longest among those that begin there; @floor: stripping spaces to the left stops
 * there. FALSE: none. */
gboolean arra_added_next (const ArraAddedSet *set, const char *text, gsize length, gsize from, gsize floor, ArraAddedMatch *match);
