/* test-raster.c - pictures that are nothing but codes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "answer.h"
#include "mem.h"
#include "raster.h"

#define CODES 10
#define SIDE 3

static ArraLayout *
make (void)
{
  g_autoptr (GError) error = NULL;
  ArraLayout *layout = arra_raster_new (CODES, SIDE, &error);

  g_assert_no_error (error);
  return layout;
}

static void
test_sizes (void)
{
  ArraLayout *layout = make ();
  guint32 head[ARRA_LAYOUT_HEAD];

  g_assert_true (arra_layout_has_size (layout, SIDE, SIDE));
  g_assert_false (arra_layout_has_size (layout, SIDE, 2 * SIDE));
  g_assert_false (arra_layout_has_size (layout, SIDE - 1, SIDE));
  g_assert_false (arra_layout_has_size (layout, 0, SIDE));
  g_assert_cmpuint (arra_layout_tokens (layout, SIDE, SIDE), ==, SIDE * SIDE);
  g_assert_cmpuint (arra_layout_head (layout, SIDE, SIDE, head), ==, 0);
  arra_layout_free (layout);
}

/* A code after the other, guided from the first one on, to the end and not beyond. */
static void
test_grammar (void)
{
  ArraLayout *layout = make ();
  g_autoptr (GError) error = NULL;
  ArraGrammar grammar;

  arra_grammar_init (&grammar, layout);
  g_assert_cmpuint (grammar.n_pictures, ==, 1);
  g_assert_false (arra_grammar_push (&grammar, CODES, NULL));
  for (guint i = 0; i < SIDE * SIDE; i++)
    {
      g_assert_cmpint (grammar.expect, ==, ARRA_EXPECT_CODE);
      g_assert_true (grammar.uncond_begins == (i == 0));
      g_assert_false (arra_grammar_ends (&grammar, i));
      g_assert_true (arra_grammar_push (&grammar, i, &error));
    }
  g_assert_cmpint (grammar.expect, ==, ARRA_EXPECT_TEXT);
  g_assert_false (arra_grammar_ends (&grammar, 0));
  g_assert_false (arra_grammar_push (&grammar, 0, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_FAILED);
  arra_layout_free (layout);
}

/* However short the answer is, there is one picture, of as many rows as are whole. */
static void
test_spans (void)
{
  static guint32 tokens[] = { 9, 8, 7, 6, 5, 4, 3, 2, 1 };
  ArraLayout *layout = make ();

  for (guint n = 0; n <= G_N_ELEMENTS (tokens); n++)
    {
      const ArraAnswer answer = { tokens, n, FALSE };
      ArraPictureSpan span;
      guint32 codes[SIDE * SIDE];

      g_assert_cmpuint (arra_answer_n_pictures (&answer, layout), ==, n > 0);
      if (n == 0)
        continue;
      g_assert_true (arra_answer_picture (&answer, layout, 0, &span));
      g_assert_cmpuint (span.begin, ==, 0);
      g_assert_cmpuint (span.end, ==, n);
      g_assert_cmpuint (span.rows, ==, SIDE);
      g_assert_cmpuint (span.columns, ==, SIDE);
      g_assert_cmpuint (span.rows_finished, ==, n / SIDE);
      arra_answer_codes (&answer, layout, &span, codes);
      g_assert_cmpmem (codes, span.rows_finished * SIDE * sizeof *codes, tokens,
                       span.rows_finished * SIDE * sizeof *codes);
      g_assert_false (arra_answer_find_picture (&answer, layout, span.end, &span));
    }
  arra_layout_free (layout);
}

/* Codes may be the ids' own place; one that there is not becomes the last. */
static void
test_write (void)
{
  guint32 ids[SIDE * SIDE] = { 0, 1, 2, 3, 4, 5, 6, 7, CODES + 5 };
  ArraLayout *layout = make ();

  arra_layout_write (layout, ids, SIDE, SIDE, ids);
  for (guint i = 0; i < SIDE * SIDE - 1; i++)
    g_assert_cmpuint (ids[i], ==, i);
  g_assert_cmpuint (ids[SIDE * SIDE - 1], ==, CODES - 1);
  arra_layout_free (layout);
}

static void
test_no_memory (void)
{
  g_autoptr (GError) error = NULL;

  arra_mem_fail_nth (0);
  g_assert_null (arra_raster_new (CODES, SIDE, &error));
  arra_mem_fail_nth (-1);
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/raster/sizes", test_sizes);
  g_test_add_func ("/raster/grammar", test_grammar);
  g_test_add_func ("/raster/spans", test_spans);
  g_test_add_func ("/raster/write", test_write);
  g_test_add_func ("/raster/no-memory", test_no_memory);
  return g_test_run ();
}
