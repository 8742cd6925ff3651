/* tokenizer_added.h - added tokens: found whole in the raw text before anything else happens to it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "token_index.h"

#define ARRA_MAX_ADDED_BYTES 1024 /* of one added token */

/* Flags of an added token in its index */
enum
{
  ARRA_ADDED_SINGLE_WORD = 1 << 0,
  ARRA_ADDED_LSTRIP = 1 << 1,
  ARRA_ADDED_RSTRIP = 1 << 2,
};

typedef struct
{
  gsize start, end; /* of the match, stripped spaces included */
  gsize resume;     /* where the search for the next one starts */
  guint32 id;
} ArraAddedMatch;

/* The next match at or after @from in @text, leftmost, longest among those that begin there; @floor: stripping spaces
 * to the left stops there. FALSE: none. */
gboolean arra_added_next (const ArraTokenIndex *set,
                          const char *text,
                          gsize length,
                          gsize from,
                          gsize floor,
                          ArraAddedMatch *match);
