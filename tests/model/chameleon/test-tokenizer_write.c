/* test-tokenizer_write.c - a trained tokenizer in Chameleon's form: it loads, frames pictures, and gives
 * every text back
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tokenizer_write.h"

#include <string.h>

#include "bpe_train.h"
#include "jsonguard.h"
#include "mem.h"
#include "scratch.h"
#include "tokenizer.h"
#include "vocabulary.h"

static const char *const captions[] = {
  "PA view chest x-ray image, moderate left pleural effusion, pacemaker.",
  "AP view chest x-ray image, mild cardiomegaly; endotracheal tube.",
  "weathered oak wood, fine grain, running from left to right",
  "a close view of cracked marble, blue-grey",
  "Gr\xC3\xBC\xC3\x9F \xE2\x80\x94 \xE6\x9C\xA8\xE3\x81\xAE\xE6\x9D\xBF 12345",
  "tabs\tand\nlines    and  spaces ",
  "\"quoted\\backslash\"",
  "",
};

static GArray *
train (guint n_merges)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraBpeTrainer) trainer = arra_bpe_trainer_new (&error);

  for (guint i = 0; i < G_N_ELEMENTS (captions); i++)
    for (guint k = 0; k < 2; k++)
      g_assert_true (arra_bpe_trainer_add (trainer, captions[i], strlen (captions[i]), &error));
  return arra_bpe_trainer_run (trainer, n_merges);
}

static ArraTokenizer *
write_and_open (guint n_codes, guint n_grids, guint n_merges)
{
  g_autofree char *folder = scratch_path ("tokenizer");
  g_autoptr (GArray) merges = train (n_merges);
  const ArraTokenizerForm form = { n_codes, n_grids, merges };
  g_autoptr (GError) error = NULL;
  ArraTokenizer *tokenizer;

  g_assert_cmpuint (merges->len, ==, n_merges);
  g_assert_true (arra_tokenizer_form_write (&form, folder, &error));
  g_assert_no_error (error);
  tokenizer = arra_tokenizer_open (folder, &error);
  g_assert_no_error (error);
  return tokenizer;
}

static void
test_round_trip (void)
{
  g_autoptr (ArraTokenizer) tokenizer = write_and_open (64, 8, 150);
  gsize n_all = 0, n_bytes = 0;

  g_assert_cmpuint (arra_tokenizer_size (tokenizer), ==, arra_tokenizer_form_fixed (64, 8) + 150);
  for (guint i = 0; i < G_N_ELEMENTS (captions); i++)
    {
      g_autoptr (GError) error = NULL;
      gsize n;
      g_automem guint32 *ids = arra_tokenizer_encode (tokenizer, captions[i], -1, FALSE, &n, &error);
      g_autofree char *text = arra_tokenizer_decode (tokenizer, ids, n, FALSE);

      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, captions[i]);
      n_all += n;
      n_bytes += strlen (captions[i]);
    }
  g_assert_cmpuint (2 * n_all, <, n_bytes); /* the merges are used */
}

static void
test_vocabulary (void)
{
  g_autoptr (ArraTokenizer) tokenizer = write_and_open (1024, 16, 20);
  g_autoptr (GError) error = NULL;
  ArraVocabulary vocabulary;
  guint32 id;

  g_assert_true (arra_vocabulary_init_tokenizer (&vocabulary, arra_tokenizer_size (tokenizer), tokenizer, "t", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (vocabulary.layout.n_codes, ==, 1024);
  g_assert_cmpuint (vocabulary.layout.id_of_code[0], ==, 4);
  g_assert_cmpuint (vocabulary.layout.id_of_code[1023], ==, 1027);
  g_assert_cmpuint (vocabulary.image_end, ==, 1028);
  g_assert_cmpuint (vocabulary.image_start, ==, 1029);
  g_assert_cmpuint (vocabulary.stop, ==, 1030);
  g_assert_cmpuint (vocabulary.layout.n_grids, ==, 16);
  g_assert_cmpuint (vocabulary.new_line, ==, 1032);
  g_assert_cmpuint (vocabulary.id_of_size[1], ==, 1033);
  g_assert_cmpuint (vocabulary.bos, ==, 0);
  g_assert_cmpuint (vocabulary.placeholder, ==, ARRA_NO_TOKEN);
  g_assert_true (arra_tokenizer_id (tokenizer, "<reserved08708>", &id) && id == 1031);
  g_assert_true (arra_tokenizer_id (tokenizer, "<pad>", &id) && id == 1);
  arra_vocabulary_clear (&vocabulary);
}

static void
write_small (void)
{
  arra_tokenizer_unref (write_and_open (64, 8, 10));
}

static void
assert_same_member (JsonObject *a, JsonObject *b, const char *name)
{
  g_autofree char *expected = json_to_string (json_object_get_member (a, name), FALSE);
  g_autofree char *written = json_to_string (json_object_get_member (b, name), FALSE);

  g_assert_cmpstr (written, ==, expected);
}

/* Everything but the tokens is what Chameleon's files say. */
static void
test_form (void)
{
  static const char *const same[]
      = { "version", "truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder" };
  static const char *const same_in_model[] = {
    "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback"
  };
  g_autofree char *golden = scratch_golden ("tokenizer/chameleon_bpe_small/tokenizer.json");
  g_autofree char *path = scratch_path ("tokenizer/tokenizer.json");
  g_autoptr (JsonParser) expected = NULL, written = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *a, *b;

  write_small ();
  expected = arra_json_parse_file (golden, &a, &error);
  written = arra_json_parse_file (path, &b, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    assert_same_member (a, b, same[i]);
  a = json_object_get_object_member (a, "model");
  b = json_object_get_object_member (b, "model");
  for (guint i = 0; i < G_N_ELEMENTS (same_in_model); i++)
    assert_same_member (a, b, same_in_model[i]);
  g_assert_cmpuint (json_object_get_size (a), ==, json_object_get_size (b));
}

static void
test_side_files (void)
{
  static const char *const names[] = { "tokenizer_config.json", "special_tokens_map.json" };

  write_small ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *golden_name = g_strconcat ("tokenizer/chameleon_bpe_small/", names[i], NULL);
      g_autofree char *golden = scratch_golden (golden_name), *name = g_strconcat ("tokenizer/", names[i], NULL);
      g_autofree char *path = scratch_path (name);
      g_autofree char *expected = NULL, *written = NULL;

      g_assert_true (g_file_get_contents (golden, &expected, NULL, NULL));
      g_assert_true (g_file_get_contents (path, &written, NULL, NULL));
      g_assert_cmpstr (g_strstrip (written), ==, g_strstrip (expected));
    }
}

/* Twice the same from the same texts. */
static void
test_same_bytes (void)
{
  g_autoptr (GArray) merges = train (60), again = train (60);
  const ArraTokenizerForm form = { 64, 8, merges }, other = { 64, 8, again };
  g_autofree char *a = arra_tokenizer_form_json (&form), *b = arra_tokenizer_form_json (&other);

  g_assert_cmpstr (a, ==, b);
}

static void
test_unwritable (void)
{
  g_autofree char *path = scratch_path ("file"), *below = scratch_path ("file/below");
  g_autoptr (GArray) merges = train (1);
  const ArraTokenizerForm form = { 4, 1, merges };
  g_autoptr (GError) error = NULL;

  scratch_write (path, "x", 1);
  g_assert_false (arra_tokenizer_form_write (&form, below, &error));
  scratch_assert_fault (&error, below, "cannot be made");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tokenizer-write/round-trip", test_round_trip);
  g_test_add_func ("/tokenizer-write/vocabulary", test_vocabulary);
  g_test_add_func ("/tokenizer-write/form", test_form);
  g_test_add_func ("/tokenizer-write/side-files", test_side_files);
  g_test_add_func ("/tokenizer-write/same-bytes", test_same_bytes);
  g_test_add_func ("/tokenizer-write/unwritable", test_unwritable);
  return scratch_run ();
}
