/* test-picture_caches.c - caches that belong together are opened, others are refused; and the table of kinds
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "caption_features.h"
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
  ArraFeatureCacheForm form = { { dataset, "e1", "cls" }, n, WIDTH, NULL, 0, 0 };
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

/* Captions as text: "owl", "", "fox". */
static void
write_texts (const char *name)
{
  static const guint32 starts[N + 1] = { 0, 3, 3, 6 }, bytes[] = { 'o', 'w', 'l', 'f', 'o', 'x' };
  ArraTokenCacheForm form
      = { { "d1", "a1", ARRA_TOKEN_CACHE_TEXT }, N, 2, 4, 64, ARRA_TOKEN_CACHE_BYTES, starts, bytes, NULL, NULL };
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTokenCacheWriter) writer = arra_token_cache_writer_open (path, &form, &error);
  const guint32 codes[8] = { 0 };

  g_assert_no_error (error);
  for (guint i = 0; i < N; i++)
    g_assert_true (arra_token_cache_writer_put (writer, i, codes, &error));
  g_assert_true (arra_token_cache_writer_finish (writer, &error));
}

/* Number @k of item i is i * 100 + k, from @zero on 0. */
static void
write_grid (const char *name, const char *dataset, const char *what, guint rows, guint columns, guint zero)
{
  ArraFeatureCacheForm form = { { dataset, "e1", what }, N, 2, NULL, rows, columns };
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree float *numbers = g_new (float, 2 * rows * columns);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraFeatureCacheWriter) writer = arra_feature_cache_writer_open (path, &form, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < N; i++)
    {
      for (guint k = 0; k < 2 * rows * columns; k++)
        numbers[k] = k < zero ? (float) (i * 100 + k + 1) : 0;
      g_assert_true (arra_feature_cache_writer_put (writer, i, numbers, &error));
    }
  g_assert_true (arra_feature_cache_writer_finish (writer, &error));
}

static char *
hash_texts (void)
{
  g_autoptr (ArraCaptionHash) hash = arra_caption_hash_new ();

  arra_caption_hash_add (hash, "owl", 3, NULL);
  arra_caption_hash_add (hash, "", 0, NULL);
  arra_caption_hash_add (hash, "fox", 3, NULL);
  return arra_caption_hash_end (hash);
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

/* Captions as text, features of them, and of patches: those of codes lie between these. */
static void
test_grids (void)
{
  g_autofree char *hash = hash_texts ();
  g_autoptr (GError) error = NULL;
  ArraPictureItems items;
  float prompts[3 * 2], parts[2 * 4 * 2];
  guint n;

  write_texts ("t.tokens");
  write_grid ("p.patches", "d1", "patches", 2, 2, 8);
  write_grid ("c.captions", hash, ARRA_CAPTION_FEATURES, 3, 1, 3);
  open_caches ("{tokens: t.tokens, patches: p.patches, prompts: c.captions}", &items, &error);
  g_assert_no_error (error);
  g_assert_true (items.is_text);
  g_assert_cmpuint (items.prompt (items.owner, 2, &n)[0], ==, 'f');
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpuint (items.prompt_rows, ==, 3);
  g_assert_cmpuint (items.prompt_width, ==, 2);
  g_assert_cmpuint (items.prompt_features (items.owner, 1, prompts), ==, 2); /* the second of them half zero */
  g_assert_cmpfloat (prompts[2], ==, 103);
  g_assert_cmpuint (items.part_width, ==, 2);
  items.parts (items.owner, 0, parts); /* patches 1 3 / 5 7, and 2 4 / 6 8 */
  g_assert_cmpfloat (parts[0], ==, 1);
  g_assert_cmpfloat (parts[2], ==, 1.5f);
  g_assert_cmpfloat (parts[4], ==, 2.5f);
  g_assert_cmpfloat (parts[6], ==, 3);
  g_assert_cmpfloat (parts[8], ==, 5);
  g_assert_cmpfloat (parts[15], ==, 8);
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
  write_texts ("t.tokens");
  write_grid ("p.patches", "d1", "patches", 2, 2, 8);
  write_grid ("c.captions", "d1", ARRA_CAPTION_FEATURES, 3, 1, 3);
  refuse ("{tokens: t.tokens, features: p.patches}", "\"data.features\" must be features of whole pictures");
  refuse ("{tokens: a.tokens, patches: a.features}", "\"data.patches\" must be features of patches");
  refuse ("{tokens: a.tokens, prompts: c.captions}", "\"data.prompts\" needs the captions");
  refuse ("{tokens: t.tokens, prompts: c.captions}", "c.captions: was made of another data set");
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
  g_test_add_func ("/train/picture-caches/grids", test_grids);
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
