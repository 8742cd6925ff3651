/* family_test.c - what the tests of every family of transformers ask
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "family_test.h"

#include <glib/gstdio.h>
#include <string.h>

/* A way in which a sequence is read. */
typedef struct
{
  const ArraTransformer *transformer;
  const guint32 *ids;
  guint n, columns;
  guint step, max_rows; /* ids of one call, rows of one block */
  gboolean pair;        /* another sequence, the reversed one, goes along */
} Reading;

static ArraKvCache *
new_cache (const Reading *reading)
{
  const ArraKvShape shape = arra_transformer_kv_shape (&reading->transformer->shape);
  GError *error = NULL;
  ArraKvCache *cache = arra_kv_cache_new (&shape, reading->n, &error);

  g_assert_no_error (error);
  return cache;
}

/* [n][n_logits] of the sequence (transfer full) */
static float *
read_sequence (const Reading *reading, const ArraExec *exec)
{
  guint n_logits = reading->transformer->shape.n_logits;
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraTransformerRun) run
      = arra_transformer_run_new (reading->transformer, exec, reading->max_rows, reading->n, &error);
  g_autoptr (ArraKvCache) cache = new_cache (reading), other = new_cache (reading);
  g_autofree guint32 *reversed = g_new (guint32, reading->n);
  float *logits = g_new (float, (gsize) reading->n *n_logits);

  g_assert_no_error (error);
  for (guint i = 0; i < reading->n; i++)
    reversed[i] = reading->ids[reading->n - 1 - i];
  for (guint done = 0; done < reading->n; done += reading->step)
    {
      guint n = MIN (reading->step, reading->n - done);
      ArraTransformerInput inputs[] = {
        { .cache = cache,
          .ids = reading->ids + done,
          .n_ids = n,
          .columns = reading->columns,
          .logits = logits + (gsize) done * n_logits,
          .all_logits = TRUE },
        { .cache = other, .ids = reversed + done, .n_ids = n, .columns = reading->columns },
      };

      arra_transformer_forward (run, inputs, reading->pair ? 2 : 1, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
    }
  return logits;
}

static void
assert_all_ways (Reading reading, const ArraExec *exec, const float *expected)
{
  const guint ways[][3] = { { reading.n, reading.n, FALSE }, { reading.n, 3, TRUE }, { 1, 1, FALSE }, { 2, 4, TRUE } };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree float *logits = NULL;
      gsize size = (gsize) reading.n * reading.transformer->shape.n_logits * sizeof *logits;

      reading.step = ways[i][0];
      reading.max_rows = ways[i][1];
      reading.pair = (gboolean) ways[i][2];
      logits = read_sequence (&reading, exec);
      g_assert_cmpmem (logits, size, expected, size);
    }
}

void
family_assert_bits (const ArraTransformer *transformer, const guint32 *ids, guint n, guint columns)
{
  const Reading whole = { transformer, ids, n, columns, n, n, FALSE };
  const ArraExec plain = { arra_kernels_get (ARRA_CPU_C), NULL };
  g_autofree float *expected = read_sequence (&whole, &plain);

  for (ArraCpu cpu = ARRA_CPU_C; cpu <= ARRA_CPU_AVX512 && arra_cpu_supports (cpu, NULL); cpu++)
    for (guint threads = 1; threads <= 3; threads += 2)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (ArraPool) pool = arra_pool_new (threads, &error);
        const ArraExec exec = { arra_kernels_get (cpu), pool };

        g_assert_no_error (error);
        assert_all_ways (whole, &exec, expected);
      }
}

ArraGguf *
family_store (FamilyStore store, gconstpointer config)
{
  g_autofree char *path = NULL;
  GError *error = NULL;
  int file = g_file_open_tmp ("arra-family-XXXXXX.gguf", &path, &error);
  g_autoptr (ArraGgufWriter) writer = NULL;
  ArraGguf *gguf;

  g_assert_no_error (error);
  g_close (file, NULL);
  writer = arra_gguf_writer_new (path, &error);
  g_assert_no_error (error);
  store (config, writer);
  g_assert_true (arra_gguf_writer_begin (writer, &error));
  g_assert_true (arra_gguf_writer_commit (writer, NULL, &error));
  gguf = arra_gguf_open (path, &error);
  g_assert_no_error (error);
  g_unlink (path);
  return gguf;
}

ArraSource *
family_empty_source (guint *file)
{
  g_autoptr (ArraMapping) mapping = arra_mapping_new_for_bytes ("model.pt", "", 0);
  ArraSource *source = arra_source_new ();

  g_assert_true (arra_source_add_file (source, mapping, file, NULL));
  return source;
}

void
family_add_shape (ArraSource *source, guint file, const char *name, gint64 rows, gint64 columns)
{
  const ArraTensor tensor = { .dtype = ARRA_F32, .n_dims = 2, .shape = { rows, columns } };

  g_assert_true (arra_source_add (source, file, name, &tensor, NULL));
}
