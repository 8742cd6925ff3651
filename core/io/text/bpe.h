/* bpe.h - byte pair encoding: the table of merges, and the merging of one word
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_NO_TOKEN G_MAXUINT32

typedef struct
{
  guint32 left, right; /* left ARRA_NO_TOKEN: a free slot */
  guint32 rank, result;
} ArraMergeSlot;

/* Pair of ids -> rank and resulting id; open addressing, at most half full. */
typedef struct
{
  ArraMergeSlot *slots;
  gsize mask;
} ArraMerges;

gboolean arra_merges_init (ArraMerges *merges, gsize count, GError **error); /* room for @count merges */
void arra_merges_clear (ArraMerges *merges);
/* The merge of a pair already there is replaced, as the reference does. At most the announced count may be put. */
void arra_merges_put (ArraMerges *merges, guint32 left, guint32 right, guint32 rank, guint32 result);
const ArraMergeSlot *arra_merges_find (const ArraMerges *merges, guint32 left, guint32 right); /* (nullable) */

/* Working memory of arra_bpe_merge(), kept between words; zero-initialise. */
typedef struct
{
  struct _ArraBpeSymbol *symbols;
  struct _ArraBpePair *heap;
  gsize room; /* symbols there is room for */
} ArraBpeWork;

void arra_bpe_work_clear (ArraBpeWork *work);

/* Merges the *@n symbols of one word in place, lowest rank first, leftmost among equals, in O(n log n); *@n becomes the
 * number that is left. Sennrich et al. 2016 (arXiv 1508.07909), in the order of Hugging Face's Word::merge_all. Fails
 * only for want of memory. */
gboolean arra_bpe_merge (const ArraMerges *merges, guint32 *ids, gsize *n, ArraBpeWork *work, GError **error);
