/* test-picture_caches.c - caches that belong together are opened, others are refused; and the table of kinds
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "feature_cache.h"
#include "fixture.h"
#include "kinds.h"
#include "picture_caches.h"
#include "token_cache.h"
#include "small_words.h"

#define N 3
#define WIDTH 5

static char *folder;
static ArraTokenizer *tokenizer;

static void
write_tokens (const char *name, const char *tokenizer_hash)
{
  static const guint32 starts[N + 1] = { 0, 1, 1, 3 }, ids[] = { 300, 301, 302 };
  ArraTokenCacheForm form
      = { { "d1", "a1", tokenizer_hash }, N, 2, 4, 64, arra_tokenizer_size (tokenizer), starts, ids, NULL, NULL };
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTokenCacheWriter) writer = arra_token_cache_writer_open (path, &form, &error);

  g_assert_no_error (error);
  for (guint32 i = 0; i < N; i++)
    {
      guint32 codes[8] = { i, i + 1, 2, 3, 4, 5, 6, 63 };

      g_assert_true (arra_token_cache_writer_put (writer, i, codes, &error));
    }
  g_assert_true (arra_token_cache_writer_finish (writer, &error));
}

static void
write_features (const char *name, const char *dataset, guint n)
{
  ArraFeatureCacheForm form = { { dataset, "e1", "cls" }, n, WIDTH, NULL };
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraFeatureCacheWriter) writer = arra_feature_cache_writer_open (path, &form, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    {
      float feature[WIDTH] = { (float) i, 1, 2, 3, 4 };

      g_assert_true (arra_feature_cache_writer_put (writer, i, feature, &error));
    }
  g_assert_true (arra_feature_cache_writer_finish (writer, &error));
}

static gboolean
open_caches (const char *data, ArraPictureItems *items, GError **error)
{
  g_autofree char *name = g_build_filename (folder, "x.yaml", NULL);
  g_autofree char *text = g_strdup_printf ("kind: transformer\ndata: %s\n", data);
  g_autoptr (ArraYaml) config = arra_yaml_parse (text, strlen (text), name, error);

  g_assert_no_error (*error);
  *items = (ArraPictureItems) { 0 };
  return arra_picture_caches_open (config, tokenizer, items, error);
}

static void
test_y_open (void)
{
  g_autoptr (GError) error = NULL;
  ArraPictureItems items;
  guint32 codes[8];
  float features[WIDTH];
  guint n;

  open_caches ("{tokens: a.tokens, features: a.features}", &items, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (items.n, ==, N);
  g_assert_cmpuint (items.rows, ==, 2);
  g_assert_cmpuint (items.columns, ==, 4);
  g_assert_cmpuint (items.feature_width, ==, WIDTH);
  g_assert_cmpuint (items.prompt (items.owner, 2, &n)[1], ==, 302);
  g_assert_cmpuint (n, ==, 2);
  items.codes (items.owner, 1, codes);
  g_assert_cmpuint (codes[0], ==, 1);
  g_assert_cmpuint (codes[7], ==, 63);
  items.features (items.owner, 2, features);
  g_assert_cmpfloat (features[0], ==, 2);
  arra_picture_items_clear (&items);
  open_caches ("{tokens: a.tokens}", &items, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (items.feature_width, ==, 0);
  arra_picture_items_clear (&items);
}

/* Prompts are kept, codes stay within the vocabulary, and the change is seen. */
static void
test_changed (void)
{
  g_autofree char *path = g_build_filename (folder, "changed.tokens", NULL), *bytes = NULL;
  g_autofree char *hash = arra_tokenizer_sha256 (tokenizer);
  g_autoptr (GError) error = NULL;
  Words words = words_small (400, 64, 8);
  ArraVocabulary vocabulary;
  ArraPictureItems items;
  GStatBuf before;
  struct timespec times[2];
  guint32 ids[64];
  gint32 labels[64];
  gsize size;
  guint n;

  words_vocabulary (&words, &vocabulary);
  write_tokens ("changed.tokens", hash);
  open_caches ("{tokens: changed.tokens}", &items, &error);
  g_assert_no_error (error);
  g_assert_true (arra_picture_items_same (&items, 2, &error));
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  memset (bytes, 0xff, size);
  g_assert_true (g_file_set_contents_full (path, bytes, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_cmpuint (items.prompt (items.owner, 2, &n)[1], ==, 302);
  g_assert_cmpuint (n, ==, 2);
  arra_picture_sequence_write (&items, 2, TRUE, &vocabulary.layout, ids, labels);
  g_assert_false (arra_picture_items_same (&items, 2, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, "changed.tokens: was"));
  g_clear_error (&error);
  arra_picture_items_clear (&items);

  /* A change that leaves no trace but itself */
  g_assert_cmpint (g_unlink (path), ==, 0);
  write_tokens ("changed.tokens", hash);
  open_caches ("{tokens: changed.tokens}", &items, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &before), ==, 0);
  g_free (bytes);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  bytes[size - 1] ^= 1;
  g_assert_true (g_file_set_contents_full (path, bytes, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  times[0] = before.st_atim;
  times[1] = before.st_mtim;
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
  g_assert_true (arra_picture_items_same (&items, 1, &error));
  g_assert_false (arra_picture_items_same (&items, 2, &error));
  g_assert_nonnull (strstr (error->message, "changed.tokens: item 2 is damaged"));
  arra_picture_items_clear (&items);
  arra_vocabulary_clear (&vocabulary);
}

static void
refuse (const char *data, const char *word)
{
  g_autoptr (GError) error = NULL;
  ArraPictureItems items;

  g_assert_false (open_caches (data, &items, &error));
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_null (items.owner);
}

static void
test_n_open (void)
{
  refuse ("{features: a.features}", "data.tokens");
  refuse ("{tokens: none.tokens}", "none.tokens");
  refuse ("{tokens: a.features}", "a.features");
  refuse ("{tokens: other.tokens}", "tokenizer");
  refuse ("{tokens: a.tokens, features: other.features}", "other.features");
  refuse ("{tokens: a.tokens, features: few.features}", "has 2 pictures, and \"data.tokens\" 3");
}

static void
test_kinds (void)
{
  static const char *const texts[] = { "a: 1\n", "kind: cloud\n", "kind: transformer\n" };
  static const char *const words[] = { "\"kind\" is missing", "not one of", "model.tokenizer" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ArraYaml) config = arra_yaml_parse (texts[i], strlen (texts[i]), "x.yaml", &error);
      ArraTrainSetup setup = { .exec = { arra_kernels_get (ARRA_CPU_C), NULL } };
      ArraTrainee trainee;

      g_assert_no_error (error);
      g_assert_false (arra_trainee_make (config, &setup, &trainee, &error));
      g_assert_nonnull (strstr (error->message, words[i]));
      g_assert_null (trainee.klass);
      arra_trainee_clear (&trainee);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *path = NULL, *text = NULL, *hash = NULL;
  Fixture fixture;
  gsize size;
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_init (&fixture);
  folder = fixture_make (&fixture);
  path = g_build_filename (folder, "tokenizer.json", NULL);
  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  tokenizer = arra_tokenizer_new (text, size, path, NULL);
  hash = arra_tokenizer_sha256 (tokenizer);
  write_tokens ("a.tokens", hash);
  write_tokens ("other.tokens", "77");
  write_features ("a.features", "d1", N);
  write_features ("other.features", "d2", N);
  write_features ("few.features", "d1", N - 1);
  g_test_add_func ("/picture_caches/y-open", test_y_open);
  g_test_add_func ("/picture_caches/n-open", test_n_open);
  g_test_add_func ("/picture_caches/changed", test_changed);
  g_test_add_func ("/kinds/make", test_kinds);
  status = g_test_run ();
  arra_tokenizer_unref (tokenizer);
  fixture_remove (folder);
  g_free (folder);
  return status;
}
