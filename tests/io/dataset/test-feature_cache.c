/* test-feature_cache.c - features come back to the bit; what is not finite or made of something else is
 * refused
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "feature_cache.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "scratch.h"

#define N 4
#define WIDTH 3

static const ArraFeatureCacheForm form = { { "da", "e0", "both" }, N, WIDTH, NULL, 0, 0 };

static void
fill (guint item, float *feature)
{
  feature[0] = (float) item / 3;
  feature[1] = -0.0f;
  feature[2] = 1e-40f;
}

static ArraFeatureCacheWriter *
open_writer (const char *path)
{
  g_autoptr (GError) error = NULL;
  ArraFeatureCacheWriter *writer = arra_feature_cache_writer_open (path, &form, &error);

  g_assert_no_error (error);
  return writer;
}

static void
put (ArraFeatureCacheWriter *writer, guint item)
{
  g_autoptr (GError) error = NULL;
  float feature[WIDTH];

  fill (item, feature);
  g_assert_true (arra_feature_cache_writer_put (writer, item, feature, &error));
  g_assert_no_error (error);
}

static void
write_whole (const char *path)
{
  g_autoptr (ArraFeatureCacheWriter) writer = NULL;
  g_autoptr (GError) error = NULL;

  g_unlink (path);
  writer = open_writer (path);
  for (guint i = 0; i < N; i++)
    put (writer, i);
  g_assert_true (arra_feature_cache_writer_finish (writer, &error));
}

static void
test_round_trip (void)
{
  g_autofree char *path = scratch_path ("features");
  g_autoptr (ArraFeatureCacheWriter) writer = open_writer (path);
  g_autoptr (ArraFeatureCache) cache = NULL;
  g_autoptr (GError) error = NULL;

  put (writer, 2);
  g_clear_pointer (&writer, arra_feature_cache_writer_free);
  g_assert_null (arra_feature_cache_open (path, &form.prints, &error));
  scratch_assert_fault (&error, path, "3 of 4 items are missing");
  writer = open_writer (path);
  g_assert_cmpuint (arra_feature_cache_writer_left (writer), ==, 3);
  for (guint i = 0; i < N; i++)
    if (!arra_feature_cache_writer_has (writer, i))
      put (writer, i);
  cache = arra_feature_cache_open (path, &form.prints, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arra_feature_cache_items (cache), ==, N);
  g_assert_cmpuint (arra_feature_cache_width (cache), ==, WIDTH);
  g_assert_cmpstr (arra_feature_cache_dataset (cache), ==, "da");
  g_assert_cmpstr (arra_feature_cache_aggregation (cache), ==, "both");
  for (guint i = 0; i < N; i++)
    {
      float feature[WIDTH], expected[WIDTH];

      fill (i, expected);
      arra_feature_cache_feature (cache, i, feature);
      g_assert_cmpmem (feature, sizeof feature, expected, sizeof expected);
    }
}

static void
test_other (void)
{
  static const struct
  {
    ArraFeatureCachePrints prints;
    const char *word;
  } others[] = {
    { { .dataset = "x" }, "another data set (there da, here x)" },
    { { .encoder = "x" }, "another encoder (there e0, here x)" },
    { { .aggregation = "cls" }, "another aggregation (there both, here cls)" },
  };
  g_autofree char *path = scratch_path ("other");
  ArraFeatureCacheForm wider = form;
  g_autoptr (GError) error = NULL;

  write_whole (path);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_assert_null (arra_feature_cache_open (path, &others[i].prints, &error));
      scratch_assert_fault (&error, path, others[i].word);
    }
  wider.width++;
  g_assert_null (arra_feature_cache_writer_open (path, &wider, &error));
  scratch_assert_fault (&error, path, "another width (there 3, here 4)");
}

static void
test_not_finite (void)
{
  const float bad[] = { NAN, INFINITY, -INFINITY };
  g_autofree char *path = scratch_path ("finite");
  g_autoptr (ArraFeatureCacheWriter) writer = open_writer (path);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      const float feature[WIDTH] = { 0, bad[i], 0 };

      g_assert_false (arra_feature_cache_writer_put (writer, 1, feature, &error));
      scratch_assert_fault (&error, path, "number 1 of item 1 is not finite");
    }
  g_assert_false (arra_feature_cache_writer_has (writer, 1));
}

/* A record as somebody else might write it, with a sound hash. */
static void
write_strange (const char *path, const char *width, gsize item_size)
{
  const ArraCacheField fields[] = { { "dataset", "", "a" }, { "aggregation", "", "cls" }, { "width", "", width } };
  const ArraCacheForm strange = { "features", fields, G_N_ELEMENTS (fields), 1, item_size, "", 0, NULL, NULL };
  const float record[4] = { 1, 2, NAN, 0 };
  g_autoptr (ArraItemCacheWriter) writer = NULL;
  g_autoptr (GError) error = NULL;

  g_unlink (path);
  writer = arra_item_cache_writer_open (path, &strange, &error);
  g_assert_no_error (error);
  g_assert_true (arra_item_cache_writer_put (writer, 0, record, &error));
}

static void
assert_refused (const char *path, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (arra_feature_cache_open (path, &(ArraFeatureCachePrints) { 0 }, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA);
  scratch_assert_fault (&error, path, word);
}

static void
test_strange (void)
{
  g_autofree char *path = scratch_path ("strange");
  g_autoptr (ArraFeatureCache) cache = NULL;

  write_strange (path, "3", 12);
  assert_refused (path, "number 2 of item 0 is not finite");
  write_strange (path, "3", 8);
  assert_refused (path, "3 numbers do not fill an item");
  write_strange (path, "0", 8);
  assert_refused (path, "\"width\" is not a number");
  write_strange (path, "2", 8);
  cache = arra_feature_cache_open (path, &(ArraFeatureCachePrints) { 0 }, NULL);
  g_assert_nonnull (cache);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/feature-cache/round-trip", test_round_trip);
  g_test_add_func ("/feature-cache/other", test_other);
  g_test_add_func ("/feature-cache/not-finite", test_not_finite);
  g_test_add_func ("/feature-cache/strange", test_strange);
  return scratch_run ();
}
