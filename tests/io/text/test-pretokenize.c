/* test-pretokenize.c - pretokenize*.c: behaviours, GPT-2's words against the expression itself, hostile patterns
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pretokenize.h"

#include <string.h>

#include "jsonguard.h"
#include "mem.h"

/* A tokenizer.json fragment: steps, then ByteLevel that leaves pieces whole. */
static gboolean
load (ArraPretokenizer *pre, const char *steps, const char *byte_level, GError **error)
{
  g_autofree char *json = g_strdup_printf ("{\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[%s%s%s]}}",
                                           steps, steps[0] != '\0' ? "," : "", byte_level);
  JsonObject *root;
  g_autoptr (JsonParser) parser = arra_json_parse (json, strlen (json), "t.json", &root, error);

  return parser != NULL && arra_pretokenizer_load (pre, root, ARRA_PRE_BYTE_LEVEL, "t.json", error);
}

#define WHOLE "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}"
#define WORDS "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":true}"

/* (transfer full): the pieces joined by | */
static char *
split (const char *steps, const char *byte_level, const char *text, GError **error)
{
  ArraPretokenizer pre = { .n = 0 };
  ArraPieces words = { NULL, 0, 0 };
  g_automem char *owned = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  const char *words_text;
  gboolean ok;

  ok = load (&pre, steps, byte_level, error)
       && arra_pretokenize (&pre, text, strlen (text), &words, &words_text, &owned, error);
  for (gsize i = 0; ok && i < words.n; i++)
    {
      if (i > 0)
        g_string_append_c (out, '|');
      g_string_append_len (out, words_text + words.items[i].start, words.items[i].length);
    }
  arra_pieces_clear (&words);
  arra_pretokenizer_clear (&pre);
  return ok ? g_strdup (out->str) : NULL;
}

static void
expect (const char *steps, const char *byte_level, const char *text, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *got = split (steps, byte_level, text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (got, ==, expected);
}

#define SPLIT(kind, pattern, behavior, invert) \
  "{\"type\":\"Split\",\"pattern\":{\"" kind "\":\"" pattern "\"},\"behavior\":\"" behavior "\",\"invert\":" invert "}"

/* The examples of Hugging Face's documentation of SplitDelimiterBehavior: "the-final--countdown" on "-" */
static void
test_behaviors (void)
{
  const char *text = "the-final--countdown";

  expect (SPLIT ("String", "-", "Removed", "false"), WHOLE, text, "the|final|countdown");
  expect (SPLIT ("String", "-", "Isolated", "false"), WHOLE, text, "the|-|final|-|-|countdown");
  expect (SPLIT ("String", "-", "MergedWithPrevious", "false"), WHOLE, text, "the-|final-|-|countdown");
  expect (SPLIT ("String", "-", "MergedWithNext", "false"), WHOLE, text, "the|-final|-|-countdown");
  expect (SPLIT ("String", "-", "Contiguous", "false"), WHOLE, text, "the|-|final|--|countdown");
  expect (SPLIT ("Regex", "-", "Contiguous", "false"), WHOLE, text, "the|-|final|--|countdown");
  expect (SPLIT ("Regex", "\\\\w+", "Removed", "true"), WHOLE, text, "the|final|countdown");
  expect (SPLIT ("String", "-", "MergedWithNext", "false"), WHOLE, "a-", "a|-");
  expect (SPLIT ("String", "-", "MergedWithPrevious", "false"), WHOLE, "-a", "-|a");
  expect (SPLIT ("String", "", "Isolated", "false"), WHOLE, "ab", "ab");
  expect (SPLIT ("String", "aa", "Isolated", "false"), WHOLE, "aaaaa", "aa|aa|a");
}

static void
test_regex (void)
{
  expect (SPLIT ("Regex", "([\\t\\n]|    |  )", "Isolated", "false"), WHOLE, "a     b\tc", "a|    | b|\t|c");
  expect (SPLIT ("Regex", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", "Isolated", "false"), WHOLE,
          "xIMGIMGABCDZIMGIMGABCDEZ", "x|IMGIMGABCDZ|IMGIMGABCDEZ");
  expect (SPLIT ("Regex", "<sentinel:[0-9]+>", "Isolated", "false"), WHOLE, "<sentinel:12><sentinel:>",
          "<sentinel:12>|<sentinel:>");
  expect (SPLIT ("Regex", "\\\\p{L}+", "Isolated", "false"), WHOLE, "1ä日2", "1|ä日|2");
  expect (SPLIT ("Regex", "^b", "Isolated", "false"), WHOLE, "a\nbb", "a\n|b|b");
  expect (SPLIT ("Regex", "x*", "Isolated", "false"), WHOLE, "äxb", "ä|x|b");
  expect (SPLIT ("Regex", "[]a]", "Isolated", "false"), WHOLE, "b]a", "b|]|a");
}

static void
test_classes (void)
{
  expect ("{\"type\":\"Digits\",\"individual_digits\":true}", WHOLE, "a12½b", "a|1|2|½|b");
  expect ("{\"type\":\"Digits\",\"individual_digits\":false}", WHOLE, "a12½b", "a|12½|b");
  expect ("{\"type\":\"Digits\"}", WHOLE, "12a", "12|a");
  expect ("{\"type\":\"Punctuation\"}", WHOLE, "a$.¿b", "a|$|.|¿|b");
  expect ("{\"type\":\"Punctuation\",\"behavior\":\"Contiguous\"}", WHOLE, "a$.b", "a|$.|b");
}

static void
test_byte_level (void)
{
  expect ("", WORDS, "I'll  they've 'X don't 12ab  \n", "I|'ll| | they|'ve| '|X| don|'t| 12|ab|  \n");
  expect ("", "{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"use_regex\":true}", "a b", " a| b");
  expect ("{\"type\":\"Digits\"}", "{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"use_regex\":false}", "a1 b",
          " a| 1| b");
}

/* Random texts: the hand-written words against the expression in GLib's engine. */
static void
test_gpt2_expression (void)
{
  static const char *const parts[]
      = { " ",   " ",   "\t", "\n", "a",  "Bc", "ä",        "日",           "1", "½", "'", "'s",
          "'ll", "'re", "re", "!",  "--", "€",  "\xc2\xa0", "\xe2\x80\x8d", "̈" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GRegex) regex = g_regex_new (
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", 0, 0, &error);

  g_assert_no_error (error);
  for (guint round = 0; round < 3000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GMatchInfo) info = NULL;
      gsize at = 0;

      for (gint i = g_test_rand_int_range (1, 12); i > 0; i--)
        g_string_append (text, parts[g_test_rand_int_range (0, G_N_ELEMENTS (parts))]);
      for (g_regex_match (regex, text->str, 0, &info); g_match_info_matches (info); g_match_info_next (info, NULL))
        {
          gint from, to;

          g_match_info_fetch_pos (info, 0, &from, &to);
          g_assert_cmpuint (at, ==, from);
          at = arra_gpt2_word_end (text->str, text->len, at);
          g_assert_cmpuint (at, ==, to);
        }
      g_assert_cmpuint (at, ==, text->len);
    }
}

static void
refuse (const char *steps, const char *byte_level, const char *text, ArraError code, const char *fault)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *got = split (steps, byte_level, text, &error);

  g_assert_null (got);
  g_assert_error (error, ARRA_ERROR, (gint) code);
  g_assert_nonnull (strstr (error->message, fault));
}

/* Each of these would run for longer than anyone waits; they end with an error. */
static void
test_n_backtracking (void)
{
  g_autofree char *text = g_strnfill (2000, 'a'), *longer = g_strnfill (100000, 'a');

  refuse (SPLIT ("Regex", "(a+)+$", "Isolated", "false"), WHOLE, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
          ARRA_ERROR_INVALID_DATA, "t.json: pre_tokenizer 0: pattern \"(a+)+$\" takes too many steps");
  refuse (SPLIT ("Regex", "(a|a)*[bc]", "Isolated", "false"), WHOLE, text, ARRA_ERROR_INVALID_DATA, "(a|a)*[bc]");
  refuse (SPLIT ("Regex", "(a|aa)+(?!a)[xy]", "Isolated", "false"), WHOLE, longer, ARRA_ERROR_INVALID_DATA,
          "too many steps");
}

static void
test_n_patterns (void)
{
  g_autofree char *long_pattern = g_strnfill (ARRA_MAX_PATTERN_BYTES + 1, 'a');
  g_autofree char *too_long = g_strdup_printf (SPLIT ("Regex", "%s", "Isolated", "false"), long_pattern);

  refuse (too_long, WHOLE, "", ARRA_ERROR_UNSUPPORTED, "longer than");
  refuse (SPLIT ("Regex", "(", "Isolated", "false"), WHOLE, "", ARRA_ERROR_INVALID_DATA,
          "t.json: pre_tokenizer 0: pattern \"(\"");
  refuse (SPLIT ("Regex", "(*UTF)a", "Isolated", "false"), WHOLE, "", ARRA_ERROR_UNSUPPORTED, "(*");
  refuse (SPLIT ("Regex", "\\\\h", "Isolated", "false"), WHOLE, "", ARRA_ERROR_UNSUPPORTED, "\\h");
  refuse (SPLIT ("Regex", "[a&&b]", "Isolated", "false"), WHOLE, "", ARRA_ERROR_UNSUPPORTED, "&&");
  refuse (SPLIT ("Regex", "[a[b]]", "Isolated", "false"), WHOLE, "", ARRA_ERROR_UNSUPPORTED, "within");
  refuse (SPLIT ("Regex", "(?R)?a", "Isolated", "false"), WHOLE, "", ARRA_ERROR_UNSUPPORTED, "(?R");
  refuse (SPLIT ("Regex", "((((a{999}){999}){999}){999})", "Isolated", "false"), WHOLE, "", ARRA_ERROR_INVALID_DATA,
          "regular expression");
}

static void
test_n_structure (void)
{
  refuse ("{\"type\":\"UnicodeScripts\"}", WHOLE, "", ARRA_ERROR_UNSUPPORTED,
          "t.json: pre_tokenizer 0: type \"UnicodeScripts\"");
  refuse ("{\"type\":1}", WHOLE, "", ARRA_ERROR_INVALID_DATA, "type");
  refuse ("[]", WHOLE, "", ARRA_ERROR_INVALID_DATA, "not an object");
  refuse ("{}", WHOLE, "", ARRA_ERROR_NOT_FOUND, "type");
  refuse (SPLIT ("Bytes", "a", "Isolated", "false"), WHOLE, "", ARRA_ERROR_NOT_FOUND, "String");
  refuse (SPLIT ("String", "a", "Sometimes", "false"), WHOLE, "", ARRA_ERROR_UNSUPPORTED, "Sometimes");
  refuse (SPLIT ("String", "a", "Isolated", "3"), WHOLE, "", ARRA_ERROR_INVALID_DATA, "invert");
  refuse (WHOLE, "{\"type\":\"Digits\"}", "", ARRA_ERROR_UNSUPPORTED, "after ByteLevel");
  refuse ("{\"type\":\"Digits\"}", "{\"type\":\"Digits\"}", "", ARRA_ERROR_UNSUPPORTED, "ByteLevel");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pretokenize/behaviors", test_behaviors);
  g_test_add_func ("/pretokenize/regex", test_regex);
  g_test_add_func ("/pretokenize/classes", test_classes);
  g_test_add_func ("/pretokenize/byte-level", test_byte_level);
  g_test_add_func ("/pretokenize/gpt2-expression", test_gpt2_expression);
  g_test_add_func ("/pretokenize/n-backtracking", test_n_backtracking);
  g_test_add_func ("/pretokenize/n-patterns", test_n_patterns);
  g_test_add_func ("/pretokenize/n-structure", test_n_structure);
  return g_test_run ();
}
