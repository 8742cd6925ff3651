/* test-features.c - `arra features`: feature files of the reference become a cache
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "feature_cache.h"
#include "harness.h"
#include "source.h"

#define FOLDER "p10/p1/s1"

/* Two pictures whose features the golden batch has; their contents do not matter. */
static void
make_set (guint last)
{
  g_autoptr (GString) json = g_string_new ("[");
  g_autofree char *folder = scratch_path (FOLDER), *list = scratch_path ("set.json");

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  for (guint i = 0; i <= last; i++)
    {
      g_autofree char *name = g_strdup_printf (FOLDER "/img1300_%u.jpg", i), *path = scratch_path (name);

      g_assert_true (g_file_set_contents (path, "x", 1, NULL));
      g_string_append_printf (json,
                              "%s{\"conversations\": [{\"from\": \"human\", \"value\": \"%u\"}, {\"from\": \"gpt\", "
                              "\"value\": \"<|image|>\"}], \"image\": [\"%s\"]}",
                              i > 0 ? "," : "", i, name);
    }
  g_string_append_c (json, ']');
  g_assert_true (g_file_set_contents (list, json->str, -1, NULL));
}

static Outcome *
gather (const char *layout)
{
  g_autofree char *files = golden_path ("training/features");

  return arra_run ("features", "--data", "set.json", "--files", files, "--layout", layout, "-o", "cache", NULL);
}

static void
test_files (void)
{
  g_autofree char *golden = golden_path ("training/hybnext_lam1.safetensors"), *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = arra_safetensors_open (golden, &error);
  const ArraTensor *expected = arra_source_find (source, "in.features");
  g_autoptr (Outcome) made = NULL;
  g_autoptr (ArraFeatureCache) cache = NULL;

  harness_begin ();
  make_set (1);
  made = gather ("mimic");
  assert_status (made, 0);
  g_assert_cmpstr (made->out, ==, "cache: 2 features of 24 numbers, 2 of them new\n");
  path = scratch_path ("cache");
  cache = arra_feature_cache_open (path, &(ArraFeatureCachePrints){ .encoder = "files" }, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++)
    {
      float feature[24];

      arra_feature_cache_feature (cache, i, feature);
      g_assert_cmpmem (feature, sizeof feature, (const float *) expected->data + i * 24, sizeof feature);
    }
  harness_end ();
}

/* What is missing is named; what was there is kept. */
static void
test_missing (void)
{
  g_autoptr (Outcome) missing = NULL;
  g_autoptr (Outcome) other = NULL;
  g_autoptr (Outcome) unknown = NULL;

  harness_begin ();
  make_set (2);
  missing = gather ("mimic");
  assert_status (missing, 70);
  assert_says (missing->err, "img1300_2_visual_feature.pt");
  g_assert_true (scratch_has ("cache"));
  other = gather ("laion-coco");
  assert_status (other, 70);
  assert_says (other->err, "features/s1/img1300_0_visual_feature.pt");
  unknown = gather ("flat");
  assert_status (unknown, 64);
  assert_says (unknown->err, "--layout: 'flat'");
  harness_end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/features/files", test_files);
  g_test_add_func ("/cli/features/missing", test_missing);
  return g_test_run ();
}
