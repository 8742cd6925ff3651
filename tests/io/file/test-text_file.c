/* test-text_file.c - the same text, in whatever form an editor saved it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "mem.h"
#include "scratch.h"
#include "text_file.h"

static char *
convert (const char *bytes, gsize size, gsize *n, GError **error)
{
  char *copy = arra_mem_strndup (bytes, size, "text", error);

  *n = size;
  g_assert_nonnull (copy);
  return arra_text_to_utf8 (copy, n, "a.txt", error);
}

static void
test_forms (void)
{
  static const struct
  {
    const char *bytes;
    gsize size;
    const char *text;
  } cases[] = {
#define CASE(bytes, text) { bytes, sizeof bytes - 1, text }
    CASE ("", ""),
    CASE ("a\nb\n", "a\nb\n"),
    CASE ("a\r\nb\r\n", "a\nb\n"),
    CASE ("a\rb\r", "a\nb\n"),
    CASE ("\r\r\n\n\r", "\n\n\n\n"),
    CASE ("\xef\xbb\xbf"
          "a\r\n",
          "a\n"),
    CASE ("\xef\xbb\xbf", ""),
    CASE ("\xff\xfe"
          "a\0\r\0\n\0",
          "a\n"),
    CASE ("\xfe\xff\0a\0\r", "a\n"),
    CASE ("caf\xe9", "caf\xe9"), /* not this function's to say */
#undef CASE
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gsize n;
      g_automem char *text = convert (cases[i].bytes, cases[i].size, &n, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (n, ==, strlen (cases[i].text));
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_n_forms (void)
{
  static const struct
  {
    const char *bytes;
    gsize size;
    const char *word;
  } cases[] = {
    { "a\0b", 3, "NUL" },
    { "\xff\xfe\0\0a\0\0\0", 8, "UTF-32" },
    { "\0\0\xfe\xff\0\0\0a", 8, "UTF-32" },
    { "\xff\xfe\0\xd8", 4, "broken UTF-16" },
    { "\xff\xfe"
      "a",
      3, "broken UTF-16" },
    { "\xff\xfe\0\0", 4, "UTF-32" },
    { "\xfe\xff\0\0", 4, "NUL" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gsize n;

      g_assert_null (convert (cases[i].bytes, cases[i].size, &n, &error));
      scratch_assert_fault (&error, "a.txt", cases[i].word);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/text_file/forms", test_forms);
  g_test_add_func ("/io/text_file/n-forms", test_n_forms);
  return scratch_run ();
}
