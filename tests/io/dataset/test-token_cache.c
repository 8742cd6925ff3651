/* test-token_cache.c - codes and prompts come back as they were put; nothing out of range does
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "token_cache.h"

#include <glib/gstdio.h>
#include <string.h>

#include "scratch.h"

#define N 3

static const guint32 starts[N + 1] = { 0, 2, 2, 5 }, ids[5] = { 7, 0, 19, 3, 3 };

static ArraTokenCacheForm
make_form (guint n_codes)
{
  return (ArraTokenCacheForm) { .prints = { "da", "b0", "c0" },
                                .n_items = N,
                                .rows = 3,
                                .columns = 1,
                                .n_codes = n_codes,
                                .n_ids = 20,
                                .starts = starts,
                                .ids = ids };
}

static void
write_whole (const char *path, guint n_codes)
{
  const ArraTokenCacheForm form = make_form (n_codes);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTokenCacheWriter) writer = NULL;

  g_unlink (path);
  writer = arra_token_cache_writer_open (path, &form, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_token_cache_writer_left (writer), ==, N);
  for (guint32 i = 0; i < N; i++)
    {
      const guint32 codes[3] = { i, n_codes - 1, n_codes / 2 + i };

      g_assert_false (arra_token_cache_writer_has (writer, i));
      g_assert_true (arra_token_cache_writer_put (writer, i, codes, &error));
      g_assert_true (arra_token_cache_writer_has (writer, i));
    }
  g_assert_true (arra_token_cache_writer_finish (writer, &error));
  g_assert_no_error (error);
}

static void
assert_prompts (const ArraTokenCache *cache)
{
  for (guint i = 0; i < N; i++)
    {
      guint n;
      const guint32 *prompt = arra_token_cache_prompt (cache, i, &n);

      g_assert_cmpmem (prompt, n * sizeof (guint32), ids + starts[i], (starts[i + 1] - starts[i]) * sizeof (guint32));
    }
}

static void
test_round_trip (gconstpointer data)
{
  const guint n_codes = GPOINTER_TO_UINT (data);
  const ArraTokenCachePrints prints = { .vqgan = "b0" };
  g_autofree char *path = scratch_path ("tokens");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTokenCache) cache = NULL;

  write_whole (path, n_codes);
  cache = arra_token_cache_open (path, &prints, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_token_cache_items (cache), ==, N);
  g_assert_cmpuint (arra_token_cache_rows (cache), ==, 3);
  g_assert_cmpuint (arra_token_cache_columns (cache), ==, 1);
  g_assert_cmpuint (arra_token_cache_n_codes (cache), ==, n_codes);
  g_assert_cmpuint (arra_token_cache_n_ids (cache), ==, 20);
  g_assert_cmpstr (arra_token_cache_dataset (cache), ==, "da");
  g_assert_cmpstr (arra_token_cache_vqgan (cache), ==, "b0");
  for (guint32 i = 0; i < N; i++)
    {
      const guint32 expected[3] = { i, n_codes - 1, n_codes / 2 + i };
      guint32 codes[3];

      arra_token_cache_codes (cache, i, codes);
      g_assert_cmpmem (codes, sizeof codes, expected, sizeof expected);
    }
  assert_prompts (cache);
}

static void
assert_refused (const char *path, const ArraTokenCachePrints *prints, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (arra_token_cache_open (path, prints, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  scratch_assert_fault (&error, path, word);
}

static void
assert_not_continued (const char *path, const ArraTokenCacheForm *form, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (arra_token_cache_writer_open (path, form, &error));
  scratch_assert_fault (&error, path, word);
}

static void
test_other_prints (void)
{
  g_autofree char *path = scratch_path ("prints");
  ArraTokenCacheForm form = make_form (1024);

  write_whole (path, 1024);
  assert_refused (path, &(ArraTokenCachePrints) { .dataset = "x" }, "another data set (there da, here x)");
  assert_refused (path, &(ArraTokenCachePrints) { .vqgan = "x" }, "another VQGAN (there b0, here x)");
  assert_refused (path, &(ArraTokenCachePrints) { .tokenizer = "x" }, "another tokenizer (there c0, here x)");
  form.prints.vqgan = "b1";
  assert_not_continued (path, &form, "another VQGAN");
  form = make_form (1024);
  form.rows = 1;
  form.columns = 3;
  assert_not_continued (path, &form, "rows of codes (there 3, here 1)");
  form = make_form (512);
  assert_not_continued (path, &form, "another number of codes");
}

/* Records and prompts as somebody else might write them, with sound hashes. */
static void
write_strange (const char *path, const char *codes, const guint32 *shared, gsize n_shared, gsize item_size)
{
  const ArraCacheField fields[] = {
    { "dataset", "", "a" }, { "vqgan", "", "b" },   { "rows", "", "1" },
    { "columns", "", "2" }, { "codes", "", codes }, { "ids", "", "10" },
  };
  const ArraCacheForm form
      = { "tokens", fields, G_N_ELEMENTS (fields), 1, item_size, shared, n_shared * 4, NULL, NULL };
  const guint16 record[4] = { 0, 99, 0, 0 };
  g_autoptr (ArraItemCacheWriter) writer = NULL;
  g_autoptr (GError) error = NULL;

  g_unlink (path);
  writer = arra_item_cache_writer_open (path, &form, &error);
  g_assert_no_error (error);
  g_assert_true (arra_item_cache_writer_put (writer, 0, record, &error));
}

static void
test_strange (void)
{
  static const struct
  {
    const char *codes;
    guint32 shared[4];
    gsize n_shared, item_size;
    const char *word;
  } bad[] = {
    { "99", { 0, 1, 3 }, 3, 4, "item 0 has code 99 of 99" },  { "100", { 0, 1, 10 }, 3, 4, "token 10 of 10" },
    { "100", { 0, 2, 3 }, 3, 4, "do not fill their place" },  { "100", { 1, 1, 3 }, 3, 4, "do not fill their place" },
    { "100", { 2, 1, 3 }, 3, 4, "ends before it begins" },    { "100", { 0 }, 1, 4, "wrong size" },
    { "100", { 0, 1, 3 }, 3, 8, "do not fill an item" },      { "0", { 0, 1, 3 }, 3, 4, "\"codes\" is not a number" },
    { "7x", { 0, 1, 3 }, 3, 4, "\"codes\" is not a number" },
  };
  g_autofree char *path = scratch_path ("strange");
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTokenCache) cache = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      write_strange (path, bad[i].codes, bad[i].shared, bad[i].n_shared, bad[i].item_size);
      assert_refused (path, &(ArraTokenCachePrints) { 0 }, bad[i].word);
    }
  write_strange (path, "100", (const guint32[]) { 0, 1, 3 }, 3, 4);
  cache = arra_token_cache_open (path, &(ArraTokenCachePrints) { 0 }, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/token-cache/round-trip/16", GUINT_TO_POINTER (65536), test_round_trip);
  g_test_add_data_func ("/token-cache/round-trip/32", GUINT_TO_POINTER (65537), test_round_trip);
  g_test_add_func ("/token-cache/other-prints", test_other_prints);
  g_test_add_func ("/token-cache/strange", test_strange);
  return scratch_run ();
}
