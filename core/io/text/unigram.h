/* unigram.h - a Unigram language model's best way to cut a word into tokens
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "token_index.h"

typedef struct
{
  ArraTokenIndex index; /* flags: which score */
  double *scores;       /* log probabilities; arra_mem memory */
  double unknown_score; /* of a character that no token begins with */
} ArraUnigram;

void arra_unigram_clear (ArraUnigram *unigram);

/* Where a best way ends, and where its last token begins */
typedef struct
{
  double score;
  guint32 start; /* G_MAXUINT32: no way ends here */
  guint32 id;
} ArraUnigramEnd;

/* Working memory, kept between words; zero-initialise. */
typedef struct
{
  ArraUnigramEnd *ends; /* arra_mem memory; for each byte of the word, and one more */
  gsize room;
} ArraUnigramWork;

void arra_unigram_work_clear (ArraUnigramWork *work);

/* Viterbi's algorithm (Kudo 2018, arXiv 1804.10959) over the characters of @word (UTF-8, at least one): the
 * cut of the highest score, the first found among equals, in the order of Hugging Face's
 * Unigram::encode_optimized. A character that is no token by itself may be @unknown. Leaves the ends in
 * @work: the last token is [ends[length].start, length), the one before it ends where that starts. Fails only
 * for want of memory. */
gboolean arra_unigram_cut (const ArraUnigram *unigram,
                           guint32 unknown,
                           const char *word,
                           gsize length,
                           ArraUnigramWork *work,
                           GError **error);
