/* test-bpe.c - bpe.c: the heap against the plain definition, order, long words, want of memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bpe.h"

#include <string.h>

#include "allocations.h"
#include "mem.h"

/* The definition: while there is a mergeable pair, merge the leftmost of lowest rank. */
static void
merge_plainly (const ArraMerges *merges, guint32 *ids, gsize *n)
{
  for (;;)
    {
      const ArraMergeSlot *best = NULL;
      gsize at = 0;

      for (gsize i = 0; i + 1 < *n; i++)
        {
          const ArraMergeSlot *merge = arra_merges_find (merges, ids[i], ids[i + 1]);

          if (merge != NULL && (best == NULL || merge->rank < best->rank))
            {
              best = merge;
              at = i;
            }
        }
      if (best == NULL)
        return;
      ids[at] = best->result;
      memmove (ids + at + 1, ids + at + 2, (*n - at - 2) * sizeof *ids);
      (*n)--;
    }
}

/* Random merges over a small alphabet, each result a token of its own. */
static void
test_random (void)
{
  ArraBpeWork work = { NULL, NULL, 0 };

  for (guint round = 0; round < 300; round++)
    {
      guint alphabet = (guint) g_test_rand_int_range (2, 5), count = (guint) g_test_rand_int_range (1, 30);
      ArraMerges merges;
      g_autoptr (GError) error = NULL;

      g_assert_true (arra_merges_init (&merges, count, &error));
      for (guint rank = 0; rank < count; rank++)
        {
          guint32 left = (guint32) g_test_rand_int_range (0, (gint) (alphabet + rank));
          guint32 right = (guint32) g_test_rand_int_range (0, (gint) (alphabet + rank));

          if (arra_merges_find (&merges, left, right) == NULL)
            arra_merges_put (&merges, left, right, rank, alphabet + rank);
        }
      for (guint word = 0; word < 20; word++)
        {
          gsize n = (gsize) g_test_rand_int_range (0, 60), expected_n = n;
          guint32 ids[60], expected[60];

          for (gsize i = 0; i < n; i++)
            ids[i] = expected[i] = (guint32) g_test_rand_int_range (0, (gint) alphabet);
          merge_plainly (&merges, expected, &expected_n);
          g_assert_true (arra_bpe_merge (&merges, ids, &n, &work, &error));
          g_assert_cmpmem (ids, n * sizeof *ids, expected, expected_n * sizeof *expected);
        }
      arra_merges_clear (&merges);
    }
  arra_bpe_work_clear (&work);
}

/* 0 0 -> 1, 1 1 -> 2, ...: a word of 2^20 symbols becomes one token. */
static void
test_long_word (void)
{
  const gsize length = 1u << 20;
  g_autoptr (GError) error = NULL;
  g_automem guint32 *ids = arra_mem_new0 (length, sizeof *ids, "word", &error);
  ArraBpeWork work = { NULL, NULL, 0 };
  ArraMerges merges;
  gsize n = length;

  g_assert_true (arra_merges_init (&merges, 20, &error));
  for (guint32 rank = 0; rank < 20; rank++)
    arra_merges_put (&merges, rank, rank, rank, rank + 1);
  g_assert_true (arra_bpe_merge (&merges, ids, &n, &work, &error));
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (ids[0], ==, 20);
  arra_bpe_work_clear (&work);
  arra_merges_clear (&merges);
}

static void
test_last_merge_counts (void)
{
  ArraMerges merges;

  g_assert_true (arra_merges_init (&merges, 2, NULL));
  arra_merges_put (&merges, 1, 2, 0, 3);
  arra_merges_put (&merges, 1, 2, 7, 3);
  g_assert_cmpuint (arra_merges_find (&merges, 1, 2)->rank, ==, 7);
  g_assert_null (arra_merges_find (&merges, 2, 1));
  arra_merges_clear (&merges);
}

static gboolean
merge (gpointer data, GError **error)
{
  guint32 ids[3] = { 0, 0, 0 };
  gsize n = 3;
  ArraBpeWork work = { NULL, NULL, 0 };
  ArraMerges merges;
  gboolean merged;

  if (!arra_merges_init (&merges, 1, error))
    return FALSE;
  merged = arra_bpe_merge (&merges, ids, &n, &work, error);
  arra_bpe_work_clear (&work);
  arra_merges_clear (&merges);
  return merged;
}

static void
test_no_memory (void)
{
  g_assert_cmpuint (allocations_check (merge, NULL), >=, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bpe/random", test_random);
  g_test_add_func ("/bpe/long-word", test_long_word);
  g_test_add_func ("/bpe/last-merge-counts", test_last_merge_counts);
  g_test_add_func ("/bpe/no-memory", test_no_memory);
  return g_test_run ();
}
