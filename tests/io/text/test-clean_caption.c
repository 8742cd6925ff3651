/* test-clean_caption.c - clean_caption.c: beside the golden captions, what is easy to get wrong
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clean_caption.h"

#include <string.h>

static void
test_captions (void)
{
  static const struct
  {
    const char *caption, *cleaned;
  } cases[] = {
    { "An İstanbul ΣΊΣΥΦΟΣ ΣΑΣ’Σ x", "an i\xcc\x87stanbul σίσυφος σασ'ς x" },
    { "A%20b+c%C3%A9 100% %ff", "a b cé 100% \xef\xbf\xbd" },
    { "e\xcc\x81t\xc3\xa9", "été" },
    { "&amp;lt;b&amp;gt;", "lt;b gt;" },
    { "a_b-c_d-e f", "a b c d e f" },
    { "Page 12 at 10.5x20 cm, www.site.com/x and a.jpg", "at 10. cm, and" },
    { ".hidden", "" },
    { "“a”  ‘b’", "a\" 'b" },
    { "123456 @me me@x.org <3 hearts", "me <3 hearts" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *got = arra_clean_caption (cases[i].caption, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (got, ==, cases[i].cleaned);
    }
}

static void
test_refused (void)
{
  g_autofree char *long_text = g_strnfill (ARRA_MAX_CAPTION + 1, 'a');
  g_autoptr (GError) error = NULL;

  g_assert_null (arra_clean_caption (long_text, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (arra_clean_caption ("a\xff", &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "offset 1"));
}

/* The longest captions that cost most: an end comes, with a caption or a message. */
static void
test_hostile (void)
{
  static const char *const units[] = { "a", "&#", "1.", "a.b", "\"' ", "a1", "a1b" };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autofree char *got = NULL;

      while (text->len + strlen (units[i]) <= ARRA_MAX_CAPTION)
        g_string_append (text, units[i]);
      got = arra_clean_caption (text->str, &error);
      g_assert_true ((got != NULL) == (error == NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clean-caption/captions", test_captions);
  g_test_add_func ("/clean-caption/refused", test_refused);
  g_test_add_func ("/clean-caption/hostile", test_hostile);
  return g_test_run ();
}
