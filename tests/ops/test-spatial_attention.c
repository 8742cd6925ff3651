/* test-spatial_attention.c - attention between pixels against its definition in double
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "maps.h"
#include "mem.h"
#include "spatial_attention.h"

static void
expect_pixel (const ArraFeatureMap *qkv, gsize i, gsize channels, double *out)
{
  gsize n = qkv->height * qkv->width;
  g_autofree double *weights = g_new0 (double, n);
  double most = -INFINITY, sum = 0;

  for (gsize j = 0; j < n; j++)
    {
      for (gsize c = 0; c < channels; c++)
        weights[j] += (double) qkv->data[i * 3 * channels + c] * (double) qkv->data[j * 3 * channels + channels + c];
      weights[j] /= sqrt ((double) channels);
      most = fmax (most, weights[j]);
    }
  for (gsize j = 0; j < n; j++)
    sum += weights[j] = exp (weights[j] - most);
  for (gsize c = 0; c < channels; c++)
    {
      out[c] = 0;
      for (gsize j = 0; j < n; j++)
        out[c] += weights[j] / sum * (double) qkv->data[j * 3 * channels + 2 * channels + c];
    }
}

static void
check_size (const ArraExec *exec, gsize channels, gsize height, gsize width)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  ArraFeatureMap qkv = random_map (random, 3 * channels, height, width),
                 out = random_map (random, channels, height, width);
  gsize stride = arra_spatial_attention_scratch (height, width);
  g_automem float *scratch = random_floats (random, stride * arra_pool_threads (exec->pool));
  ArraMapWork work = { .exec = exec, .scratch = scratch, .scratch_stride = stride };
  g_autofree double *expected = g_new (double, channels);

  g_assert_true (arra_spatial_attention (&qkv, &out, &work, NULL));
  for (gsize i = 0; i < height * width; i++)
    {
      expect_pixel (&qkv, i, channels, expected);
      for (gsize c = 0; c < channels; c++)
        g_assert_cmpfloat (relative_error ((double) out.data[i * channels + c], expected[c]), <, 5e-6);
    }
  arra_mem_free (qkv.data);
  arra_mem_free (out.data);
}

static void
check_sizes (const ArraExec *exec)
{
  check_size (exec, 32, 1, 1);
  check_size (exec, 5, 3, 7);
  check_size (exec, 33, 9, 15); /* more than two tiles of queries */
}

static void
test_definition (void)
{
  with_every_exec (check_sizes);
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  float data[3] = { 0 }, result[1] = { 7 }, scratch[1];
  ArraFeatureMap qkv = { data, 3, 1, 1 }, out = { result, 1, 1, 1 };
  ArraMapWork work = { .exec = &exec, .cancellable = cancellable, .scratch = scratch, .scratch_stride = 1 };
  GError *error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (arra_spatial_attention (&qkv, &out, &work, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpfloat (result[0], ==, 7.0f);
  g_error_free (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spatial-attention/definition", test_definition);
  g_test_add_func ("/spatial-attention/cancelled", test_cancelled);
  return g_test_run ();
}
