/* test-tokenizer.c - tokenizer*.c: added tokens, options, faults named, want of memory, long words
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokenizer.h"

#include <string.h>

#include "allocations.h"
#include "mem.h"

#define VOCAB "\"a\":0,\"b\":1,\"c\":2,\"ab\":3,\"Ġ\":4,\"Ġa\":5,\"abc\":6"
#define MERGES "\"a b\",[\"ab\",\"c\"],\"Ġ a\""
#define TEMPLATE                                                                                     \
  "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},"  \
  "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},{\"SpecialToken\":{\"id\":\"</s>\",\"type_id\":0}}]," \
  "\"special_tokens\":{\"<s>\":{\"id\":\"<s>\",\"ids\":[10],\"tokens\":[\"<s>\"]},\"</"              \
  "s>\":{\"ids\":[11,10]}}}"
#define SPECIALS "{\"id\":10,\"content\":\"<s>\",\"special\":true},{\"id\":11,\"content\":\"</s>\",\"special\":true}"
#define PRE "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":true}"
#define DECODER "{\"type\":\"ByteLevel\"}"

typedef struct
{
  const char *vocab, *merges, *added, *pre, *post, *decoder;
  const char *options; /* more members of the model */
  const char *outer;   /* more members of the file */
  const char *normalizer;
} Parts;

static const Parts whole = { VOCAB, MERGES, SPECIALS, PRE, TEMPLATE, DECODER, "", "", "null" };

static char *
write_json (const Parts *parts)
{
  return g_strdup_printf (
      "{\"version\":\"1.0\",%s\"added_tokens\":[%s],\"normalizer\":%s,\"pre_tokenizer\":%s,\"post_"
      "processor\":%s,"
      "\"decoder\":%s,\"model\":{\"type\":\"BPE\",\"dropout\":null,%s\"vocab\":{%s},\"merges\":[%s]}}",
      parts->outer, parts->added, parts->normalizer, parts->pre, parts->post, parts->decoder, parts->options,
      parts->vocab, parts->merges);
}

static ArraTokenizer *
read_parts (const Parts *parts, GError **error)
{
  g_autofree char *json = write_json (parts);

  return arra_tokenizer_new (json, strlen (json), "dir/t.json", error);
}

static void
expect_n (const Parts *parts, const char *text, gssize length, gboolean special, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTokenizer) tokenizer = read_parts (parts, &error);
  g_autoptr (GString) got = g_string_new (NULL);
  g_automem guint32 *ids = NULL;
  gsize n;

  g_assert_no_error (error);
  ids = arra_tokenizer_encode (tokenizer, text, length, special, &n, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (got, "%s%u", i == 0 ? "" : " ", ids[i]);
  g_assert_cmpstr (got->str, ==, expected);
}

static void
expect (const Parts *parts, const char *text, const char *expected)
{
  expect_n (parts, text, -1, FALSE, expected);
}

static void
test_y_plain (void)
{
  Parts parts = whole;

  expect (&whole, "abc ab a", "6 4 3 5");
  expect_n (&whole, "ab", -1, TRUE, "10 3 11 10");
  expect_n (&whole, "", -1, TRUE, "10 11 10");
  expect_n (&whole, "abc", 2, FALSE, "3");
  expect (&whole, "a<s>b</s>", "0 10 1 11");
  parts.post = "null";
  expect_n (&parts, "ab", -1, TRUE, "3");
}

/* Settings for batches of a training, and sequences of no step, change no prompt. */
static void
test_y_without_effect (void)
{
  static const char empty[] = "{\"type\":\"Sequence\",\"%s\":[{\"type\":\"Sequence\",\"%s\":[]}]}";
  g_autofree char *normalizer = g_strdup_printf (empty, "normalizers", "normalizers");
  g_autofree char *processor = g_strdup_printf (empty, "processors", "processors");
  g_autofree char *decoder = g_strdup_printf (empty, "decoders", "decoders");
  Parts parts = whole;

  parts.outer = "\"truncation\":{\"direction\":\"Right\",\"max_length\":1,\"strategy\":\"LongestFirst\",\"stride\":0}"
                ","
                "\"padding\":{\"strategy\":{\"Fixed\":9},\"direction\":\"Left\",\"pad_id\":1,\"pad_token\":\"x\"},";
  parts.normalizer = normalizer;
  parts.pre = "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Sequence\",\"pretokenizers\":[]}," PRE "]}";
  parts.decoder = decoder;
  expect_n (&parts, "abc ab a", -1, TRUE, "10 6 4 3 5 11 10");
  parts.post = processor;
  expect_n (&parts, "ab", -1, TRUE, "3");
  parts.post = "{\"type\":\"Sequence\",\"processors\":[{\"type\":\"ByteLevel\",\"trim_offsets\":false}," TEMPLATE "]}";
  parts.decoder = "null";
  expect_n (&parts, "ab", -1, TRUE, "10 3 11 10");
}

static void
test_y_unknown_bytes (void)
{
  Parts parts = whole;

  expect (&parts, "axyb", "3");
  parts.options = "\"unk_token\":\"c\",";
  expect (&parts, "axyb", "0 2 2 1");
  expect (&parts, "abx", "6");
  parts.options = "\"unk_token\":\"c\",\"fuse_unk\":true,";
  expect (&parts, "axyb", "0 2 1");
}

static void
test_y_ignore_merges (void)
{
  Parts parts = whole;

  parts.merges = "\"b c\"";
  parts.vocab = VOCAB ",\"bc\":7";
  expect (&parts, "abc", "0 7");
  parts.options = "\"ignore_merges\":true,";
  expect (&parts, "abc", "6");
  expect (&parts, "abcc", "0 7 2");
}

#define ADDED(id, text, flags) "{\"id\":" id ",\"content\":\"" text "\"" flags "}"

static void
test_y_added_longest (void)
{
  Parts parts = whole;

  parts.added = SPECIALS "," ADDED ("12", "<x>", "") "," ADDED ("13", "<x>>", "") "," ADDED (
      "14", "<x>>>>", "") "," ADDED ("15", "bc", "");
  expect (&parts, "a<x>>>a", "0 13 0");
  expect (&parts, "<x>>>>", "14");
  expect (&parts, "<x<x>", "12");
  expect (&parts, "abc", "0 15");
  parts.added
      = SPECIALS "," ADDED ("6", "abc", ",\"normalized\":true") "," ADDED ("13", "bcc", ",\"normalized\":false");
  expect (&parts, "abcc abc", "0 13 4 6");
}

static void
test_y_added_flags (void)
{
  Parts parts = whole;

  parts.added = SPECIALS "," ADDED ("12", "<l>", ",\"lstrip\":true") "," ADDED (
      "13", "<r>", ",\"rstrip\":true") "," ADDED ("14", "cc", ",\"single_word\":true");
  expect (&parts, "a  <l> a", "0 12 5");
  expect (&parts, "a <r>\xe3\x80\x80 \ta", "0 4 13 0");
  expect (&parts, " <r> <l>a", "4 13 12 0");
  expect (&parts, "cc", "14");
  expect (&parts, "acc", "0 2 2");
  expect (&parts, "cca", "2 2 0");
  expect (&parts, "a cc.cc", "0 4 14 14");
  expect (&parts, "cc\xc3\xa4", "2 2");
}

static void
test_y_decode (void)
{
  static const guint32 ids[] = { 10, 5, 99, 20, 21, 0 };
  Parts parts = whole;
  g_autoptr (ArraTokenizer) tokenizer = NULL;
  g_autofree char *text = NULL, *skipped = NULL, *nothing = NULL;

  parts.added = SPECIALS "," ADDED ("20", "日本", "") "," ADDED ("21", "Ã", "");
  tokenizer = read_parts (&parts, NULL);
  text = arra_tokenizer_decode (tokenizer, ids, G_N_ELEMENTS (ids), FALSE);
  g_assert_cmpstr (text, ==,
                   "<s> a日本\xef\xbf\xbd"
                   "a");
  skipped = arra_tokenizer_decode (tokenizer, ids, G_N_ELEMENTS (ids), TRUE);
  g_assert_cmpstr (skipped, ==,
                   " a日本\xef\xbf\xbd"
                   "a");
  nothing = arra_tokenizer_decode (tokenizer, NULL, 0, FALSE);
  g_assert_cmpstr (nothing, ==, "");
}

static void
test_y_look_up (void)
{
  g_autofree char *json = write_json (&whole);
  g_autoptr (ArraTokenizer) tokenizer = arra_tokenizer_new (json, strlen (json), "t", NULL);
  ArraTokenizer *again = arra_tokenizer_ref (tokenizer);
  const char *kept;
  guint32 id = 99;
  gsize size;

  arra_tokenizer_unref (again);
  g_assert_cmpuint (arra_tokenizer_size (tokenizer), ==, 12);
  g_assert_cmpstr (arra_tokenizer_token (tokenizer, 5), ==, "Ġa");
  g_assert_null (arra_tokenizer_token (tokenizer, 8));
  g_assert_null (arra_tokenizer_token (tokenizer, G_MAXUINT32));
  g_assert_true (arra_tokenizer_id (tokenizer, "</s>", &id) && id == 11);
  g_assert_false (arra_tokenizer_id (tokenizer, "nothing", &id));
  kept = arra_tokenizer_json (tokenizer, &size);
  g_assert_cmpmem (kept, size, json, strlen (json));
}

static void
refuse (const Parts *parts, ArraError code, const char *fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTokenizer) tokenizer = read_parts (parts, &error);

  g_assert_null (tokenizer);
  g_assert_error (error, ARRA_ERROR, (gint) code);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (error->message, "dir/t.json"));
  g_assert_nonnull (strstr (error->message, fault));
}

#define REFUSE(member, value, code, fault)     \
  G_STMT_START                                 \
  {                                            \
    Parts parts = whole;                       \
    parts.member = value;                      \
    refuse (&parts, ARRA_ERROR_##code, fault); \
  }                                            \
  G_STMT_END

static void
test_n_vocabulary (void)
{
  REFUSE (vocab, "\"a\":0,\"b\":0", INVALID_DATA, "id 0 belongs to two tokens");
  REFUSE (vocab, "\"a\":-1", INVALID_DATA, "\"a\"");
  REFUSE (vocab, "\"a\":16777216", INVALID_DATA, "\"a\"");
  REFUSE (vocab, "\"a\":1.5", INVALID_DATA, "\"a\"");
  REFUSE (vocab, "\"a\":\"1\"", INVALID_DATA, "\"a\"");
  REFUSE (vocab, "\"a\":[]", INVALID_DATA, "\"a\"");
  REFUSE (vocab, "\"a\":0,\"a\":1", INVALID_DATA, "a");
  REFUSE (vocab, "", INVALID_DATA, "merge 0");
}

static void
test_n_merges (void)
{
  REFUSE (merges, "\"a x\"", INVALID_DATA, "merge 0: \"x\" is not in the vocabulary");
  REFUSE (merges, "\"a b\",\"x b\"", INVALID_DATA, "merge 1: \"x\"");
  REFUSE (merges, "\"b a\"", INVALID_DATA, "merge 0: \"ba\"");
  REFUSE (merges, "\"ab\"", INVALID_DATA, "merge 0");
  REFUSE (merges, "\"a b c\"", INVALID_DATA, "merge 0");
  REFUSE (merges, "3", INVALID_DATA, "merge 0");
  REFUSE (merges, "[\"a\"]", INVALID_DATA, "merge 0");
  REFUSE (merges, "[\"a\",1]", INVALID_DATA, "merge 0");
  REFUSE (merges, "[\"a\",[]]", INVALID_DATA, "merge 0");
  REFUSE (merges, "null", INVALID_DATA, "merge 0");
}

static void
test_n_added (void)
{
  g_autofree char *text = g_strnfill (1025, 'x'), *longest = g_strdup_printf (ADDED ("12", "%s", ""), text);

  REFUSE (added, ADDED ("1", "x", ""), INVALID_DATA, "id 1 belongs to two tokens");
  REFUSE (added, ADDED ("9", "a", ""), INVALID_DATA, "two ids");
  REFUSE (added, SPECIALS "," ADDED ("10", "<s>", ""), INVALID_DATA, "twice");
  REFUSE (added, ADDED ("9", "", ""), INVALID_DATA, "empty");
  REFUSE (added, longest, INVALID_DATA, "longer");
  REFUSE (added, "{\"id\":3}", NOT_FOUND, "content");
  REFUSE (added, "{\"content\":\"x\"}", NOT_FOUND, "id");
  REFUSE (added, ADDED ("-1", "x", ""), INVALID_DATA, "id");
  REFUSE (added, ADDED ("9", "x", ",\"special\":1"), INVALID_DATA, "special");
  REFUSE (added, "7", INVALID_DATA, "added token 0");
}

static void
test_n_template (void)
{
  REFUSE (post, "{\"type\":\"BertProcessing\"}", UNSUPPORTED, "BertProcessing");
  REFUSE (post, "[]", INVALID_DATA, "post_processor");
  REFUSE (post, "{\"type\":\"TemplateProcessing\"}", NOT_FOUND, "single");
  REFUSE (post, "{\"type\":\"TemplateProcessing\",\"single\":[],\"special_tokens\":{}}", UNSUPPORTED, "once");
  REFUSE (post, "{\"type\":\"TemplateProcessing\",\"single\":[3],\"special_tokens\":{}}", UNSUPPORTED, "once");
  REFUSE (post, "{\"type\":\"TemplateProcessing\",\"single\":[{\"Sequence\":{\"id\":\"B\"}}],\"special_tokens\":{}}",
          UNSUPPORTED, "once");
  REFUSE (post,
          "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\"}}],\"special_"
          "tokens\":{}}",
          NOT_FOUND, "<s>");
  REFUSE (post,
          "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"x\"}}],\"special_"
          "tokens\":{\"x\":{\"ids\":[77]}}}",
          INVALID_DATA, "vocabulary");
  REFUSE (post,
          "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"x\"}}],\"special_"
          "tokens\":{\"x\":{\"ids\":[{}]}}}",
          INVALID_DATA, "vocabulary");
}

static void
test_n_other (void)
{
  REFUSE (decoder, "7", INVALID_DATA, "decoder");
  REFUSE (decoder, "{\"type\":\"Sequence\"}", NOT_FOUND, "decoders");
  REFUSE (decoder, "{\"type\":\"Sequence\",\"decoders\":[3]}", INVALID_DATA, "decoder 0");
  REFUSE (decoder, "{\"type\":\"Metaspace\"}", NOT_FOUND, "replacement");
  REFUSE (decoder, "{\"type\":\"WordPiece\"}", UNSUPPORTED, "WordPiece");
  REFUSE (normalizer, "{\"type\":\"NFC\"}", UNSUPPORTED, "NFC");
  REFUSE (normalizer, "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"}]}", UNSUPPORTED, "normalizer 0");
  REFUSE (pre, "null", NOT_FOUND, "pre_tokenizer");
  REFUSE (pre, "{\"type\":\"Whitespace\"}", UNSUPPORTED, "Whitespace");
  REFUSE (options, "\"byte_fallback\":true,", UNSUPPORTED, "byte_fallback");
  REFUSE (options, "\"unk_token\":\"?\",", INVALID_DATA, "unk_token");
  REFUSE (options, "\"end_of_word_suffix\":\"</w>\",", UNSUPPORTED, "end_of_word_suffix");
  REFUSE (options, "\"continuing_subword_prefix\":3,", INVALID_DATA, "continuing_subword_prefix");
  REFUSE (pre, "{\"type\":\"Sequence\",\"pretokenizers\":[]}", UNSUPPORTED, "ByteLevel");
  REFUSE (post, "{\"type\":\"Sequence\",\"processors\":[" TEMPLATE "," TEMPLATE "]}", UNSUPPORTED, "second");
}

static void
test_n_model (void)
{
  static const char *const texts[] = {
    "{}",
    "{\"model\":3}",
    "{\"model\":{}}",
    "{\"model\":{\"type\":\"WordPiece\"}}",
    "{\"model\":{\"type\":\"BPE\"}}",
    "{\"model\":{\"type\":\"BPE\",\"vocab\":[]}}",
    "{\"model\":{\"type\":\"BPE\",\"vocab\":{}}}",
    "{\"model\":{\"type\":\"BPE\",\"vocab\":{},\"merges\":{}}}",
    "{\"model\":{\"type\":\"BPE\",\"vocab\":{},\"merges\":[],\"dropout\":0.1}}",
    "{\"added_tokens\":{},\"model\":{\"type\":\"BPE\",\"vocab\":{},\"merges\":[]}}",
    "[]",
    "",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (arra_tokenizer_new (texts[i], strlen (texts[i]), "dir/t.json", &error));
      g_assert_nonnull (error);
      g_assert_true (g_str_has_prefix (error->message, "dir/t.json"));
    }
}

static void
test_n_truncated (void)
{
  g_autofree char *json = write_json (&whole);

  for (gsize size = 0; size < strlen (json); size++)
    {
      g_autofree char *cut = g_strndup (json, size);
      g_autoptr (GError) error = NULL;

      g_assert_null (arra_tokenizer_new (cut, size, "dir/t.json", &error));
      g_assert_true (g_str_has_prefix (error->message, "dir/t.json"));
    }
}

static void
test_n_text (void)
{
  g_autoptr (ArraTokenizer) tokenizer = read_parts (&whole, NULL);
  g_autofree char *longer = g_strnfill ((1u << 20) + 1, 'a');
  const char *const texts[] = { "ab\xff"
                                "c",
                                "a\xc3", longer };
  const char *const faults[] = { "offset 2", "offset 1", "too long" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      gsize n = 99;

      g_assert_null (arra_tokenizer_encode (tokenizer, texts[i], -1, FALSE, &n, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
      g_assert_nonnull (strstr (error->message, faults[i]));
      g_assert_cmpuint (n, ==, 0);
    }
}

/* One word of a mebibyte, and as many words of one byte. */
static void
test_long_texts (void)
{
  g_autoptr (ArraTokenizer) tokenizer = read_parts (&whole, NULL);
  g_autofree char *word = g_strnfill (1u << 20, 'a'), *dots = g_strnfill (1u << 20, '<');
  gsize n;
  g_automem guint32 *ids = arra_tokenizer_encode (tokenizer, word, -1, FALSE, &n, NULL), *none = NULL;

  g_assert_cmpuint (n, ==, 1u << 20);
  g_assert_cmpuint (ids[n - 1], ==, 0);
  none = arra_tokenizer_encode (tokenizer, dots, -1, FALSE, &n, NULL);
  g_assert_nonnull (none);
  g_assert_cmpuint (n, ==, 0);
}

/* Each allocation fails in turn: an error, nothing kept. */
static gboolean
read_and_encode (gpointer data, GError **error)
{
  g_autoptr (ArraTokenizer) tokenizer = read_parts (data, error);
  guint32 *ids;
  gsize n;

  if (tokenizer == NULL)
    return FALSE;
  ids = arra_tokenizer_encode (tokenizer, "abc<s>abcc", -1, TRUE, &n, error);
  arra_mem_free (ids);
  return ids != NULL;
}

static void
test_no_memory (void)
{
  Parts parts = whole;

  parts.options = "\"ignore_merges\":true,";
  parts.pre = "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"b\"},"
              "\"behavior\":\"Isolated\"},"
              "{\"type\":\"ByteLevel\",\"add_prefix_space\":true}]}";
  allocations_check (read_and_encode, &parts);
}

static void
test_sha256 (void)
{
  g_autofree char *json = write_json (&whole);
  g_autofree char *expected = g_compute_checksum_for_string (G_CHECKSUM_SHA256, json, -1);
  g_autoptr (ArraTokenizer) tokenizer = read_parts (&whole, NULL);
  g_autofree char *hash = arra_tokenizer_sha256 (tokenizer);

  g_assert_cmpstr (hash, ==, expected);
}

/* ---------------------------------------------------- tokenizer_config.json */

/* (transfer full): ids of "ab" with special tokens once @config is heeded, or NULL with @error */
static char *
configured (const char *config, GError **error)
{
  g_autoptr (ArraTokenizer) tokenizer = read_parts (&whole, NULL);
  g_autoptr (GString) got = g_string_new (NULL);
  g_automem guint32 *ids = NULL;
  gsize n;

  if (!arra_tokenizer_configure (tokenizer, config, strlen (config), "config.json", error))
    return NULL;
  ids = arra_tokenizer_encode (tokenizer, "ab", -1, TRUE, &n, error);
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (got, "%s%u", i == 0 ? "" : " ", ids[i]);
  return g_strdup (got->str);
}

static void
expect_configured (const char *config, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *got = configured (config, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (got, ==, expected);
}

#define LLAMA "\"tokenizer_class\":\"LlamaTokenizerFast\","
#define SPECIAL_TEXTS "\"bos_token\":{\"content\":\"</s>\"},\"eos_token\":\"<s>\""

static void
test_y_config (void)
{
  g_autofree char *template = NULL;
  g_autofree char *standard = configured ("{}", NULL);

  expect_configured ("{" LLAMA SPECIAL_TEXTS "}", "11 3");
  expect_configured ("{" LLAMA "\"add_bos_token\":false," SPECIAL_TEXTS "}", "3");
  expect_configured ("{" LLAMA "\"add_bos_token\":false}", "3");
  expect_configured ("{" LLAMA "\"add_eos_token\":true," SPECIAL_TEXTS "}", "11 3 10");
  expect_configured ("{\"tokenizer_class\":\"T5TokenizerFast\",\"add_bos_token\":true," SPECIAL_TEXTS "}", standard);
  expect_configured ("{\"tokenizer_class\":null,\"add_bos_token\":true}", standard);
  expect_configured ("{\"model_max_length\":1000000000000000019884624838656,\"x\":\"\\\"1234567890123456789012\"}",
                     standard);
  template = configured ("{\"a\":[1234567890123456789,1.0000000000000000000001,10000000000000000000000e1]}", NULL);
  g_assert_cmpstr (template, ==, standard);
}

static void
test_n_config (void)
{
  static const struct
  {
    const char *config, *words;
  } cases[] = {
    { "[]", "config.json" },
    { "{" LLAMA "\"x\":0}", "bos_token" },
    { "{" LLAMA "\"bos_token\":\"nowhere\"}", "\"bos_token\" is not in the vocabulary" },
    { "{" LLAMA "\"bos_token\":null}", "bos_token" },
    { "{" LLAMA "\"bos_token\":{}}", "content" },
    { "{\"tokenizer_class\":3}", "tokenizer_class" },
    { "{" LLAMA "\"add_bos_token\":\"yes\"}", "add_bos_token" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *got = configured (cases[i].config, &error);

      g_assert_null (got);
      g_assert_nonnull (error);
      if (!g_str_has_prefix (error->message, "config.json") || strstr (error->message, cases[i].words) == NULL)
        g_error ("%s", error->message);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tokenizer/y-plain", test_y_plain);
  g_test_add_func ("/tokenizer/y-without-effect", test_y_without_effect);
  g_test_add_func ("/tokenizer/y-unknown-bytes", test_y_unknown_bytes);
  g_test_add_func ("/tokenizer/y-ignore-merges", test_y_ignore_merges);
  g_test_add_func ("/tokenizer/y-added-longest", test_y_added_longest);
  g_test_add_func ("/tokenizer/y-added-flags", test_y_added_flags);
  g_test_add_func ("/tokenizer/y-decode", test_y_decode);
  g_test_add_func ("/tokenizer/y-look-up", test_y_look_up);
  g_test_add_func ("/tokenizer/n-vocabulary", test_n_vocabulary);
  g_test_add_func ("/tokenizer/n-merges", test_n_merges);
  g_test_add_func ("/tokenizer/n-added", test_n_added);
  g_test_add_func ("/tokenizer/n-template", test_n_template);
  g_test_add_func ("/tokenizer/n-other", test_n_other);
  g_test_add_func ("/tokenizer/n-model", test_n_model);
  g_test_add_func ("/tokenizer/n-truncated", test_n_truncated);
  g_test_add_func ("/tokenizer/n-text", test_n_text);
  g_test_add_func ("/tokenizer/long-texts", test_long_texts);
  g_test_add_func ("/tokenizer/no-memory", test_no_memory);
  g_test_add_func ("/tokenizer/sha256", test_sha256);
  g_test_add_func ("/tokenizer/y-config", test_y_config);
  g_test_add_func ("/tokenizer/n-config", test_n_config);
  return g_test_run ();
}
