/* test-encode_dataset.c - codes are those of one picture alone, whatever the threads and however often it was
 * stopped
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "encode_dataset.h"

#include <glib/gstdio.h>
#include <string.h>

#include "fixture.h"
#include "mem.h"
#include "scratch.h"
#include "vqgan_file.h"

#define N 9
#define SIZE 16
#define SIDE 8 /* patch 2 */

typedef struct
{
  char *folder, *model;
  ArraDataset *dataset;
  ArraTokenizer *tokenizer;
  ArraVqganFile file;
  ArraVqgan *vqgan;
  ArraExec exec;
} Setup;

static void
put_picture (const char *folder, guint number)
{
  g_autofree char *name = g_strdup_printf ("%02u.png", number), *text_name = g_strdup_printf ("%02u.txt", number);
  g_autofree char *path = g_build_filename (folder, name, NULL), *text = g_build_filename (folder, text_name, NULL);
  g_autofree char *caption = g_strdup_printf ("picture %u", number);
  g_autoraster ArraRaster raster = { 0 };
  const ArraPictureLabels labels = { 0 };
  g_autoptr (GError) error = NULL;

  arra_raster_init (&raster, 24, 20, 3, &error);
  for (guint i = 0; i < 24 * 20 * 3; i++)
    raster.pixels[i] = (guint8) ((i * (number + 3) * 2654435761u) >> 24);
  arra_raster_save_png (&raster, &labels, path, &error);
  g_assert_no_error (error);
  scratch_write (text, caption, strlen (caption));
}

static void
setup_init (Setup *setup)
{
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  *setup = (Setup) { .folder = fixture_directory () };
  for (guint i = 0; i < N; i++)
    put_picture (setup->folder, i);
  fixture_init (&fixture);
  setup->model = fixture_make (&fixture);
  setup->dataset = arra_dataset_open (setup->folder, &error);
  g_assert_no_error (error);
  setup->tokenizer = arra_tokenizer_open (setup->model, &error);
  g_assert_no_error (error);
  arra_vqgan_file_open (&setup->file, setup->model, &error);
  g_assert_no_error (error);
  setup->vqgan = arra_vqgan_new (&setup->file.config, setup->file.source, setup->file.prefix, NULL, NULL, &error);
  g_assert_no_error (error);
  setup->exec.kernels = arra_kernels_default (&error);
}

static void
setup_clear (Setup *setup)
{
  arra_vqgan_free (setup->vqgan);
  arra_vqgan_file_clear (&setup->file);
  arra_tokenizer_unref (setup->tokenizer);
  arra_dataset_free (setup->dataset);
  arra_pool_free (setup->exec.pool);
  fixture_remove (setup->folder);
  fixture_remove (setup->model);
  g_free (setup->folder);
  g_free (setup->model);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Setup, setup_clear)

static ArraTokenCacheWriter *
open_writer (const Setup *setup, const char *path)
{
  g_auto (ArraCaptionTokens) captions = { 0 };
  g_autoptr (GError) error = NULL;
  ArraTokenCacheForm form = { .prints = { "d", "v", "t" },
                              .n_items = N,
                              .rows = SIDE,
                              .columns = SIDE,
                              .n_codes = setup->file.config.n_embed,
                              .n_ids = arra_tokenizer_size (setup->tokenizer) };
  ArraTokenCacheWriter *writer;

  g_assert_true (arra_caption_tokens_init (&captions, setup->dataset, setup->tokenizer, &error));
  form.starts = captions.starts;
  form.ids = captions.ids;
  writer = arra_token_cache_writer_open (path, &form, &error);
  g_assert_no_error (error);
  return writer;
}

static void
encode_alone (const Setup *setup, guint item, guint32 *codes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraVqganRun) run = arra_vqgan_run_new (setup->vqgan, &setup->exec, SIDE, SIDE, TRUE, &error);
  guint8 rgb[SIZE * SIZE * 3];
  float pixels[SIZE * SIZE * 3];
  const ArraRaster raster = { .width = SIZE, .height = SIZE, .channels = 3, .pixels = rgb };

  g_assert_true (arra_dataset_load (setup->dataset, item, SIZE, rgb, &error));
  arra_vqgan_from_u8 (&raster, pixels);
  g_assert_true (arra_vqgan_encode (run, pixels, SIZE, SIZE, codes, NULL, NULL, &error));
}

static void
assert_whole (const Setup *setup, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTokenCache) cache = arra_token_cache_open (path, &(ArraTokenCachePrints) { 0 }, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < N; i++)
    {
      guint32 codes[SIDE * SIDE], expected[SIDE * SIDE];
      guint n;
      const guint32 *prompt = arra_token_cache_prompt (cache, i, &n);
      g_autofree char *caption = arra_tokenizer_decode (setup->tokenizer, prompt, n, FALSE);

      encode_alone (setup, i, expected);
      arra_token_cache_codes (cache, i, codes);
      g_assert_cmpmem (codes, sizeof codes, expected, sizeof expected);
      g_assert_cmpstr (caption, ==, arra_dataset_caption (setup->dataset, i));
    }
}

static void
stop_at_four (guint done, guint count, gpointer cancellable)
{
  g_assert_cmpuint (count, ==, N);
  if (done == 4)
    g_cancellable_cancel (cancellable);
}

static void
count_up (guint done, guint count, gpointer last)
{
  g_assert_cmpuint (done, >, *(guint *) last);
  *(guint *) last = done;
}

static void
test_stopped (gconstpointer threads)
{
  g_auto (Setup) setup = { 0 };
  g_autofree char *path = scratch_path ("cache");
  g_autoptr (ArraTokenCacheWriter) writer = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  guint last = 3;

  setup_init (&setup);
  g_unlink (path);
  writer = open_writer (&setup, path);
  g_assert_false (arra_encode_dataset (setup.dataset, setup.vqgan, &setup.exec, SIZE, writer, NULL, stop_at_four,
                                       cancellable, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (arra_token_cache_writer_left (writer), ==, N - 4);
  g_clear_pointer (&writer, arra_token_cache_writer_free);
  writer = open_writer (&setup, path);
  setup.exec.pool = arra_pool_new (GPOINTER_TO_UINT (threads), &error);
  g_assert_true (
      arra_encode_dataset (setup.dataset, setup.vqgan, &setup.exec, SIZE, writer, NULL, count_up, &last, NULL, &error));
  g_assert_no_error (error);
  assert_whole (&setup, path);
}

static void
test_faults (void)
{
  g_auto (Setup) setup = { 0 };
  g_autofree char *path = scratch_path ("faults");
  g_autofree char *broken = NULL;
  g_autoptr (ArraTokenCacheWriter) writer = NULL;
  g_autoptr (GError) error = NULL;

  setup_init (&setup);
  writer = open_writer (&setup, path);
  g_assert_false (
      arra_encode_dataset (setup.dataset, setup.vqgan, &setup.exec, SIZE + 1, writer, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  broken = g_build_filename (setup.folder, "05.png", NULL);
  scratch_write (broken, "x", 1);
  setup.exec.pool = arra_pool_new (2, &error);
  g_assert_false (
      arra_encode_dataset (setup.dataset, setup.vqgan, &setup.exec, SIZE, writer, NULL, NULL, NULL, NULL, &error));
  scratch_assert_fault (&error, broken, "cannot be read as a picture");
  g_assert_cmpuint (arra_token_cache_writer_left (writer), <, N);
}

/* Whatever allocation fails, it is told and nothing is kept. */
static void
test_no_memory (void)
{
  g_auto (Setup) setup = { 0 };
  g_autofree char *path = scratch_path ("memory");
  g_autoptr (ArraTokenCacheWriter) writer = NULL;
  g_autoptr (GError) error = NULL;
  gsize held;

  setup_init (&setup);
  writer = open_writer (&setup, path);
  held = arra_mem_held ();
  for (gint64 n = 0; n < 12; n++)
    {
      arra_mem_fail_nth (n);
      g_assert_false (
          arra_encode_dataset (setup.dataset, setup.vqgan, &setup.exec, SIZE, writer, NULL, NULL, NULL, NULL, &error));
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
  g_test_add_data_func ("/encode-dataset/stopped/1", GUINT_TO_POINTER (1), test_stopped);
  g_test_add_data_func ("/encode-dataset/stopped/3", GUINT_TO_POINTER (3), test_stopped);
  g_test_add_func ("/encode-dataset/faults", test_faults);
  g_test_add_func ("/encode-dataset/no-memory", test_no_memory);
  return scratch_run ();
}
