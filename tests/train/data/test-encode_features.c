/* test-encode_features.c - features are those of the encoder, to the same bits whatever the threads and
 * however often it was stopped
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset_features.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "fixture.h"
#include "mem.h"
#include "scratch.h"

#define N 21 /* two batches and five pictures */
#define SIZE 32
#define WIDTH 24

typedef struct
{
  char *folder;
  ArraDataset *dataset;
  ArraPool *pool;
  ArraFeatureEncoder encoder;
} Setup;

/* Upright, square and lying ones. */
static void
put_picture (const char *folder, guint number)
{
  g_autofree char *name = g_strdup_printf ("%02u.png", number), *text_name = g_strdup_printf ("%02u.txt", number);
  g_autofree char *path = g_build_filename (folder, name, NULL), *text = g_build_filename (folder, text_name, NULL);
  g_autoraster ArraRaster raster = { 0 };
  const ArraPictureLabels labels = { 0 };
  g_autoptr (GError) error = NULL;
  guint width = 48 + 8 * (number % 3), height = 56;

  arra_raster_init (&raster, width, height, 3, &error);
  for (guint i = 0; i < width * height * 3; i++)
    raster.pixels[i] = (guint8) ((i / 97 * (number + 3) * 2654435761u) >> 24);
  arra_raster_save_png (&raster, &labels, path, &error);
  g_assert_no_error (error);
  scratch_write (text, "a picture", 9);
}

static void
setup_init (Setup *setup, guint threads, ArraVisionAggregation aggregation)
{
  g_autofree char *model = g_build_filename (g_getenv ("ARRA_TEST_DATA"), "golden", "vision", "clip", NULL);
  g_autoptr (GError) error = NULL;
  ArraExec exec = { .kernels = arra_kernels_default (NULL) };

  *setup = (Setup) { .folder = fixture_directory (), .encoder = { .aggregation = aggregation } };
  for (guint i = 0; i < N; i++)
    put_picture (setup->folder, i);
  setup->dataset = arra_dataset_open (setup->folder, &error);
  g_assert_no_error (error);
  setup->encoder.pool = exec.pool = setup->pool = arra_pool_new (threads, &error);
  setup->encoder.vision = arra_vision_encoder_open (model, &exec, &error);
  g_assert_no_error (error);
}

static void
setup_clear (Setup *setup)
{
  arra_vision_encoder_free (setup->encoder.vision);
  arra_pool_free (setup->pool);
  arra_dataset_free (setup->dataset);
  fixture_remove (setup->folder);
  g_free (setup->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Setup, setup_clear)

static ArraFeatureCacheWriter *
open_writer (const Setup *setup, const char *path)
{
  const ArraFeatureEncoder *encoder = &setup->encoder;
  const ArraVisionShape *shape = arra_vision_encoder_shape (encoder->vision);
  const gboolean patches = encoder->aggregation == ARRA_VISION_PATCHES;
  const ArraFeatureCacheForm form = { .prints = { "d", "e", arra_feature_aggregations[encoder->aggregation] },
                                      .n_items = N,
                                      .width = arra_vision_encoder_width (encoder->vision, encoder->aggregation),
                                      .rows = patches ? shape->rows : 0,
                                      .columns = patches ? shape->columns : 0 };
  g_autoptr (GError) error = NULL;
  ArraFeatureCacheWriter *writer = arra_feature_cache_writer_open (path, &form, &error);

  g_assert_no_error (error);
  return writer;
}

static gboolean
gather (const Setup *setup, ArraFeatureCacheWriter *writer, GError **error)
{
  return arra_feature_encoder_gather (&setup->encoder, setup->dataset, writer, NULL, NULL, NULL, NULL, error);
}

/* ---- what they are */

/* Of the picture alone. */
static void
encode_alone (const Setup *setup, guint item, float *feature)
{
  g_autoraster ArraRaster raster = { 0 };
  float pixels[3 * SIZE * SIZE];
  g_autoptr (GError) error = NULL;

  g_assert_true (arra_raster_load (&raster, arra_dataset_picture (setup->dataset, item), &error));
  g_assert_true (arra_vision_encoder_prepare (setup->encoder.vision, &raster, pixels, &error));
  g_assert_true (
      arra_vision_encoder_features (setup->encoder.vision, 1, pixels, setup->encoder.aggregation, feature, &error));
}

static void
test_features (gconstpointer aggregation)
{
  g_auto (Setup) setup = { 0 };
  g_autofree char *path = scratch_path ("features");
  g_autoptr (ArraFeatureCacheWriter) writer = NULL;
  g_autoptr (ArraFeatureCache) cache = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree float *feature = NULL, *alone = NULL;
  gsize n;

  setup_init (&setup, 2, (ArraVisionAggregation) GPOINTER_TO_UINT (aggregation));
  n = arra_vision_encoder_numbers (setup.encoder.vision, setup.encoder.aggregation);
  feature = g_new (float, n);
  alone = g_new (float, n);
  g_unlink (path);
  writer = open_writer (&setup, path);
  g_assert_true (gather (&setup, writer, &error));
  cache = arra_feature_cache_open (path, &(ArraFeatureCachePrints) { 0 }, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (arra_feature_cache_aggregation (cache), ==, arra_feature_aggregations[setup.encoder.aggregation]);
  for (guint i = 0; i < N; i++)
    {
      arra_feature_cache_feature (cache, i, feature);
      encode_alone (&setup, i, alone);
      for (gsize k = 0; k < n; k++)
        g_assert_cmpfloat (fabsf (feature[k] - alone[k]), <=, 1e-5f);
    }
}

/* ---- the same bits */

static void
stop_in_second_batch (guint done, guint count, gpointer cancellable)
{
  g_assert_cmpuint (count, ==, N);
  if (done > 8)
    g_cancellable_cancel (cancellable);
}

/* With one thread and stopped, without one picture in the middle, then with @threads: as the bytes of one
 * run. */
static void
test_stopped (gconstpointer threads)
{
  g_autofree char *path = scratch_path ("stopped"), *whole = scratch_path ("whole");
  g_autofree char *bytes = NULL, *expected = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gsize size, expected_size;

  g_unlink (path);
  g_unlink (whole);
  {
    g_auto (Setup) setup = { 0 };
    g_autoptr (ArraFeatureCacheWriter) writer = NULL, all = NULL;

    setup_init (&setup, 1, ARRA_VISION_CLS);
    writer = open_writer (&setup, path);
    g_assert_false (arra_feature_encoder_gather (&setup.encoder, setup.dataset, writer, NULL, stop_in_second_batch,
                                                 cancellable, cancellable, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_clear_error (&error);
    g_assert_cmpuint (arra_feature_cache_writer_left (writer), ==, N - 16);
    all = open_writer (&setup, whole);
    g_assert_true (gather (&setup, all, &error));
  }
  {
    g_auto (Setup) setup = { 0 };
    g_autoptr (ArraFeatureCacheWriter) writer = NULL;
    guint8 nothing[4] = { 0 };
    FILE *file = g_fopen (path, "r+b");

    /* the last record of the first batch's: its hash no longer matches, as after a crash */
    g_assert_cmpint (fseek (file, -(long) ((N - 4) * (32 + 4 * WIDTH)), SEEK_END), ==, 0);
    g_assert_cmpuint (fwrite (nothing, 1, 4, file), ==, 4);
    g_assert_cmpint (fclose (file), ==, 0);
    setup_init (&setup, GPOINTER_TO_UINT (threads), ARRA_VISION_CLS);
    writer = open_writer (&setup, path);
    g_assert_cmpuint (arra_feature_cache_writer_left (writer), ==, N - 15);
    g_assert_true (gather (&setup, writer, &error));
    g_assert_no_error (error);
    g_assert_cmpuint (arra_feature_cache_writer_left (writer), ==, 0);
  }
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_true (g_file_get_contents (whole, &expected, &expected_size, NULL));
  g_assert_cmpmem (bytes, size, expected, expected_size);
}

/* ---- faults */

static void
test_faults (void)
{
  g_auto (Setup) setup = { 0 };
  g_autofree char *path = scratch_path ("faults");
  g_autofree char *broken = NULL;
  g_autoptr (ArraFeatureCacheWriter) writer = NULL;
  g_autoptr (GError) error = NULL;

  setup_init (&setup, 2, ARRA_VISION_CLS);
  g_unlink (path);
  writer = open_writer (&setup, path);
  broken = g_build_filename (setup.folder, "12.png", NULL);
  scratch_write (broken, "x", 1);
  g_assert_false (gather (&setup, writer, &error));
  scratch_assert_fault (&error, broken, "cannot be read as a picture");
  g_assert_cmpuint (arra_feature_cache_writer_left (writer), ==, N - 8);
}

/* Whatever allocation fails, it is told and nothing is kept. */
static void
test_no_memory (void)
{
  g_auto (Setup) setup = { 0 };
  g_autofree char *path = scratch_path ("memory");
  g_autoptr (ArraFeatureCacheWriter) writer = NULL;
  g_autoptr (GError) error = NULL;
  gsize held;

  setup_init (&setup, 1, ARRA_VISION_CLS);
  g_unlink (path);
  writer = open_writer (&setup, path);
  held = arra_mem_held ();
  for (gint64 n = 0; n < 6; n++)
    {
      arra_mem_fail_nth (n);
      g_assert_false (gather (&setup, writer, &error));
      g_assert_true (arra_mem_failed ());
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
      g_clear_error (&error);
      g_assert_cmpuint (arra_mem_held (), ==, held);
    }
  arra_mem_fail_nth (-1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/encode-features/cls", GUINT_TO_POINTER (ARRA_VISION_CLS), test_features);
  g_test_add_data_func ("/encode-features/average", GUINT_TO_POINTER (ARRA_VISION_AVERAGE), test_features);
  g_test_add_data_func ("/encode-features/patches", GUINT_TO_POINTER (ARRA_VISION_PATCHES), test_features);
  g_test_add_data_func ("/encode-features/both", GUINT_TO_POINTER (ARRA_VISION_BOTH), test_features);
  g_test_add_data_func ("/encode-features/stopped/1", GUINT_TO_POINTER (1), test_stopped);
  g_test_add_data_func ("/encode-features/stopped/3", GUINT_TO_POINTER (3), test_stopped);
  g_test_add_func ("/encode-features/faults", test_faults);
  g_test_add_func ("/encode-features/no-memory", test_no_memory);
  return scratch_run ();
}
