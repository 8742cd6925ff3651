/* test-words.c - what is a word, and which are the same
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "words.h"

static void
check_words (const char *text, const char *expected)
{
  g_auto (GStrv) words = arra_words_of (text);
  g_autofree char *joined = g_strjoinv ("|", words);

  g_assert_cmpstr (joined, ==, expected);
}

static void
test_words (void)
{
  check_words ("", "");
  check_words ("  ,;- 12 ", "");
  check_words ("Old oak-wood planks, 3 of them", "old|oak|wood|planks|of|them");
  check_words ("cobblestones", "cobblestones");
  check_words ("GR\303\234NE Stra\303\237e", "gr\303\274ne|strasse");
  check_words ("cafe\314\201 caf\303\251", "caf\303\251|caf\303\251"); /* a letter and a mark, and both in one */
  check_words ("\346\234\250\343\200\201\347\237\263", "\346\234\250|\347\237\263");
  check_words ("no \377 text", "");
}

static void
test_set (void)
{
  g_autoptr (GHashTable) set = arra_words_new ();
  g_auto (GStrv) none = arra_words_sorted (set);
  g_auto (GStrv) sorted = NULL;
  g_autofree char *joined = NULL;

  g_assert_null (none[0]);
  arra_words_add (set, "red oak, Red pine");
  arra_words_add (set, "a pine");
  sorted = arra_words_sorted (set);
  joined = g_strjoinv (" ", sorted);
  g_assert_cmpstr (joined, ==, "a oak pine red");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/words/of", test_words);
  g_test_add_func ("/io/words/set", test_set);
  return g_test_run ();
}
