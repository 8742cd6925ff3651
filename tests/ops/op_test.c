/* op_test.c - numbers and comparisons for tests of operations
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "op_test.h"

#include <math.h>
#include <string.h>

#include "noise.h"

float *
op_random (guint64 seed, gsize n)
{
  float *x = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    x[i] = (float) arra_noise_bits (seed, 0, 0, (guint32) i) * 0x1p-30f - 2.0f;
  return x;
}

ArraTensor
op_matrix (ArraDType dtype, guint64 seed, gint64 rows, gint64 columns, void **data)
{
  ArraTensor tensor = { .dtype = dtype, .n_dims = 2, .shape = { rows, columns } };
  gsize n = (gsize) (rows * columns);
  g_autofree float *x = op_random (seed, n);

  g_assert_true (arra_tensor_bytes (dtype, 2, tensor.shape, &tensor.n_bytes));
  *data = g_malloc (tensor.n_bytes);
  tensor.data = *data;
  g_assert_true (arra_dtype_traits (dtype)->narrow (x, n, *data));
  return tensor;
}

void
op_assert_close (const float *actual, const float *expected, gsize n, double tolerance)
{
  for (gsize i = 0; i < n; i++)
    if (!(fabs ((double) actual[i] - (double) expected[i]) <= tolerance))
      g_error ("[%zu] is %.9g, %.9g expected", i, (double) actual[i], (double) expected[i]);
}

void
op_assert_same (const float *actual, const float *expected, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (memcmp (actual + i, expected + i, sizeof *actual) != 0)
      g_error ("[%zu] is %a, %a expected", i, (double) actual[i], (double) expected[i]);
}

void
op_each_exec (OpTest test, gconstpointer data)
{
  g_autoptr (ArraPool) pool = arra_pool_new (2, NULL);

  g_assert_nonnull (pool);
  for (ArraCpu cpu = ARRA_CPU_C; cpu < ARRA_N_CPU; cpu++)
    for (gint alone = 0; alone < 2 && arra_cpu_supports (cpu, NULL); alone++)
      {
        ArraExec exec = { arra_kernels_get (cpu), alone ? NULL : pool };

        g_test_message ("%s, %s", arra_cpu_name (cpu), alone ? "alone" : "2 threads");
        test (&exec, data);
      }
}
