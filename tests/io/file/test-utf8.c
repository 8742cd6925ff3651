/* test-utf8.c - utf8.c: ill-formed sequences, classes, quoting
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "utf8.h"

#include <string.h>

#define BAD "\xef\xbf\xbd"

static void
check (const char *text, gsize length, const char *expected)
{
  char out[64];
  gsize n = arra_utf8_make_valid (text, length, out);

  out[n] = '\0';
  g_assert_cmpstr (out, ==, expected);
  g_assert_cmpint (arra_utf8_valid (text, length, NULL), ==, strstr (expected, BAD) == NULL);
}

#define CHECK(text, expected) check (text, sizeof (text) - 1, expected)

/* Every ill-formed kind of the Unicode standard's tables 3-8 to 3-11. */
static void
test_subparts (void)
{
  CHECK ("plain", "plain");
  CHECK ("\xc3\xa4\xe6\x97\xa5\xf0\x9f\x98\x80", "\xc3\xa4\xe6\x97\xa5\xf0\x9f\x98\x80");
  CHECK ("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", BAD BAD BAD BAD BAD BAD BAD BAD "A");
  CHECK ("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", BAD BAD BAD BAD BAD BAD BAD BAD "A");
  CHECK ("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", BAD BAD BAD BAD BAD "A" BAD BAD "B");
  CHECK ("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", BAD BAD BAD BAD "A");
  CHECK ("\xf0\x9f\x98", BAD);
  CHECK ("\xf4\x8f\xbf\xbf\xef\xbf\xbf", "\xf4\x8f\xbf\xbf\xef\xbf\xbf");
}

/* Against GLib's decoder over every code point. */
static void
test_code_points (void)
{
  for (gunichar c = 0; c <= 0x10ffff; c++)
    {
      char text[8];
      gunichar decoded = 0;
      gint n = g_unichar_to_utf8 (c, text);

      if (c >= 0xd800 && c <= 0xdfff)
        g_assert_cmpint (arra_utf8_decode (text, (gsize) n, &decoded), ==, -1);
      else
        {
          g_assert_cmpint (arra_utf8_decode (text, (gsize) n, &decoded), ==, n);
          g_assert_cmpuint (decoded, ==, c);
          for (gint cut = 1; cut < n; cut++)
            g_assert_cmpint (arra_utf8_decode (text, (gsize) cut, &decoded), ==, -cut);
        }
    }
}

static void
test_bad_offset (void)
{
  gsize bad = 99;

  g_assert_false (arra_utf8_valid ("ab\xc3\xa4\xc3", 5, &bad));
  g_assert_cmpuint (bad, ==, 4);
  g_assert_true (arra_utf8_valid ("a\0b", 3, &bad));
}

static void
test_classes (void)
{
  g_assert_true (arra_char_is_letter ('a') && arra_char_is_letter (0xe4) && arra_char_is_letter (0x65e5));
  g_assert_false (arra_char_is_letter ('1') || arra_char_is_letter (0x301));
  g_assert_true (arra_char_is_number ('7') && arra_char_is_number (0xbd) && arra_char_is_number (0x2167)
                 && arra_char_is_number (0x663));
  g_assert_false (arra_char_is_number ('x'));
  g_assert_true (arra_char_is_space (0x0b) && arra_char_is_space (0x85) && arra_char_is_space (0xa0)
                 && arra_char_is_space (0x3000));
  g_assert_false (arra_char_is_space (0x200b) || arra_char_is_space (0x1c));
  g_assert_true (arra_char_is_punctuation ('$') && arra_char_is_punctuation ('_') && arra_char_is_punctuation (0xbf)
                 && arra_char_is_punctuation (0x3002));
  g_assert_false (arra_char_is_punctuation (0x20ac) || arra_char_is_punctuation (' '));
  g_assert_true (arra_char_is_word ('_') && arra_char_is_word (0x301) && arra_char_is_word (0x200d)
                 && arra_char_is_word (0x24b6) && arra_char_is_word ('9'));
  g_assert_false (arra_char_is_word ('-') || arra_char_is_word (0xbd) || arra_char_is_word (0x2460));
}

static void
test_quote (void)
{
  g_autofree char *plain = arra_quote ("a\x1b[2J\xff", 6), *longer = NULL, *text = g_strnfill (49, 'x');

  g_assert_cmpstr (plain, ==, "\"a?[2J?\"");
  longer = arra_quote (text, 49);
  g_assert_true (g_str_has_suffix (longer, "x…\""));
  g_assert_cmpint (g_utf8_strlen (longer, -1), ==, 51);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/utf8/subparts", test_subparts);
  g_test_add_func ("/utf8/code-points", test_code_points);
  g_test_add_func ("/utf8/bad-offset", test_bad_offset);
  g_test_add_func ("/utf8/classes", test_classes);
  g_test_add_func ("/utf8/quote", test_quote);
  return g_test_run ();
}
