/* small_words.h - vocabularies for tests, in the ids of the golden one or in small ones
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vocabulary.h"

typedef struct
{
  guint32 n_tokens, n_codes, n_sizes;
  guint32 stop, new_line, size_base; /* id of n grids: size_base + n; the end follows the codes, the start the end */
  gboolean shuffled;                 /* codes fall as ids rise */
  const char *missing;               /* nullable: a name that is not there */
  const char *moved;                 /* nullable: a name whose id is @moved_to */
  guint32 moved_to;
} Words;

Words words_golden (guint32 n_tokens);
Words words_small (guint32 n_tokens, guint32 n_codes, guint32 n_sizes); /* text from 10 + codes + sizes on */
gboolean words_lookup (gpointer words, const char *token, guint32 *id);
void words_vocabulary (const Words *words, ArraVocabulary *vocabulary); /* aborts the test on an error */
