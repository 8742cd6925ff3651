/* test-plain.c - what could steer a terminal is spelled out, everything else stays
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "plain.h"

#include <json-glib/json-glib.h>

static const struct
{
  const char *text, *keep, *plain;
} cases[] = {
  { "", "", "" },
  { "a fox, 3 m\xc2\xb2, \xe7\x8b\x90 \xf0\x9f\xa6\x8a \\ \"quoted\"", "",
    "a fox, 3 m\xc2\xb2, \xe7\x8b\x90 \xf0\x9f\xa6\x8a \\ \"quoted\"" },
  { "\x1b]0;title\x07\x1b[31mred", "", "\\u001b]0;title\\u0007\\u001b[31mred" },
  { "one\ntwo\r\tthree\x7f\x08", "", "one\\u000atwo\\u000d\\u0009three\\u007f\\u0008" },
  { "one\ntwo\r\tthree", "\n\t", "one\ntwo\\u000d\tthree" },
  { "C1: \xc2\x9b"
    "31m \xc2\x85",
    "\n", "C1: \\u009b31m \\u0085" }, /* as UTF-8 */
  { "bytes: \x9b"
    "31m \xff\xc3(\xe2\x80",
    "", "bytes: \\x9b31m \\xff\\xc3(\\xe2\\x80" }, /* and alone */
  { "\xe2\x80\xae"
    "fdp.exe\xe2\x80\xac \xe2\x81\xa6x\xe2\x81\xa9",
    "", "\\u202efdp.exe\\u202c \\u2066x\\u2069" },
  { "\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\x8b\xef\xbb\xbf", "", "\\u2028\\u2029\\u200b\\ufeff" },
  { "\xf3\xa0\x81\x81", "", "\\udb40\\udc41" }, /* a tag, U+E0041 */
  { "\xed\xa0\x80 \xc0\x80 \xf4\x90\x80\x80", "",
    "\\xed\\xa0\\x80 \\xc0\\x80 \\xf4\\x90\\x80\\x80" },                                  /* no characters */
  { "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae", "", "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae" }, /* Persian needs it */
};

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *plain = cli_plain (cases[i].text, cases[i].keep);
      g_autofree char *again = cli_plain (plain, cases[i].keep);

      g_assert_cmpstr (plain, ==, cases[i].plain);
      g_assert_cmpstr (again, ==, plain);
    }
}

/* A string in JSON means the same afterwards. */
static void
test_json (void)
{
  static const char *const json = "[\"\xe2\x80\xae turned \xc2\x9b \xf3\xa0\x81\x81\"]";
  g_autofree char *plain = cli_plain (json, "\n\t");
  g_autoptr (JsonNode) before = json_from_string (json, NULL), after = json_from_string (plain, NULL);

  g_assert_cmpstr (plain, ==, "[\"\\u202e turned \\u009b \\udb40\\udc41\"]");
  g_assert_nonnull (after);
  g_assert_true (json_node_equal (before, after));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/plain/cases", test_cases);
  g_test_add_func ("/cli/plain/json", test_json);
  return g_test_run ();
}
