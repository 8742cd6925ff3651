/* small_words.c - vocabularies for tests
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "small_words.h"

#include <string.h>

#define FIRST_CODE 4

Words
words_golden (guint32 n_tokens)
{
  return (Words) {
    .n_tokens = n_tokens, .n_codes = 8192, .n_sizes = 64, .stop = 8710, .new_line = 8803, .size_base = 8804
  };
}

Words
words_small (guint32 n_tokens, guint32 n_codes, guint32 n_sizes)
{
  const guint32 free_id = FIRST_CODE + n_codes + 2;

  return (Words) { .n_tokens = n_tokens,
                   .n_codes = n_codes,
                   .n_sizes = n_sizes,
                   .stop = free_id,
                   .new_line = free_id + 1,
                   .size_base = free_id + 1 };
}

static gboolean
is_size (const Words *words, const char *token, guint32 *id)
{
  const guint64 number
      = g_str_has_prefix (token, "<reserved") ? g_ascii_strtoull (token + strlen ("<reserved"), NULL, 10) : 0;

  if (number < 8801 || number > 8800 + words->n_sizes)
    return FALSE;
  *id = words->size_base + (guint32) (number - 8800);
  return TRUE;
}

gboolean
words_lookup (gpointer data, const char *token, guint32 *id)
{
  const Words *words = data;
  guint32 code;

  if (g_strcmp0 (token, words->missing) == 0)
    return FALSE;
  if (g_strcmp0 (token, words->moved) == 0)
    *id = words->moved_to;
  else if (strcmp (token, "<s>") == 0)
    *id = 0;
  else if (strcmp (token, "<eoss>") == 0)
    *id = FIRST_CODE + words->n_codes;
  else if (strcmp (token, "<racm3:break>") == 0)
    *id = FIRST_CODE + words->n_codes + 1;
  else if (strcmp (token, "<reserved08706>") == 0)
    *id = words->stop;
  else if (strcmp (token, "<reserved08799>") == 0)
    *id = words->new_line;
  else if (arra_image_code_parse (token, &code) && code < words->n_codes)
    *id = FIRST_CODE + (words->shuffled ? words->n_codes - 1 - code : code);
  else
    return is_size (words, token, id);
  return TRUE;
}

void
words_vocabulary (const Words *words, ArraVocabulary *vocabulary)
{
  g_autoptr (GError) error = NULL;
  Words copy = *words;

  arra_vocabulary_init (vocabulary, words->n_tokens, words->n_tokens, words_lookup, &copy, "words", &error);
  g_assert_no_error (error);
}
