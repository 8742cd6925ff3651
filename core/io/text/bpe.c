/* bpe.c - byte pair encoding: the table of merges, and the merging of one word
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bpe.h"

#include "fail.h"
#include "mem.h"

#define NONE G_MAXUINT32

typedef struct _ArraBpeSymbol
{
  guint32 id;         /* ARRA_NO_TOKEN: merged into its left neighbour */
  guint32 prev, next; /* NONE at the ends */
} Symbol;

typedef struct _ArraBpePair
{
  guint32 rank;
  guint32 at; /* symbol on the left */
  guint32 result;
} Pair;

/* ------------------------------------------------------------------- table */

gboolean
arra_merges_init (ArraMerges *merges, gsize count, GError **error)
{
  gsize size = 16;

  if (count > G_MAXUINT32 / 4)
    return arra_fail (error, ARRA_ERROR_NO_MEMORY, "%zu merges are too many", count);
  while (size < 2 * count)
    size *= 2;
  merges->slots = arra_mem_new (size, sizeof *merges->slots, "merge table", error);
  if (merges->slots == NULL)
    return FALSE;
  merges->mask = size - 1;
  for (gsize i = 0; i < size; i++)
    merges->slots[i].left = ARRA_NO_TOKEN;
  return TRUE;
}

void
arra_merges_clear (ArraMerges *merges)
{
  arra_mem_clear (&merges->slots);
}

static ArraMergeSlot *
find_slot (const ArraMerges *merges, guint32 left, guint32 right)
{
  guint64 key = (guint64) left << 32 | right;
  gsize i = (gsize) ((key ^ key >> 29) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) >> 32) & merges->mask;
  ArraMergeSlot *slot = &merges->slots[i];

  while (slot->left != ARRA_NO_TOKEN && (slot->left != left || slot->right != right))
    {
      i = (i + 1) & merges->mask;
      slot = &merges->slots[i];
    }
  return slot;
}

void
arra_merges_put (ArraMerges *merges, guint32 left, guint32 right, guint32 rank, guint32 result)
{
  *find_slot (merges, left, right) = (ArraMergeSlot) { left, right, rank, result };
}

const ArraMergeSlot *
arra_merges_find (const ArraMerges *merges, guint32 left, guint32 right)
{
  const ArraMergeSlot *slot = find_slot (merges, left, right);

  return slot->left == ARRA_NO_TOKEN ? NULL : slot;
}

/* -------------------------------------------------------------------- heap */

static gboolean
pair_before (const Pair *a, const Pair *b)
{
  return a->rank != b->rank ? a->rank < b->rank : a->at < b->at;
}

static void
heap_push (Pair *heap, gsize *n, Pair pair)
{
  gsize i = (*n)++;

  while (i > 0 && pair_before (&pair, &heap[(i - 1) / 2]))
    {
      heap[i] = heap[(i - 1) / 2];
      i = (i - 1) / 2;
    }
  heap[i] = pair;
}

static Pair
heap_pop (Pair *heap, gsize *n)
{
  Pair top = heap[0], last = heap[--*n];
  gsize i = 0;

  for (gsize child = 1; child < *n; child = 2 * i + 1)
    {
      if (child + 1 < *n && pair_before (&heap[child + 1], &heap[child]))
        child++;
      if (!pair_before (&heap[child], &last))
        break;
      heap[i] = heap[child];
      i = child;
    }
  heap[i] = last;
  return top;
}

/* ------------------------------------------------------------------- merge */

void
arra_bpe_work_clear (ArraBpeWork *work)
{
  arra_mem_clear (&work->symbols);
  arra_mem_clear (&work->heap);
  work->room = 0;
}

/* The heap sees n - 1 pairs at first and at most two more for each of n - 1 merges. */
static gboolean
work_reserve (ArraBpeWork *work, gsize n, GError **error)
{
  gsize room = MAX (n, 64);
  gpointer grown;

  if (n <= work->room)
    return TRUE;
  grown = arra_mem_resize (work->symbols, room, sizeof (Symbol), "symbols of a word", error);
  if (grown == NULL)
    return FALSE;
  work->symbols = grown;
  grown = arra_mem_resize (work->heap, room, 3 * sizeof (Pair), "pairs of a word", error);
  if (grown == NULL)
    return FALSE;
  work->heap = grown;
  work->room = room;
  return TRUE;
}

static void
push_pair (const ArraMerges *merges, const ArraBpeWork *work, gsize *n_heap, guint32 at)
{
  const Symbol *symbols = work->symbols;
  const ArraMergeSlot *merge;

  if (at == NONE || symbols[at].next == NONE)
    return;
  merge = arra_merges_find (merges, symbols[at].id, symbols[symbols[at].next].id);
  if (merge != NULL)
    heap_push (work->heap, n_heap, (Pair) { merge->rank, at, merge->result });
}

/* Whether the pair still stands as it was when it was pushed. */
static gboolean
pair_holds (const ArraMerges *merges, const Symbol *symbols, const Pair *pair)
{
  const Symbol *left = &symbols[pair->at];
  const ArraMergeSlot *merge;

  if (left->id == ARRA_NO_TOKEN || left->next == NONE)
    return FALSE;
  merge = arra_merges_find (merges, left->id, symbols[left->next].id);
  return merge != NULL && merge->result == pair->result;
}

static void
join (Symbol *symbols, const Pair *pair)
{
  Symbol *left = &symbols[pair->at], *right = &symbols[left->next];

  left->id = pair->result;
  left->next = right->next;
  if (right->next != NONE)
    symbols[right->next].prev = pair->at;
  right->id = ARRA_NO_TOKEN;
}

gboolean
arra_bpe_merge (const ArraMerges *merges, guint32 *ids, gsize *n, ArraBpeWork *work, GError **error)
{
  gsize count = *n, n_heap = 0, out = 0;
  Symbol *symbols;

  if (count < 2)
    return TRUE;
  if (!work_reserve (work, count, error))
    return FALSE;
  symbols = work->symbols;
  for (gsize i = 0; i < count; i++)
    symbols[i] = (Symbol) { ids[i], i == 0 ? NONE : (guint32) i - 1, i + 1 == count ? NONE : (guint32) i + 1 };
  for (gsize i = 0; i < count; i++)
    push_pair (merges, work, &n_heap, (guint32) i);

  while (n_heap > 0)
    {
      Pair pair = heap_pop (work->heap, &n_heap);

      if (!pair_holds (merges, symbols, &pair))
        continue;
      join (symbols, &pair);
      push_pair (merges, work, &n_heap, symbols[pair.at].prev);
      push_pair (merges, work, &n_heap, pair.at);
    }

  for (guint32 i = 0; i != NONE; i = symbols[i].next)
    ids[out++] = symbols[i].id;
  *n = out;
  return TRUE;
}
