/* test-wrap.c - long texts on terminals
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "wrap.h"

static void
assert_wrapped (const char *text, guint indent, guint width, const char *expected)
{
  g_autofree char *wrapped = cli_wrap (text, indent, width);

  g_assert_cmpstr (wrapped, ==, expected);
}

static void
test_wrap (void)
{
  assert_wrapped ("", 2, 30, "");
  assert_wrapped ("one two", 2, 30, "one two");
  assert_wrapped ("a text of several words, which is broken", 2, 30, "a text of several words,\n  which is broken");
  assert_wrapped ("12345678901234567890123456 1", 2, 30, "12345678901234567890123456 1");
  assert_wrapped ("12345678901234567890123456 12", 2, 30, "12345678901234567890123456\n  12");
  assert_wrapped ("a 1234567890123456789012345678901234567890 b", 2, 30,
                  "a\n  1234567890123456789012345678901234567890\n  b");
  assert_wrapped ("ÄÖÜ ÄÖÜ ÄÖÜ ÄÖÜ ÄÖÜ ÄÖÜ ÄÖÜ ÄÖÜ", 0, 24, "ÄÖÜ ÄÖÜ ÄÖÜ ÄÖÜ ÄÖÜ ÄÖÜ\nÄÖÜ ÄÖÜ");
  assert_wrapped ("no terminal, or one that is too narrow: it stays as it is", 16, 0,
                  "no terminal, or one that is too narrow: it stays as it is");
  assert_wrapped ("no terminal, or one that is too narrow: it stays as it is", 16, 39,
                  "no terminal, or one that is too narrow: it stays as it is");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/wrap", test_wrap);
  return g_test_run ();
}
