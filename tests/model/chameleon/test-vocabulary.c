/* test-vocabulary.c - ids by name
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "mapping.h"
#include "mem.h"
#include "scratch.h"
#include "small_words.h"

static void
test_golden (void)
{
  const Words words = words_golden (9216);
  ArraVocabulary vocabulary;

  words_vocabulary (&words, &vocabulary);
  g_assert_cmpuint (vocabulary.bos, ==, 0);
  g_assert_cmpuint (vocabulary.image_start, ==, 8197);
  g_assert_cmpuint (vocabulary.image_end, ==, 8196);
  g_assert_cmpuint (vocabulary.stop, ==, 8710);
  g_assert_cmpuint (vocabulary.new_line, ==, 8803);
  g_assert_cmpuint (vocabulary.layout.n_codes, ==, 8192);
  g_assert_cmpuint (vocabulary.layout.id_of_code[0], ==, 4);
  g_assert_cmpuint (vocabulary.layout.id_of_code[8191], ==, 8195);
  g_assert_cmpint (vocabulary.layout.code_of_id[3], ==, -1);
  g_assert_cmpint (vocabulary.layout.code_of_id[4], ==, 0);
  g_assert_cmpint (vocabulary.layout.code_of_id[8195], ==, 8191);
  g_assert_cmpint (vocabulary.layout.code_of_id[8196], ==, -1);
  g_assert_cmpuint (vocabulary.layout.n_grids, ==, 64);
  g_assert_cmpuint (vocabulary.id_of_size[1], ==, 8805);
  g_assert_cmpuint (arra_vocabulary_grids (&vocabulary, 8805), ==, 1);
  g_assert_cmpuint (arra_vocabulary_grids (&vocabulary, 8804 + 64), ==, 64);
  g_assert_cmpuint (arra_vocabulary_grids (&vocabulary, 8804), ==, 0);
  g_assert_cmpuint (arra_vocabulary_grids (&vocabulary, ARRA_NO_TOKEN), ==, 0);
  g_assert_cmpuint (vocabulary.placeholder, ==, ARRA_NO_TOKEN);
  arra_vocabulary_clear (&vocabulary);
}

/* Ids need not follow the codes' order, and there may be any number of codes. */
static void
test_shuffled (void)
{
  Words words = words_small (2000, 1024, 3);
  ArraVocabulary vocabulary;

  words.shuffled = TRUE;
  words.moved = "<|image|>";
  words.moved_to = 1999;
  words_vocabulary (&words, &vocabulary);
  g_assert_cmpuint (vocabulary.layout.n_codes, ==, 1024);
  g_assert_cmpuint (vocabulary.layout.n_grids, ==, 3);
  for (guint32 code = 0; code < 1024; code++)
    {
      g_assert_cmpuint (vocabulary.layout.id_of_code[code], ==, 4 + 1023 - code);
      g_assert_cmpint (vocabulary.layout.code_of_id[4 + 1023 - code], ==, (gint) code);
    }
  g_assert_cmpuint (vocabulary.placeholder, ==, 1999);
  arra_vocabulary_clear (&vocabulary);
}

static void
assert_refused (Words *words, ArraError code, const char *part)
{
  const gsize held = arra_mem_held ();
  g_autoptr (GError) error = NULL;
  ArraVocabulary vocabulary;

  g_assert_false (
      arra_vocabulary_init (&vocabulary, words->n_tokens, words->n_tokens, words_lookup, words, "some file", &error));
  g_assert_error (error, ARRA_ERROR, (gint) code);
  g_assert_nonnull (strstr (error->message, "some file"));
  g_assert_nonnull (strstr (error->message, part));
  g_assert_cmpuint (arra_mem_held (), ==, held);
}

static void
test_missing (void)
{
  static const char *const needed[]
      = { "<s>", "<racm3:break>", "<eoss>", "<reserved08799>", "<reserved08706>", "IMGIMGAZ", "<reserved08801>" };

  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      Words words = words_small (200, 64, 4);

      words.missing = needed[i];
      assert_refused (&words, ARRA_ERROR_NOT_FOUND, needed[i]);
    }
}

static void
test_wrong_ids (void)
{
  Words words = words_small (200, 64, 4);

  words.moved = "<eoss>";
  words.moved_to = 200;
  assert_refused (&words, ARRA_ERROR_INVALID_DATA, "<eoss>");
  words.moved_to = 10; /* a code's */
  assert_refused (&words, ARRA_ERROR_INVALID_DATA, "10");
  words.moved_to = 0; /* <s>'s */
  assert_refused (&words, ARRA_ERROR_INVALID_DATA, "0");
  words.moved = "IMGIMGBZ";
  words.moved_to = 6; /* IMGIMGCZ's */
  assert_refused (&words, ARRA_ERROR_INVALID_DATA, "6");
  words.moved_to = 4000;
  assert_refused (&words, ARRA_ERROR_INVALID_DATA, "IMGIMGBZ");
}

/* Size tokens end where the model's ids end. */
static void
test_sizes_beyond (void)
{
  Words words = words_small (4 + 64 + 2 + 1 + 3, 64, 9);
  ArraVocabulary vocabulary;

  words_vocabulary (&words, &vocabulary);
  g_assert_cmpuint (vocabulary.layout.n_grids, ==, 2);
  arra_vocabulary_clear (&vocabulary);
}

static void
test_code_names (void)
{
  static const struct
  {
    const char *name;
    guint32 code;
  } good[] = { { "IMGIMGAZ", 0 },   { "IMGIMGBZ", 1 },       { "IMGIMGJZ", 9 },
               { "IMGIMGBAZ", 10 }, { "IMGIMGBCDEZ", 1234 }, { "IMGIMGIBJBZ", 8191 } };
  static const char *const bad[] = { "",          "IMGIMG",    "IMGIMGZ",   "IMGIMGA",  "IMGIMGKZ",
                                     "IMGIMGAAZ", "IMGIMGAZZ", "IMGIMGAZ ", "imgimgAZ", "IMGIMGJJJJJJJJJJJJJJZ" };
  guint32 code;

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_assert_true (arra_image_code_parse (good[i].name, &code));
      g_assert_cmpuint (code, ==, good[i].code);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (arra_image_code_parse (bad[i], &code));
}

/* The names of a tokenizer are enough. */
static void
test_tokenizer (void)
{
  g_autofree char *path = scratch_golden ("tokenizer/chameleon_bpe_small/tokenizer.json");
  gsize size;
  g_autoptr (GError) error = NULL;
  g_automem char *json = arra_read_file (path, 64 << 20, &size, &error);
  g_autoptr (ArraTokenizer) tokenizer = arra_tokenizer_new (json, size, path, &error);
  ArraVocabulary vocabulary;

  g_assert_no_error (error);
  g_assert_true (
      arra_vocabulary_init_tokenizer (&vocabulary, arra_tokenizer_size (tokenizer) + 1, tokenizer, path, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (vocabulary.layout.n_codes, ==, 64);
  g_assert_cmpuint (vocabulary.placeholder, ==, arra_tokenizer_size (tokenizer));
  arra_vocabulary_clear (&vocabulary);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vocabulary/golden", test_golden);
  g_test_add_func ("/vocabulary/shuffled", test_shuffled);
  g_test_add_func ("/vocabulary/missing", test_missing);
  g_test_add_func ("/vocabulary/wrong-ids", test_wrong_ids);
  g_test_add_func ("/vocabulary/sizes-beyond", test_sizes_beyond);
  g_test_add_func ("/vocabulary/code-names", test_code_names);
  g_test_add_func ("/vocabulary/tokenizer", test_tokenizer);
  return g_test_run ();
}
