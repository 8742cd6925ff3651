/* test-words.c - numbers and untrusted text as words
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <words.h>

static void
assert_plain (const char *text, guint max, const char *expected)
{
  g_autofree char *plain = arra_words_plain (text, max);

  g_assert_cmpstr (plain, ==, expected);
}

static void
test_plain (void)
{
  assert_plain (NULL, 10, "");
  assert_plain ("", 10, "");
  assert_plain ("<b>R&amp;D</b>", 100, "<b>R&amp;D</b>");
  assert_plain ("  two\n\n words\t", 100, "two words");
  assert_plain ("a\x01"
                "b\x1b[31m",
                100, "ab[31m");
  assert_plain ("left\xe2\x80\xaeright\xe2\x81\xa6\xef\xbb\xbf", 100, "leftright");
  assert_plain ("grün über", 4, "grün…");
  assert_plain ("grün über", 9, "grün über");
  assert_plain ("grün über", 5, "grün…");
  assert_plain ("grün überall", 8, "grün…");
  assert_plain ("one two three", 9, "one two…");
  assert_plain ("one two three", 7, "one two…");
  assert_plain ("one unbelievably-long-word", 20, "one unbelievably-lon…");
  assert_plain ("unbelievable", 5, "unbel…");
  assert_plain ("a\xff", 10, "a\xef\xbf\xbd");
}

static void
assert_duration (double seconds, const char *expected)
{
  g_autofree char *words = arra_words_duration (seconds);

  g_assert_cmpstr (words, ==, expected);
}

static void
test_duration (void)
{
  assert_duration (-1, "less than a second");
  assert_duration (0.3, "less than a second");
  assert_duration (1, "1 s");
  assert_duration (59.4, "59 s");
  assert_duration (59.6, "1 min 0 s");
  assert_duration (125, "2 min 5 s");
  assert_duration (4200, "1 h 10 min");
  assert_duration (G_MAXDOUBLE, "very long");
  assert_duration (0.0 / 0.0, "very long");
}

static void
assert_progress (guint count, double rate, double left, const char *expected)
{
  g_autofree char *words = arra_words_progress ("At work", 1, count, rate, left);

  g_assert_cmpstr (words, ==, expected);
}

static void
test_progress (void)
{
  assert_progress (1, 0, -1, "At work");
  assert_progress (4, 0, -1, "At work · picture 2 of 4");
  assert_progress (1, 143.4, 8, "At work · 143 tokens/s · 8 s left");
  assert_progress (3, 1.26, 90, "At work · picture 2 of 3 · 1.3 tokens/s · 1 min 30 s left");
}

static void
test_links (void)
{
  g_assert_true (arra_words_is_web_link ("https://example.org/licence?a=b"));
  g_assert_true (arra_words_is_web_link ("http://example.org"));
  g_assert_false (arra_words_is_web_link (NULL));
  g_assert_false (arra_words_is_web_link (""));
  g_assert_false (arra_words_is_web_link ("CC0-1.0"));
  g_assert_false (arra_words_is_web_link ("file:///etc/passwd"));
  g_assert_false (arra_words_is_web_link ("javascript:alert(1)"));
  g_assert_false (arra_words_is_web_link ("https://"));
  g_assert_false (arra_words_is_web_link ("https://trusted.org@example.org/"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/words/plain", test_plain);
  g_test_add_func ("/ui/words/duration", test_duration);
  g_test_add_func ("/ui/words/progress", test_progress);
  g_test_add_func ("/ui/words/links", test_links);
  return g_test_run ();
}
