/* bpe_train.c - learning the merges of a byte-level BPE from texts
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bpe_train.h"

#include <stdlib.h>

#include "jsonguard.h"
#include "pretokenize.h"

#define MIN_COUNT 2 /* a pair that occurs once is no habit */

typedef struct
{
  guint64 count;
  guint32 *symbols;
  guint n;
} Word;

typedef struct
{
  ArraBpeMerge merge;
  guint64 count;
  GArray *words; /* guint: words that held it at some time, each at most once in a row */
} Pair;

struct _ArraBpeTrainer
{
  ArraPretokenizer pre;
  ArraPieces pieces;
  GHashTable *counts; /* GBytes -> guint64 *, a word's occurrences */
  GPtrArray *words;   /* Word * */
  GHashTable *pairs;  /* Pair * by its symbols */
  GTree *order;       /* the same, the next to be merged first */
  GArray *lengths;    /* guint: bytes of each symbol */
};

static guint
hash_pair (gconstpointer data)
{
  const Pair *pair = data;

  return pair->merge.left * 2654435761u ^ pair->merge.right * 40503u;
}

static gboolean
equal_pairs (gconstpointer a, gconstpointer b)
{
  const Pair *x = a, *y = b;

  return x->merge.left == y->merge.left && x->merge.right == y->merge.right;
}

static int
compare_pairs (gconstpointer a, gconstpointer b)
{
  const Pair *x = a, *y = b;

  if (x->count != y->count)
    return x->count > y->count ? -1 : 1;
  if (x->merge.left != y->merge.left)
    return x->merge.left < y->merge.left ? -1 : 1;
  return x->merge.right == y->merge.right ? 0 : x->merge.right < y->merge.right ? -1 : 1;
}

static void
pair_free (gpointer data)
{
  Pair *pair = data;

  g_array_unref (pair->words);
  g_free (pair);
}

static void
word_free (gpointer data)
{
  Word *word = data;

  g_free (word->symbols);
  g_free (word);
}

ArraBpeTrainer *
arra_bpe_trainer_new (GError **error)
{
  static const char json[] = "{\"pre_tokenizer\":" ARRA_BPE_PRE_TOKENIZER "}";
  g_autoptr (ArraBpeTrainer) trainer = g_new0 (ArraBpeTrainer, 1);
  JsonObject *root;
  g_autoptr (JsonParser) parser = arra_json_parse (json, sizeof json - 1, "pre_tokenizer", &root, error);

  trainer->counts = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, g_free);
  trainer->words = g_ptr_array_new_with_free_func (word_free);
  trainer->pairs = g_hash_table_new_full (hash_pair, equal_pairs, pair_free, NULL);
  trainer->order = g_tree_new (compare_pairs);
  trainer->lengths = g_array_new (FALSE, FALSE, sizeof (guint));
  if (parser == NULL || !arra_pretokenizer_load (&trainer->pre, root, ARRA_PRE_BYTE_LEVEL, "pre_tokenizer", error))
    return NULL;
  return g_steal_pointer (&trainer);
}

void
arra_bpe_trainer_free (ArraBpeTrainer *trainer)
{
  if (trainer == NULL)
    return;
  arra_pretokenizer_clear (&trainer->pre);
  arra_pieces_clear (&trainer->pieces);
  g_hash_table_unref (trainer->counts);
  g_ptr_array_unref (trainer->words);
  g_tree_unref (trainer->order);
  g_hash_table_unref (trainer->pairs);
  g_array_unref (trainer->lengths);
  g_free (trainer);
}

static void
count_word (ArraBpeTrainer *trainer, const char *bytes, gsize length)
{
  g_autoptr (GBytes) word = g_bytes_new (bytes, length);
  guint64 *count = g_hash_table_lookup (trainer->counts, word);

  if (count == NULL)
    {
      count = g_new0 (guint64, 1);
      g_hash_table_insert (trainer->counts, g_steal_pointer (&word), count);
    }
  ++*count;
}

gboolean
arra_bpe_trainer_add (ArraBpeTrainer *trainer, const char *text, gsize length, GError **error)
{
  const char *words;
  char *owned = NULL;

  /* Without prefix spaces, words are pieces of @text itself. */
  if (!arra_pretokenize (&trainer->pre, text, length, &trainer->pieces, &words, &owned, error))
    return FALSE;
  g_assert (owned == NULL);
  for (gsize i = 0; i < trainer->pieces.n; i++)
    count_word (trainer, words + trainer->pieces.items[i].start, trainer->pieces.items[i].length);
  return TRUE;
}

static int
compare_bytes (gconstpointer a, gconstpointer b)
{
  return g_bytes_compare (*(GBytes *const *) a, *(GBytes *const *) b);
}

/* In the order of their bytes, so that the lists of words do not depend on hash tables. */
static void
list_words (ArraBpeTrainer *trainer)
{
  guint n_words;
  g_autofree gpointer *keys = g_hash_table_get_keys_as_array (trainer->counts, &n_words);

  qsort (keys, n_words, sizeof (gpointer), compare_bytes);
  for (guint i = 0; i < n_words; i++)
    {
      Word *word = g_new0 (Word, 1);
      gsize n;
      const guint8 *bytes = g_bytes_get_data (keys[i], &n);

      word->count = *(const guint64 *) g_hash_table_lookup (trainer->counts, keys[i]);
      word->n = (guint) n;
      word->symbols = g_new (guint32, n);
      for (gsize j = 0; j < n; j++)
        word->symbols[j] = bytes[j];
      g_ptr_array_add (trainer->words, word);
    }
  g_hash_table_remove_all (trainer->counts);
}

/* The pair in the table; a new one when it is not there. */
static Pair *
find_pair (ArraBpeTrainer *trainer, guint32 left, guint32 right)
{
  const Pair wanted = { .merge = { left, right } };
  Pair *pair = g_hash_table_lookup (trainer->pairs, &wanted);

  if (pair == NULL)
    {
      pair = g_new0 (Pair, 1);
      pair->merge = wanted.merge;
      pair->words = g_array_new (FALSE, FALSE, sizeof (guint));
      g_hash_table_add (trainer->pairs, pair);
    }
  return pair;
}

static gboolean
is_short_enough (const ArraBpeTrainer *trainer, const ArraBpeMerge *merge)
{
  return g_array_index (trainer->lengths, guint, merge->left) + g_array_index (trainer->lengths, guint, merge->right)
         <= ARRA_BPE_MAX_SYMBOL;
}

static void
set_count (ArraBpeTrainer *trainer, Pair *pair, guint64 count)
{
  if (pair->count >= MIN_COUNT)
    g_tree_remove (trainer->order, pair);
  pair->count = count;
  if (count >= MIN_COUNT && is_short_enough (trainer, &pair->merge))
    g_tree_insert (trainer->order, pair, pair);
}

static void
count_pairs (ArraBpeTrainer *trainer, guint index, gboolean add)
{
  const Word *word = g_ptr_array_index (trainer->words, index);

  for (guint i = 0; i + 1 < word->n; i++)
    {
      Pair *pair = find_pair (trainer, word->symbols[i], word->symbols[i + 1]);

      set_count (trainer, pair, add ? pair->count + word->count : pair->count - word->count);
      if (add && (pair->words->len == 0 || g_array_index (pair->words, guint, pair->words->len - 1) != index))
        g_array_append_val (pair->words, index);
    }
}

static gboolean
holds (const Word *word, const ArraBpeMerge *merge)
{
  for (guint i = 0; i + 1 < word->n; i++)
    if (word->symbols[i] == merge->left && word->symbols[i + 1] == merge->right)
      return TRUE;
  return FALSE;
}

static void
merge_word (Word *word, const ArraBpeMerge *merge, guint32 result)
{
  guint n = 0;

  for (guint i = 0; i < word->n; i++)
    if (i + 1 < word->n && word->symbols[i] == merge->left && word->symbols[i + 1] == merge->right)
      {
        word->symbols[n++] = result;
        i++;
      }
    else
      word->symbols[n++] = word->symbols[i];
  word->n = n;
}

/* @pair becomes one symbol wherever it stands. */
static void
apply (ArraBpeTrainer *trainer, Pair *pair)
{
  const ArraBpeMerge merge = pair->merge;
  guint32 result = trainer->lengths->len;
  guint length
      = g_array_index (trainer->lengths, guint, merge.left) + g_array_index (trainer->lengths, guint, merge.right);
  g_autoptr (GArray) words = g_steal_pointer (&pair->words);

  pair->words = g_array_new (FALSE, FALSE, sizeof (guint));
  g_array_append_val (trainer->lengths, length);
  for (guint i = 0; i < words->len; i++)
    {
      guint index = g_array_index (words, guint, i);
      Word *word = g_ptr_array_index (trainer->words, index);

      if (!holds (word, &merge))
        continue;
      count_pairs (trainer, index, FALSE);
      merge_word (word, &merge, result);
      count_pairs (trainer, index, TRUE);
    }
}

GArray *
arra_bpe_trainer_run (ArraBpeTrainer *trainer, guint n_merges)
{
  GArray *merges = g_array_new (FALSE, FALSE, sizeof (ArraBpeMerge));
  const guint one = 1;
  GTreeNode *next;

  for (guint i = 0; i < ARRA_BPE_BYTES; i++)
    g_array_append_val (trainer->lengths, one);
  list_words (trainer);
  for (guint i = 0; i < trainer->words->len; i++)
    count_pairs (trainer, i, TRUE);
  while (merges->len < n_merges && (next = g_tree_node_first (trainer->order)) != NULL)
    {
      Pair *pair = g_tree_node_key (next);

      g_array_append_val (merges, pair->merge);
      apply (trainer, pair);
    }
  return merges;
}

void
arra_bpe_spell (const GArray *merges, guint32 symbol, GString *bytes)
{
  const ArraBpeMerge *merge;

  if (symbol < ARRA_BPE_BYTES)
    {
      g_string_append_c (bytes, (char) symbol);
      return;
    }
  merge = &g_array_index (merges, ArraBpeMerge, symbol - ARRA_BPE_BYTES);
  arra_bpe_spell (merges, merge->left, bytes);
  arra_bpe_spell (merges, merge->right, bytes);
}
