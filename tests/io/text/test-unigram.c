/* test-unigram.c - unigram.c and tokenizer_unigram.c: the best way through a word, what is unknown, vocabularies that
 * are none
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unigram.h"

#include <string.h>

#include "mem.h"
#include "tokenizer.h"

#define METASPACE "{\"type\":\"Metaspace\",\"replacement\":\"_\",\"prepend_scheme\":\"always\",\"split\":true}"
#define STRIP "{\"type\":\"Strip\"}"

static ArraTokenizer *
read_parts (const char *vocab, const char *options, const char *pre, const char *added, GError **error)
{
  g_autofree char *json
      = g_strdup_printf ("{\"added_tokens\":[%s],\"normalizer\":" STRIP
                         ",\"pre_tokenizer\":%s,\"decoder\":%s,\"model\":{\"type\":\"Unigram\",%s\"vocab\":%s}}",
                         added, pre, pre, options, vocab);

  return arra_tokenizer_new (json, strlen (json), "t.json", error);
}

/* (transfer full): the ids of @text */
static char *
encode (const ArraTokenizer *tokenizer, const char *text)
{
  g_autoptr (GString) got = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gsize n;
  g_automem guint32 *ids = arra_tokenizer_encode (tokenizer, text, -1, FALSE, &n, &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (got, "%s%u", i == 0 ? "" : " ", ids[i]);
  return g_strdup (got->str);
}

static void
expect (const char *vocab, const char *text, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTokenizer) tokenizer = read_parts (vocab, "\"unk_id\":0,", METASPACE, "", &error);
  g_autofree char *got = NULL;

  g_assert_no_error (error);
  got = encode (tokenizer, text);
  g_assert_cmpstr (got, ==, expected);
}

#define VOCAB(more) "[[\"<unk>\",0],[\"_\",-2],[\"a\",-2],[\"b\",-3],[\"ab\",-4.5],[\"_a\",-3.5]" more "]"

static void
test_best_way (void)
{
  expect (VOCAB (""), "ab", "1 4"); /* -6.5, as _a b: the way found first stays */
  expect (VOCAB (""), "a ab a", "5 1 4 5");
  expect (VOCAB (""), "_a", "5"); /* no second prefix */
  expect (VOCAB (",[\"_ab\",-6.4]"), "ab", "6");
  expect (VOCAB (",[\"_ab\",-6.6]"), "ab", "1 4");
  expect (VOCAB (",[\"\",5]"), "b", "1 3");
  expect (VOCAB (""), "", "");
  expect (VOCAB (""), "  ", "");
}

/* Unknown characters that are neighbours become one token, also with the unknown token's own text between them. */
static void
test_unknown (void)
{
  expect (VOCAB (""), "xyz", "1 0");
  expect (VOCAB (""),
          "x\xc3\xa4"
          "a\xf0\x9f\x98\x80",
          "1 0 2 0");
  expect (VOCAB (""), "x<unk>y", "1 0");
  expect (VOCAB (",[\"xy\",-90]"), "xy", "1 6"); /* too rare for a way of its own, but it is what the run says */
}

static void
test_split (void)
{
  g_autoptr (ArraTokenizer) whole
      = read_parts (VOCAB (",[\"a_a\",-1]"), "\"unk_id\":0,",
                    "{\"type\":\"Metaspace\",\"replacement\":\"_\",\"split\":false}", "", NULL);
  g_autoptr (ArraTokenizer) bare
      = read_parts (VOCAB (""), "\"unk_id\":0,",
                    "{\"type\":\"Metaspace\",\"replacement\":\"_\",\"add_prefix_space\":false}", "", NULL);
  g_autoptr (ArraTokenizer) first = read_parts (
      VOCAB (""), "\"unk_id\":0,",
      "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"WhitespaceSplit\"}," METASPACE "],\"replacement\":\"_\"}",
      "", NULL);
  g_autofree char *together = encode (whole, "a a"), *plain = encode (bare, "a a");

  g_assert_cmpstr (together, ==, "1 6");
  g_assert_cmpstr (plain, ==, "2 5");
  g_assert_null (first); /* its decoder is none */
}

static void
test_decode (void)
{
  g_autoptr (ArraTokenizer) tokenizer
      = read_parts (VOCAB (""), "\"unk_id\":0,", METASPACE, "{\"id\":0,\"content\":\"<unk>\",\"special\":true}", NULL);
  const guint32 ids[] = { 0, 5, 1, 4, 0, 5 };
  g_autofree char *shown = arra_tokenizer_decode (tokenizer, ids, G_N_ELEMENTS (ids), TRUE);
  g_autofree char *all = arra_tokenizer_decode (tokenizer, ids, G_N_ELEMENTS (ids), FALSE);

  g_assert_cmpstr (shown, ==, "a ab a");
  g_assert_cmpstr (all, ==, "<unk> a ab<unk> a");
}

static void
test_refused (void)
{
  static const struct
  {
    const char *vocab, *options, *pre, *added, *words;
  } cases[] = {
    { "[]", "\"unk_id\":0,", METASPACE, "", "no tokens" },
    { "{}", "\"unk_id\":0,", METASPACE, "", "vocab" },
    { "[[\"a\"]]", "\"unk_id\":0,", METASPACE, "", "token 0" },
    { "[[\"a\",0],[1,0]]", "\"unk_id\":0,", METASPACE, "", "token 1" },
    { "[[\"a\",0],[\"b\",\"c\"]]", "\"unk_id\":0,", METASPACE, "", "token 1" },
    { "[[\"a\",0],[\"a\",0]]", "\"unk_id\":0,", METASPACE, "", "two ids" },
    { VOCAB (""), "\"unk_id\":6,", METASPACE, "", "unk_id" },
    { VOCAB (""), "", METASPACE, "", "unk_id" },
    { VOCAB (""), "\"unk_id\":0,\"byte_fallback\":true,", METASPACE, "", "byte_fallback" },
    { VOCAB (""), "\"unk_id\":0,", "{\"type\":\"ByteLevel\"}", "", "Metaspace" },
    { VOCAB (""), "\"unk_id\":0,", "{\"type\":\"Metaspace\",\"replacement\":\"__\"}", "", "replacement" },
    { VOCAB (""), "\"unk_id\":0,", "{\"type\":\"Metaspace\",\"replacement\":\"_\",\"prepend_scheme\":\"first\"}", "",
      "prepend_scheme" },
    { VOCAB (""), "\"unk_id\":0,", METASPACE, "{\"id\":9,\"content\":\" x\",\"normalized\":true}", "normalizer" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraTokenizer) tokenizer
          = read_parts (cases[i].vocab, cases[i].options, cases[i].pre, cases[i].added, &error);

      g_assert_null (tokenizer);
      if (!g_str_has_prefix (error->message, "t.json") || strstr (error->message, cases[i].words) == NULL)
        g_error ("%s", error->message);
    }
}

/* Each failing allocation of reading and encoding is an error and nothing is lost. */
static void
test_no_memory (void)
{
  gboolean failed = TRUE;

  for (gint64 nth = 0; failed; nth++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraTokenizer) tokenizer = NULL;
      g_automem guint32 *ids = NULL;
      gsize n;

      arra_mem_fail_nth (nth);
      tokenizer = read_parts (VOCAB (""), "\"unk_id\":0,", METASPACE, "", &error);
      ids = tokenizer != NULL ? arra_tokenizer_encode (tokenizer, "ab x", -1, FALSE, &n, &error) : NULL;
      failed = arra_mem_failed ();
      arra_mem_fail_nth (-1);
      g_assert_true ((ids == NULL) == failed);
      if (failed)
        g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/unigram/best-way", test_best_way);
  g_test_add_func ("/unigram/unknown", test_unknown);
  g_test_add_func ("/unigram/split", test_split);
  g_test_add_func ("/unigram/decode", test_decode);
  g_test_add_func ("/unigram/refused", test_refused);
  g_test_add_func ("/unigram/no-memory", test_no_memory);
  return g_test_run ();
}
