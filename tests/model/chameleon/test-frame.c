/* test-frame.c - what may stand where
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frame.h"
#include "small_words.h"

#include <string.h>

#define CODE 4
#define END (4 + 64)
#define START (END + 1)
#define STOP (END + 2)
#define LINE (END + 3)
#define SIZE(n) (END + 3 + (n))
#define TEXT 90

static ArraVocabulary vocabulary;

static void
push (ArraGrammar *grammar, guint32 id)
{
  g_autoptr (GError) error = NULL;

  arra_grammar_push (grammar, id, &error);
  g_assert_no_error (error);
}

static void
assert_refused (const ArraGrammar *grammar, guint32 id)
{
  g_autoptr (GError) error = NULL;
  ArraGrammar copy = *grammar;

  g_assert_false (arra_grammar_push (&copy, id, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_FAILED);
}

static void
read_picture (ArraGrammar *grammar, guint h, guint w)
{
  push (grammar, START);
  g_assert_cmpint (grammar->expect, ==, ARRA_EXPECT_SIZE);
  assert_refused (grammar, START);
  assert_refused (grammar, CODE);
  push (grammar, SIZE (h));
  g_assert_cmpint (grammar->expect, ==, ARRA_EXPECT_SIZE);
  assert_refused (grammar, STOP);
  push (grammar, SIZE (w));
  g_assert_true (grammar->uncond_begins);
  for (guint row = 0; row < 2 * h; row++)
    {
      for (guint column = 0; column < 2 * w; column++)
        {
          g_assert_cmpint (grammar->expect, ==, ARRA_EXPECT_CODE);
          g_assert_true (grammar->uncond_begins == (row == 0 && column == 0));
          assert_refused (grammar, LINE);
          assert_refused (grammar, TEXT);
          push (grammar, CODE + column);
        }
      g_assert_cmpint (grammar->expect, ==, ARRA_EXPECT_FORCED);
      g_assert_cmpuint (grammar->forced, ==, LINE);
      assert_refused (grammar, CODE);
      push (grammar, LINE);
    }
  g_assert_cmpint (grammar->expect, ==, ARRA_EXPECT_FORCED);
  g_assert_cmpuint (grammar->forced, ==, END);
  push (grammar, END);
  g_assert_cmpint (grammar->expect, ==, ARRA_EXPECT_TEXT);
  g_assert_cmpuint (grammar->place, ==, 3 + 2 * h * (2 * w + 1));
}

static void
test_pictures (void)
{
  ArraGrammar grammar;

  arra_grammar_init (&grammar, &vocabulary.layout);
  push (&grammar, 0);
  push (&grammar, TEXT);
  read_picture (&grammar, 1, 1);
  read_picture (&grammar, 2, 3);
  push (&grammar, TEXT);
  read_picture (&grammar, 4, 1);
  push (&grammar, STOP);
  g_assert_cmpuint (grammar.n_pictures, ==, 3);
}

/* What is written is what the grammar asks for and what is found again; its codes may be the last ones of its own
 * place. */
static void
test_write (void)
{
  const guint32 codes[] = { 7, 6, 5, 4, 3, 2, 1, 64 + 9 };
  const guint32 ids[] = { START, SIZE (1), SIZE (2), CODE + 7, CODE + 6,  CODE + 5, CODE + 4,
                          LINE,  CODE + 3, CODE + 2, CODE + 1, CODE + 63, LINE,     END };
  const ArraLayout *layout = &vocabulary.layout;
  guint32 written[G_N_ELEMENTS (ids)];

  g_assert_cmpuint (arra_layout_tokens (layout, 2, 4), ==, G_N_ELEMENTS (ids));
  g_assert_cmpuint (arra_layout_tokens (layout, 32, 32), ==, 3 + 1056 + 1);
  memcpy (written + G_N_ELEMENTS (ids) - G_N_ELEMENTS (codes), codes, sizeof codes);
  arra_layout_write (layout, written + G_N_ELEMENTS (ids) - G_N_ELEMENTS (codes), 2, 4, written);
  g_assert_cmpmem (written, sizeof written, ids, sizeof ids);
  arra_layout_write (layout, codes, 2, 4, written);
  g_assert_cmpmem (written, sizeof written, ids, sizeof ids);
}

static void
test_sizes (void)
{
  const ArraLayout *layout = &vocabulary.layout;
  const guint most = 2 * layout->n_grids;

  g_assert_true (arra_layout_has_size (layout, 2, most));
  g_assert_false (arra_layout_has_size (layout, 2, most + 2));
  g_assert_false (arra_layout_has_size (layout, 2, 3));
  g_assert_false (arra_layout_has_size (layout, 0, 2));
}

/* Outside pictures everything may stand, as in the reference; ids outside the vocabulary never. */
static void
test_text (void)
{
  ArraGrammar grammar;

  arra_grammar_init (&grammar, &vocabulary.layout);
  for (guint32 id = 0; id < vocabulary.layout.n_tokens; id++)
    if (id != START)
      push (&grammar, id);
  assert_refused (&grammar, vocabulary.layout.n_tokens);
  assert_refused (&grammar, ARRA_NO_TOKEN);
  g_assert_cmpuint (grammar.n_pictures, ==, 0);
  g_assert_cmpint (grammar.expect, ==, ARRA_EXPECT_TEXT);
}

int
main (int argc, char **argv)
{
  const Words words = words_small (100, 64, 4);
  int result;

  g_test_init (&argc, &argv, NULL);
  words_vocabulary (&words, &vocabulary);
  g_test_add_func ("/frame/write", test_write);
  g_test_add_func ("/frame/sizes", test_sizes);
  g_test_add_func ("/frame/pictures", test_pictures);
  g_test_add_func ("/frame/text", test_text);
  result = g_test_run ();
  arra_vocabulary_clear (&vocabulary);
  return result;
}
