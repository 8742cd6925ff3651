/* test-symmetric_eigen.c - A v = l v, vectors at right angles, values in order
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "noise.h"
#include "symmetric_eigen.h"

#define N 37

/* Symmetric, of rank N - 5: sum of outer products. */
static void
make (double *matrix)
{
  memset (matrix, 0, N * N * sizeof *matrix);
  for (guint32 k = 0; k < N - 5; k++)
    for (guint32 i = 0; i < N; i++)
      for (guint32 j = 0; j < N; j++)
        matrix[i * N + j] += (double) arra_noise_gumbel (1, k, 0, i) * (double) arra_noise_gumbel (1, k, 0, j);
}

static void
test_vectors (void)
{
  double matrix[N * N], vectors[N * N], values[N], alone[N];
  g_autoptr (GError) error = NULL;

  make (matrix);
  memcpy (vectors, matrix, sizeof matrix);
  g_assert_true (arra_symmetric_eigen (vectors, N, TRUE, values, &error));
  g_assert_no_error (error);
  for (gsize k = 0; k < N; k++)
    {
      const double *v = vectors + k * N;

      g_assert_true (k == 0 || values[k - 1] <= values[k]);
      for (gsize i = 0; i < N; i++)
        {
          double product = 0, inner = 0;

          for (gsize j = 0; j < N; j++)
            {
              product += matrix[i * N + j] * v[j];
              inner += vectors[i * N + j] * v[j];
            }
          g_assert_cmpfloat_with_epsilon (product, values[k] * v[i], 1e-10 * values[N - 1]);
          g_assert_cmpfloat_with_epsilon (inner, i == k ? 1 : 0, 1e-12);
        }
    }
  g_assert_cmpfloat_with_epsilon (values[4], 0, 1e-11 * values[N - 1]);
  g_assert_cmpfloat (values[5], >, 1e-6 * values[N - 1]);
  g_assert_true (arra_symmetric_eigen (matrix, N, FALSE, alone, &error));
  for (gsize k = 0; k < N; k++)
    g_assert_cmpfloat_with_epsilon (alone[k], values[k], 1e-11 * values[N - 1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/symmetric-eigen/vectors", test_vectors);
  return g_test_run ();
}
