/* test-normalize.c - normalize.c: its steps, alone and one after another
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "normalize.h"

#include <string.h>

#include "jsonguard.h"
#include "mapping.h"
#include "mem.h"

/* (transfer full): @text after the @steps, or NULL with @error */
static char *
run (const char *steps, const char *text, GError **error)
{
  g_autofree char *json = g_strdup_printf ("{\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[%s]}}", steps);
  JsonObject *root;
  g_autoptr (JsonParser) parser = arra_json_parse (json, strlen (json), "t.json", &root, NULL);
  ArraNormalizer normalizer = { .n = 0 };
  g_automem char *normal = NULL;
  gsize size = 0;

  g_assert_nonnull (parser);
  if (arra_normalizer_load (&normalizer, root, "t.json", error))
    normal = arra_normalize (&normalizer, text, strlen (text), &size, error);
  arra_normalizer_clear (&normalizer);
  g_assert_true (normal == NULL || strlen (normal) == size);
  return g_strdup (normal);
}

static void
expect (const char *steps, const char *text, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *normal = run (steps, text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (normal, ==, expected);
}

static void
expect_error (const char *steps, const char *text, ArraError code, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *normal = run (steps, text, &error);

  g_assert_null (normal);
  g_assert_error (error, ARRA_ERROR, (gint) code);
  if (strstr (error->message, words) == NULL)
    g_error ("%s", error->message);
}

#define STRIP(left, right) "{\"type\":\"Strip\",\"strip_left\":" left ",\"strip_right\":" right "}"
#define REPLACE(kind, pattern, content) \
  "{\"type\":\"Replace\",\"pattern\":{\"" kind "\":\"" pattern "\"},\"content\":\"" content "\"}"

static void
test_strip (void)
{
  expect ("", " as it is ", " as it is ");
  expect (STRIP ("true", "true"), " \xc2\xa0 a b\t\xe3\x80\x80", "a b");
  expect (STRIP ("true", "false"), " a ", "a ");
  expect (STRIP ("false", "true"), " a ", " a");
  expect (STRIP ("true", "true"), " \n ", "");
  expect (STRIP ("true", "true"), "", "");
}

static void
test_replace (void)
{
  expect (REPLACE ("Regex", " {2,}", "\xe2\x96\x81"), "a  b c   ",
          "a\xe2\x96\x81"
          "b c\xe2\x96\x81");
  expect (REPLACE ("String", "ab", "x"), "ababa", "xxa");
  expect (REPLACE ("String", "", "x"), "abc", "abc");
  expect (REPLACE ("String", "a", "") "," REPLACE ("String", "b", "cc"), "aabba", "cccc");
}

static void
test_refused (void)
{
  expect_error ("{\"type\":\"Nmt\"}", "", ARRA_ERROR_UNSUPPORTED, "\"Nmt\"");
  expect_error ("{\"type\":\"Precompiled\"}", "", ARRA_ERROR_NOT_FOUND, "precompiled_charsmap");
  expect_error ("{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"\"}", "", ARRA_ERROR_INVALID_DATA, "length");
  expect_error (REPLACE ("Regex", "(", ""), "", ARRA_ERROR_INVALID_DATA, "not a regular expression");
}

/* Replacements that grow a text beyond what is tokenized at once */
static void
test_growth (void)
{
  g_autofree char *text = g_strnfill (ARRA_MAX_TEXT, 'a');
  g_autofree char *same = run (REPLACE ("String", "a", "b"), text, NULL);

  g_assert_cmpuint (strlen (same), ==, ARRA_MAX_TEXT);
  expect_error (REPLACE ("String", "a", "bb"), text, ARRA_ERROR_ARGUMENT, "too long");
}

/* (transfer full): the Precompiled step of a golden file */
static char *
golden_step (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "tokenizer",
                                            "t5_unigram_A_small_charsmap", "tokenizer.json", NULL);
  JsonObject *root;
  g_autoptr (JsonParser) parser = arra_json_parse_file (path, &root, NULL);

  g_assert_nonnull (parser);
  return json_to_string (json_object_get_member (root, "normalizer"), FALSE);
}

/* What a user takes for one character is replaced whole by what its first character leads to; from six bytes on,
 * character by character. */
static void
test_precompiled (void)
{
  g_autofree char *step = golden_step ();

  expect (step, "A\r\nb", "a b");
  expect (step, "\xef\xbc\x91", "1");
  expect (step, "\xef\xbc\x91\xcc\x81", "1");
  expect (step, "\xef\xbc\x91\xcc\x81\xcc\x81", "1\xcc\x81\xcc\x81");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/normalize/strip", test_strip);
  g_test_add_func ("/normalize/replace", test_replace);
  g_test_add_func ("/normalize/refused", test_refused);
  g_test_add_func ("/normalize/growth", test_growth);
  g_test_add_func ("/normalize/precompiled", test_precompiled);
  return g_test_run ();
}
