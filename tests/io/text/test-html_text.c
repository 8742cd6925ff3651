/* test-html_text.c - html_text.c: what Python's html.unescape() and html.parser make of the same texts
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "html_text.h"

#include <string.h>

typedef struct
{
  const char *text, *expected;
} Case;

static void
test_unescape (void)
{
  static const Case cases[] = {
    { "a&amp;b", "a&b" },         { "&copy &copyright", "© ©right" },
    { "&notit;", "¬it;" },        { "&#65;&#x42;&#X43", "ABC" },
    { "&#150;&#128;x", "–€x" },   { "&#0;", "\xef\xbf\xbd" },
    { "&#1;|&#xFFFF;", "|" },     { "&#99999999999999999999;&#xd800;", "\xef\xbf\xbd\xef\xbf\xbd" },
    { "&;&#;&#x;", "&;&#;&#x;" }, { "&nope;&", "&nope;&" },
    { "&NewLine;", "\n" },        { "&zwnj;&zwj;", "\xe2\x80\x8c\xe2\x80\x8d" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = arra_html_unescape (cases[i].text);

      g_assert_cmpstr (got, ==, cases[i].expected);
    }
}

static void
test_text (void)
{
  static const Case cases[] = {
    { "a <b>bold</b> word", "a bold word" },
    { "a < b & c", "a < b & c" },
    { "<!-- no -->yes<?x?><!doctype y>", "yes" },
    { "a<br/>b<img src=\"x>y\">c", "abc" },
    { "<script>if (a<b) \"x\"</script>d<style>p</style>", "d" },
    { "<ruby>x<rt>y</rt></ruby>z", "xz" },
    { "5 <6 <seven", "5 <6 <seven" },
    { "<a href=\"x", "<a href=\"x" },
    { "&eacute;t&eacute; &amp; &foo; &copy", "été & &foo &copy" },
    { "&#39;&#x2014;&#150;", "'—–" },
    { "&#150b &copy.a", "&#150b &copy.a" },
    { "&copy.a ", "&copy.a " },
    { "&#; a <b>", "&#; a " },
    { "&#x; &#; <b>", "&#x; &#; <b>" },
    { "x&y", "xy" },
    { "x&y.z", "x&y.z" },
    { "</b>&", "&" },
    { "<!-->", "<!-->" },
    { "<script>never closed", "" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = arra_html_to_text (cases[i].text);

      g_assert_cmpstr (got, ==, cases[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/html-text/unescape", test_unescape);
  g_test_add_func ("/html-text/text", test_text);
  return g_test_run ();
}
