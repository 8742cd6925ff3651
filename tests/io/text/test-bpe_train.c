/* test-bpe_train.c - merges that can be reckoned by hand, and ties that are always broken alike
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bpe_train.h"

#include <string.h>

static GArray *
train (const char *const *texts, guint n_merges)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraBpeTrainer) trainer = arra_bpe_trainer_new (&error);

  g_assert_no_error (error);
  for (; *texts != NULL; texts++)
    g_assert_true (arra_bpe_trainer_add (trainer, *texts, strlen (*texts), &error));
  return arra_bpe_trainer_run (trainer, n_merges);
}

static void
assert_merges (const GArray *merges, const char *const *expected)
{
  guint n = g_strv_length ((char **) expected);

  for (guint i = 0; i < MIN (n, merges->len); i++)
    {
      const ArraBpeMerge *merge = &g_array_index (merges, ArraBpeMerge, i);
      g_autoptr (GString) text = g_string_new (NULL);

      arra_bpe_spell (merges, merge->left, text);
      g_string_append_c (text, '|');
      arra_bpe_spell (merges, merge->right, text);
      g_assert_cmpstr (text->str, ==, expected[i]);
    }
  g_assert_cmpuint (merges->len, ==, n);
}

/* The example of Sennrich et al.: low (5), lower (2), newest (6), widest (3). Pairs at first: es and st 9, we
 * 8, lo and ow 7, ne ew 6, wi id de 3. e|s comes before s|t. Then es|t 9; lo 7 before ow (l < o); lo|w 7;
 * n|e, e|w and w|est are 6 each, and e is the smallest; …  */
static void
test_by_hand (void)
{
  static const char *const texts[]
      = { "low\nlow\nlow\nlow\nlow", "lower\nlower", "newest\nnewest\nnewest\nnewest\nnewest\nnewest",
          "widest\nwidest\nwidest", NULL };
  static const char *const expected[]
      = { "e|s", "es|t", "l|o", "lo|w", "e|w", "n|ew", "new|est", "d|est", "i|dest", "w|idest", "e|r", "low|er", NULL };
  g_autoptr (GArray) merges = train (texts, 1000);

  assert_merges (merges, expected);
}

/* Equally frequent pairs: smaller left, then smaller right; the order of texts does not matter. */
static void
test_ties (void)
{
  static const char *const texts[] = { "zy", "xb", "xa", "zy", "xb", "xa", NULL };
  static const char *const turned[] = { "xa", "xa", "xb", "zy", "zy", "xb", NULL };
  static const char *const expected[] = { "x|a", "x|b", "z|y", NULL };
  g_autoptr (GArray) merges = train (texts, 1000), again = train (turned, 1000);

  assert_merges (merges, expected);
  assert_merges (again, expected);
}

/* Neighbours of one kind are merged from the left, and do not overlap. */
static void
test_overlap (void)
{
  static const char *const texts[] = { "aaaaa", "aaaaa", NULL };
  static const char *const expected[] = { "a|a", "aa|a", "aa|aaa", NULL };
  g_autoptr (GArray) merges = train (texts, 1000);

  assert_merges (merges, expected);
}

/* Digits, punctuation and lines keep to themselves, a word takes its space; what occurs once stays in bytes.
 */
static void
test_words (void)
{
  static const char *const texts[] = { "12, 12", "a b", "a b", "once", "\xC3\xA9", "\xC3\xA9", NULL };
  static const char *const expected[] = { " |b", "\xC3|\xA9", NULL };
  g_autoptr (GArray) merges = train (texts, 1000);

  assert_merges (merges, expected);
}

static void
test_limits (void)
{
  g_autofree char *word = g_strnfill (1000, 'a');
  const char *const texts[] = { word, NULL };
  g_autoptr (GArray) few = train (texts, 2), all = train (texts, 1000);

  g_assert_cmpuint (few->len, ==, 2);
  g_assert_cmpuint (all->len, >=, 7);
  for (guint i = 0; i < all->len; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      arra_bpe_spell (all, ARRA_BPE_BYTES + i, text);
      g_assert_cmpuint (text->len, <=, ARRA_BPE_MAX_SYMBOL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bpe-train/by-hand", test_by_hand);
  g_test_add_func ("/bpe-train/ties", test_ties);
  g_test_add_func ("/bpe-train/overlap", test_overlap);
  g_test_add_func ("/bpe-train/words", test_words);
  g_test_add_func ("/bpe-train/limits", test_limits);
  return g_test_run ();
}
