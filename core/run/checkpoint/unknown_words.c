/* unknown_words.c - words of a prompt that a checkpoint never learnt
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint.h"

#include <string.h>

#include "fail.h"
#include "words.h"

#define SHORTEST_STEM 3 /* letters (ASCII ones) that an ending must leave */
#define MOST_NAMED 8

static const char *const endings[] = { "ies", "ing", "est", "ly", "es", "ed", "er", "en", "s", "y", NULL };

/* Words that say nothing a picture could show */
static const char *const passed_over[] = {
  "a",    "an", "and",   "are",  "as",     "at",   "be",    "but",  "by",      "for",   "from", "has",
  "have", "i",  "in",    "into", "is",     "it",   "its",   "like", "me",      "my",    "no",   "not",
  "of",   "on", "or",    "over", "please", "so",   "some",  "that", "the",     "their", "then", "there",
  "this", "to", "under", "very", "was",    "were", "which", "with", "without", NULL,
};

static gboolean
is_doubled (const char *word, gsize length)
{
  return length > SHORTEST_STEM && word[length - 1] == word[length - 2];
}

/* What forms of a word share: without one ending, a silent e and a doubled last letter */
static char *
stem_of (const char *word)
{
  gsize length = strlen (word);

  for (const char *const *ending = endings; *ending != NULL; ending++)
    if (g_str_has_suffix (word, *ending) && length >= strlen (*ending) + SHORTEST_STEM
        && !g_str_has_suffix (word, "ss"))
      {
        length -= strlen (*ending);
        break;
      }
  if (length > SHORTEST_STEM && word[length - 1] == 'e')
    length--;
  if (is_doubled (word, length))
    length--;
  return g_strndup (word, length);
}

/* The stems of all words of the card's list */
static GHashTable *
learnt_stems (const ArraCard *card)
{
  GHashTable *stems = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (const char *const *entry = card->words; *entry != NULL; entry++)
    {
      g_auto (GStrv) words = arra_words_of (*entry);

      for (char **word = words; *word != NULL; word++)
        g_hash_table_add (stems, stem_of (*word));
    }
  return stems;
}

static gboolean
is_unknown (GHashTable *stems, const char *word)
{
  g_autofree char *stem = stem_of (word);

  return !(g_ascii_isalpha (word[0]) && word[1] == '\0') && !g_strv_contains (passed_over, word)
         && !g_hash_table_contains (stems, stem);
}

char **
arra_checkpoint_unknown_words (const ArraCheckpoint *checkpoint, const char *prompt)
{
  g_autoptr (GStrvBuilder) unknown = g_strv_builder_new ();
  g_autoptr (GHashTable) stems = NULL, said = arra_words_new ();
  g_auto (GStrv) words = NULL;

  g_return_val_if_fail (checkpoint != NULL && prompt != NULL, NULL);
  if (checkpoint->card.words[0] == NULL)
    return g_strv_builder_end (unknown);
  stems = learnt_stems (&checkpoint->card);
  words = arra_words_of (prompt);
  for (char **word = words; *word != NULL; word++)
    if (is_unknown (stems, *word) && g_hash_table_add (said, g_strdup (*word)))
      g_strv_builder_add (unknown, *word);
  return g_strv_builder_end (unknown);
}

char *
arra_checkpoint_unknown_text (const ArraCheckpoint *checkpoint, const char *prompt)
{
  g_auto (GStrv) words = arra_checkpoint_unknown_words (checkpoint, prompt);
  guint n = words == NULL ? 0 : g_strv_length (words);
  g_autofree char *named = NULL;

  if (n == 0)
    return NULL;
  for (guint i = MOST_NAMED; i < n; i++)
    g_clear_pointer (&words[i], g_free);
  named = g_strjoinv (arra_translate (N_ ("', '")), words);
  if (n == 1)
    return g_strdup_printf (arra_translate (N_ ("'%s' is not among what this checkpoint learnt")), named);
  return g_strdup_printf (arra_translate (n > MOST_NAMED
                                              ? N_ ("'%s' and more are not among what this checkpoint learnt")
                                              : N_ ("'%s' are not among what this checkpoint learnt")),
                          named);
}
