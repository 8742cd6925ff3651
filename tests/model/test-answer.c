/* test-answer.c - pictures in the tokens of an answer
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "answer.h"
#include "small_words.h"

#define CODE 4
#define END (4 + 64)
#define START (END + 1)
#define LINE (END + 3)
#define SIZE(n) (END + 3 + (n))
#define TEXT 90

/* text, a picture of one grid, text, a picture of 1 x 2 grids with one row and a half */
static guint32 tokens[]
    = { TEXT, START, SIZE (1), SIZE (1), CODE,     CODE + 1, LINE,     CODE + 2, CODE + 3, LINE,    END,
        TEXT, START, SIZE (1), SIZE (2), CODE + 9, CODE + 8, CODE + 7, CODE + 6, LINE,     CODE + 5 };
static ArraVocabulary vocabulary;

static void
test_pictures (void)
{
  const ArraAnswer answer = { tokens, G_N_ELEMENTS (tokens), FALSE };
  ArraPictureSpan span;
  guint32 codes[4];

  g_assert_cmpuint (arra_answer_n_pictures (&answer, &vocabulary.layout), ==, 2);
  g_assert_true (arra_answer_picture (&answer, &vocabulary.layout, 0, &span));
  g_assert_cmpuint (span.begin, ==, 1);
  g_assert_cmpuint (span.end, ==, 11);
  g_assert_cmpuint (span.rows, ==, 2);
  g_assert_cmpuint (span.columns, ==, 2);
  g_assert_cmpuint (span.rows_finished, ==, 2);
  arra_answer_codes (&answer, &vocabulary.layout, &span, codes);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (codes[i], ==, i);
  g_assert_true (arra_answer_picture (&answer, &vocabulary.layout, 1, &span));
  g_assert_cmpuint (span.begin, ==, 12);
  g_assert_cmpuint (span.end, ==, G_N_ELEMENTS (tokens));
  g_assert_cmpuint (span.rows, ==, 2);
  g_assert_cmpuint (span.columns, ==, 4);
  g_assert_cmpuint (span.rows_finished, ==, 1);
  arra_answer_codes (&answer, &vocabulary.layout, &span, codes);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (codes[i], ==, 9 - i);
  g_assert_false (arra_answer_picture (&answer, &vocabulary.layout, 2, &span));
}

/* However short the answer is: a row is finished with its last code, before the new line. */
static void
test_every_length (void)
{
  static const guint begun[] = { 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2 };
  static const guint rows[] = { 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 1, 1, 1 };

  for (guint n = 0; n <= G_N_ELEMENTS (tokens); n++)
    {
      const ArraAnswer answer = { tokens, n, FALSE };
      ArraPictureSpan span = { 0 };

      g_assert_cmpuint (arra_answer_n_pictures (&answer, &vocabulary.layout), ==, begun[n]);
      if (begun[n] > 0)
        g_assert_true (arra_answer_picture (&answer, &vocabulary.layout, begun[n] - 1, &span));
      g_assert_cmpuint (span.rows_finished, ==, rows[n]);
    }
}

int
main (int argc, char **argv)
{
  const Words words = words_small (100, 64, 4);
  int result;

  g_test_init (&argc, &argv, NULL);
  words_vocabulary (&words, &vocabulary);
  g_test_add_func ("/answer/pictures", test_pictures);
  g_test_add_func ("/answer/every-length", test_every_length);
  result = g_test_run ();
  arra_vocabulary_clear (&vocabulary);
  return result;
}
