/* test-diversity.c - the mean similarity of pairs, against the pairs themselves
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>

#include "diversity.h"
#include "fixture.h"
#include "mem.h"
#include "ms_ssim.h"
#include "small_set.h"

static double
measure (const ArraDataset *dataset, guint n, guint threads)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraPool) pool = arra_pool_new (threads, &error);
  double similarity = -1;

  g_assert_true (arra_diversity (dataset, n, pool, &similarity, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  return similarity;
}

static void
test_pairs (void)
{
  g_autofree char *folder = fixture_directory ();
  g_autoptr (ArraDataset) dataset = small_set_make (folder, 1, 7, 32);
  double sum = 0;

  g_assert_cmpuint (arra_diversity_pairs (7), ==, 3);
  g_assert_cmpuint (arra_diversity_pairs (100000), ==, ARRA_DIVERSITY_PAIRS);
  for (guint i = 0; i < 3; i++)
    {
      g_autoraster ArraRaster a = { 0 }, b = { 0 };
      double one;

      g_assert_true (arra_raster_load (&a, arra_dataset_picture (dataset, i), NULL));
      g_assert_true (arra_raster_load (&b, arra_dataset_picture (dataset, i + 3), NULL));
      g_assert_true (arra_ms_ssim (&a, &b, &one, NULL));
      sum += one;
    }
  g_assert_cmpfloat (fabs (measure (dataset, 7, 1) - sum / 3), <, 1e-12);
  g_assert_true (measure (dataset, 7, 3) == measure (dataset, 7, 1));
  g_assert_cmpfloat (sum / 3, <, 0.9);
  fixture_remove (folder);
}

static void
test_refused (void)
{
  g_autofree char *folder = fixture_directory ();
  g_autoptr (ArraDataset) dataset = small_set_make (folder, 1, 4, 32);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gsize held = arra_mem_held ();
  g_autoptr (GError) error = NULL;
  double similarity;

  g_assert_false (arra_diversity (dataset, 1, NULL, &similarity, NULL, NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_false (arra_diversity (dataset, 4, NULL, &similarity, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpint (g_unlink (arra_dataset_picture (dataset, 3)), ==, 0);
  g_assert_false (arra_diversity (dataset, 4, NULL, &similarity, NULL, NULL, NULL, &error));
  fixture_assert_error (error, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("000003.png"));
  g_assert_cmpuint (arra_mem_held (), ==, held);
  fixture_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eval/diversity/pairs", test_pairs);
  g_test_add_func ("/eval/diversity/refused", test_refused);
  return g_test_run ();
}
