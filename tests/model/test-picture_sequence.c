/* test-picture_sequence.c - tokens and labels of a captioned picture are the reference's
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "jsonguard.h"
#include "picture_sequence.h"
#include "small_words.h"

#define MOST 2048

/* A picture taken out of a sequence. */
typedef struct
{
  guint32 prompt[MOST], codes[MOST];
  guint n_prompt;
} Picture;

static const guint32 *
prompt_of (gpointer owner, guint item, guint *n)
{
  const Picture *picture = owner;

  *n = picture->n_prompt;
  return picture->prompt;
}

static void
codes_of (gpointer owner, guint item, guint32 *codes)
{
  const Picture *picture = owner;

  memcpy (codes, picture->codes, 32 * 32 * sizeof *codes);
}

static guint
read_list (JsonObject *object, const char *key, gint64 *out)
{
  g_autoptr (GError) error = NULL;
  JsonArray *list = arra_json_get_array (object, "case.json", key, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (list), <=, MOST);
  for (guint i = 0; i < json_array_get_length (list); i++)
    out[i] = json_array_get_int_element (list, i);
  return json_array_get_length (list);
}

/* What lies between <s> and the first stop, and all image tokens after it. */
static void
take_apart (const gint64 *tokens, guint n, const ArraVocabulary *vocabulary, Picture *picture)
{
  guint at = 1, n_codes = 0;

  for (; tokens[at] != vocabulary->stop; at++)
    picture->prompt[picture->n_prompt++] = (guint32) tokens[at];
  for (; at < n; at++)
    if (vocabulary->layout.code_of_id[tokens[at]] >= 0)
      picture->codes[n_codes++] = (guint32) vocabulary->layout.code_of_id[tokens[at]];
  g_assert_cmpuint (n_codes, ==, 32 * 32);
}

static void
test_golden (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden/e2e/case.json", NULL);
  g_autoptr (GError) error = NULL;
  JsonObject *object, *item;
  g_autoptr (JsonParser) parser = arra_json_parse_file (path, &object, &error);
  gint64 tokens[MOST], labels[MOST];
  guint32 ids[MOST];
  gint32 learnt[MOST];
  Words words = words_golden (9248);
  ArraVocabulary vocabulary;
  Picture picture = { .n_prompt = 0 };
  ArraPictureItems items
      = { .n = 1, .rows = 32, .columns = 32, .prompt = prompt_of, .codes = codes_of, .owner = &picture };
  guint n;

  g_assert_no_error (error);
  g_assert_nonnull (parser);
  words_vocabulary (&words, &vocabulary);
  item = arra_json_get_object (object, "case.json", "training_item", &error);
  g_assert_no_error (error);
  n = read_list (item, "tokens", tokens);
  g_assert_cmpuint (read_list (item, "labels", labels), ==, n);
  take_apart (tokens, n, &vocabulary, &picture);
  g_assert_true (arra_picture_items_check (&items, &vocabulary.layout, "golden", &error));
  g_assert_cmpuint (arra_picture_sequence_length (&items, 0, TRUE, &vocabulary.layout), ==, n);
  g_assert_cmpuint (arra_picture_sequence_longest (&items, &vocabulary.layout), ==, n);
  arra_picture_sequence_write (&items, 0, TRUE, &vocabulary.layout, ids, learnt);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (ids[i], ==, tokens[i]);
      g_assert_cmpint (learnt[i], ==, labels[i]);
    }
  arra_vocabulary_clear (&vocabulary);
}

/* What guidance sees without a prompt is the end of the same sequence. */
static void
test_unconditional (void)
{
  guint32 whole[MOST], part[MOST];
  gint32 labels[MOST], part_labels[MOST];
  Words words = words_golden (9248);
  ArraVocabulary vocabulary;
  Picture picture = { .prompt = { 9000, 9001 }, .codes = { 5, 6, 7, 8 }, .n_prompt = 2 };
  ArraPictureItems items
      = { .n = 1, .rows = 4, .columns = 2, .prompt = prompt_of, .codes = codes_of, .owner = &picture };

  words_vocabulary (&words, &vocabulary);
  g_assert_cmpuint (arra_picture_sequence_length (&items, 0, FALSE, &vocabulary.layout), ==, 17);
  arra_picture_sequence_write (&items, 0, TRUE, &vocabulary.layout, whole, labels);
  arra_picture_sequence_write (&items, 0, FALSE, &vocabulary.layout, part, part_labels);
  g_assert_cmpmem (part, 17 * sizeof *part, whole + 4, 17 * sizeof *part);
  g_assert_cmpmem (part_labels, 17 * sizeof *part, labels + 4, 17 * sizeof *part);
  g_assert_cmpuint (part[1], ==, vocabulary.id_of_size[2]); /* height first */
  g_assert_cmpuint (part[2], ==, vocabulary.id_of_size[1]);
  arra_vocabulary_clear (&vocabulary);
}

static void
test_n_sizes (void)
{
  Words words = words_small (300, 64, 8);
  ArraVocabulary vocabulary;
  Picture picture = { .n_prompt = 0 };
  const guint sides[][2] = { { 0, 4 }, { 3, 4 }, { 4, 18 } };

  words_vocabulary (&words, &vocabulary);
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      ArraPictureItems items = {
        .n = 1, .rows = sides[i][0], .columns = sides[i][1], .prompt = prompt_of, .codes = codes_of, .owner = &picture
      };
      g_autoptr (GError) error = NULL;

      g_assert_false (arra_picture_items_check (&items, &vocabulary.layout, "x.tokens", &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (error->message, "x.tokens"));
    }
  arra_vocabulary_clear (&vocabulary);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture_sequence/golden", test_golden);
  g_test_add_func ("/picture_sequence/unconditional", test_unconditional);
  g_test_add_func ("/picture_sequence/n-sizes", test_n_sizes);
  return g_test_run ();
}
