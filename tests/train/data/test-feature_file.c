/* test-feature_file.c - where feature files lie, and what is in them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "feature_file.h"
#include "source.h"

static void
expect_path (ArraFeatureLayout layout, const char *root, const char *image, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = arra_feature_path (layout, root, image, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (path, ==, expected);
}

static void
test_paths (void)
{
  expect_path (ARRA_FEATURES_MIMIC, "/f", "/data/p10/p1000/s5/img1400_0.jpg",
               "/f/p10/visual_features/img1400_0_visual_feature.pt");
  expect_path (ARRA_FEATURES_MIMIC, "f", "p10/p1000//s5/a.b.png", "f/p10/visual_features/a.b_visual_feature.pt");
  expect_path (ARRA_FEATURES_MIMIC, "/f", "x/p10/p1000/s5/.png", "/f/p10/visual_features/.png_visual_feature.pt");
  expect_path (ARRA_FEATURES_LAION_COCO, "/f", "/data/00012/000120034.jpg", "/f/00012/000120034_visual_feature.pt");
}

static void
test_bad_paths (void)
{
  const struct
  {
    ArraFeatureLayout layout;
    const char *image;
  } bad[] = { { ARRA_FEATURES_MIMIC, "p1000/s5/a.png" },
              { ARRA_FEATURES_MIMIC, "" },
              { ARRA_FEATURES_MIMIC, "/p10/p1000/s5/a/" },
              { ARRA_FEATURES_LAION_COCO, "/a.png" } };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (arra_feature_path (bad[i].layout, "/f", bad[i].image, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
    }
}

/* The features of the golden batches are those of their files. */
static void
expect_features (const char *golden, const char *file, const char *tensor, guint picture)
{
  g_autofree char *path = g_build_filename (golden, file, NULL), *root = g_build_filename (golden, "features", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraSource) source = arra_safetensors_open (path, &error);
  const ArraTensor *expected = source == NULL ? NULL : arra_source_find (source, tensor);

  g_assert_no_error (error);
  g_assert_true (arra_tensor_has_shape (expected, 2, (gint64) 2, (gint64) 24));
  for (guint item = 0; item < 2; item++)
    {
      g_autofree char *image = g_strdup_printf ("/pictures/p10/p1/s1/img%u_%u.jpg", picture, item);
      g_autofree char *feature_path = arra_feature_path (ARRA_FEATURES_MIMIC, root, image, &error);
      float feature[24];

      g_assert_true (arra_feature_read (feature_path, 24, feature, &error));
      g_assert_cmpmem (feature, sizeof feature, (const float *) expected->data + item * 24, sizeof feature);
    }
}

static void
test_golden (void)
{
  g_autofree char *golden = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "training", NULL);

  expect_features (golden, "hybnext_lam1.safetensors", "in.features", 1300);
  for (guint step = 0; step < 3; step++)
    {
      g_autofree char *name = g_strdup_printf ("in.step%u.features", step);

      expect_features (golden, "adamw_clip4.safetensors", name, 1400 + step);
    }
}

static void
expect_fault (const char *file, guint width, ArraError code, const char *words)
{
  g_autofree char *path = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", file, NULL);
  g_autofree float *feature = g_new (float, width);
  g_autoptr (GError) error = NULL;

  g_assert_false (arra_feature_read (path, width, feature, &error));
  if (!g_error_matches (error, ARRA_ERROR, (gint) code) || strstr (error->message, words) == NULL
      || strstr (error->message, file) == NULL)
    g_error ("%s", error->message);
}

static void
test_faults (void)
{
  const char *good = "training/features/p10/visual_features/img1300_0_visual_feature.pt";

  expect_fault (good, 23, ARRA_ERROR_INVALID_DATA, "23 floating-point numbers");
  expect_fault ("torch_files/zip_misc.pt", 24, ARRA_ERROR_INVALID_DATA, "one tensor");
  expect_fault ("training/config.json", 24, ARRA_ERROR_INVALID_DATA, "");
  expect_fault ("training/features/nobody.pt", 24, ARRA_ERROR_NOT_FOUND, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/feature-file/paths", test_paths);
  g_test_add_func ("/train/feature-file/bad-paths", test_bad_paths);
  g_test_add_func ("/train/feature-file/golden", test_golden);
  g_test_add_func ("/train/feature-file/faults", test_faults);
  return g_test_run ();
}
