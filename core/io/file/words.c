/* words.c - the words of texts, as a reader tells them apart
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "words.h"

#include <stdlib.h>
#include <string.h>

/* Folded and in one normal form, which folding may have left; NULL: @text is no UTF-8. */
static char *
folded (const char *text)
{
  g_autofree char *composed = g_utf8_normalize (text, -1, G_NORMALIZE_ALL_COMPOSE);
  g_autofree char *lower = composed == NULL ? NULL : g_utf8_casefold (composed, -1);

  return lower == NULL ? NULL : g_utf8_normalize (lower, -1, G_NORMALIZE_ALL_COMPOSE);
}

char **
arra_words_of (const char *text)
{
  g_autofree char *plain = folded (text);
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_autoptr (GString) word = g_string_new (NULL);

  for (const char *at = plain; at != NULL; at = g_utf8_next_char (at))
    {
      gunichar letter = g_utf8_get_char (at);

      if (g_unichar_isalpha (letter) || g_unichar_ismark (letter))
        g_string_append_unichar (word, letter);
      else if (word->len > 0)
        {
          g_strv_builder_add (words, word->str);
          g_string_truncate (word, 0);
        }
      if (letter == 0)
        break;
    }
  return g_strv_builder_end (words);
}

GHashTable *
arra_words_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
arra_words_add (GHashTable *words, const char *text)
{
  g_auto (GStrv) found = arra_words_of (text);

  for (char **word = found; *word != NULL; word++)
    g_hash_table_add (words, g_strdup (*word));
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char **
arra_words_sorted (GHashTable *words)
{
  GHashTableIter iter;
  gpointer word;
  char **sorted = g_new0 (char *, g_hash_table_size (words) + 1);
  guint n = 0;

  g_hash_table_iter_init (&iter, words);
  while (g_hash_table_iter_next (&iter, &word, NULL))
    sorted[n++] = g_strdup (word);
  qsort (sorted, n, sizeof *sorted, compare);
  return sorted;
}
