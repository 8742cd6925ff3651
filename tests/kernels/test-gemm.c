/* test-gemm.c - matrix products against double precision, and the same bits for any number of threads
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gemm.h"

#include <math.h>
#include <string.h>

typedef struct
{
  gsize m, n, k;
  gboolean trans_a, trans_b;
  float alpha, beta;
} Shape;

static const Shape shapes[] = {
  { 1, 1, 1, FALSE, FALSE, 1, 0 },       { 5, 7, 3, FALSE, FALSE, 1, 0 },         { 17, 33, 65, TRUE, FALSE, 0.5f, 1 },
  { 64, 48, 100, FALSE, TRUE, 1, -2 },   { 300, 40, 31, TRUE, TRUE, 2, 0 },       { 257, 1030, 20, FALSE, TRUE, 1, 1 },
  { 600, 520, 9, TRUE, FALSE, 1, 0 },    { 2100, 30, 17, FALSE, FALSE, 1, 0.5f }, { 3, 1500, 40, FALSE, TRUE, 1, 0 },
  { 2, 3, 0, FALSE, FALSE, 1, 0.5f },    { 0, 4, 4, FALSE, FALSE, 1, 0 },         { 40, 70, 600, TRUE, TRUE, 1, 1 },
  { 500, 9, 300, FALSE, TRUE, 0.5f, 0 },
};

static float *
draw (GRand *rand, gsize n)
{
  float *x = g_new (float, n + 1);

  for (gsize i = 0; i < n; i++)
    x[i] = (float) g_rand_double_range (rand, -1, 1);
  return x;
}

static double
expected_at (const Shape *s, const float *a, gsize lda, const float *b, gsize ldb, double before, gsize i, gsize j)
{
  double sum = 0;

  for (gsize l = 0; l < s->k; l++)
    sum += (double) (s->trans_a ? a[l * lda + i] : a[i * lda + l])
           * (double) (s->trans_b ? b[j * ldb + l] : b[l * ldb + j]);
  return (double) s->alpha * sum + (s->beta != 0 ? (double) s->beta * before : 0);
}

static void
assert_product (const Shape *s, GRand *rand, ArraPool *const pools[3])
{
  gsize lda = (s->trans_a ? s->m : s->k) + 3;
  gsize ldb = (s->trans_b ? s->k : s->n) + 2;
  gsize ldc = s->n + 1;
  g_autofree float *a = draw (rand, (s->trans_a ? s->k : s->m) * lda);
  g_autofree float *b = draw (rand, (s->trans_b ? s->n : s->k) * ldb);
  g_autofree float *before = draw (rand, s->m * ldc);
  g_autofree float *single = g_memdup2 (before, (s->m * ldc + 1) * sizeof (float));
  g_autofree float *first = NULL;

  arra_sgemm (s->trans_a, s->trans_b, s->m, s->n, s->k, s->alpha, a, lda, b, ldb, s->beta, single, ldc);
  for (gsize p = 0; p < 3; p++)
    {
      g_autofree float *c = g_memdup2 (before, (s->m * ldc + 1) * sizeof (float));

      arra_sgemm_pool (pools[p], s->trans_a, s->trans_b, s->m, s->n, s->k, s->alpha, a, lda, b, ldb, s->beta, c, ldc);
      for (gsize i = 0; i < s->m; i++)
        for (gsize j = 0; p == 0 && j < s->n; j++)
          {
            double expected = expected_at (s, a, lda, b, ldb, (double) before[i * ldc + j], i, j);
            g_assert_cmpfloat_with_epsilon ((double) c[i * ldc + j], expected, 2e-5);
            g_assert_cmpfloat_with_epsilon ((double) single[i * ldc + j], expected, 2e-5);
          }
      for (gsize i = 0; i < s->m; i++)
        g_assert_cmpfloat (c[i * ldc + s->n], ==, before[i * ldc + s->n]);
      if (first == NULL)
        first = g_steal_pointer (&c);
      else
        g_assert_cmpmem (c, s->m * ldc * sizeof (float), first, s->m * ldc * sizeof (float));
    }
}

static void
test_products (void)
{
  GRand *rand = g_rand_new_with_seed (17);
  ArraPool *pools[3];

  for (guint t = 0; t < 3; t++)
    pools[t] = arra_pool_new (t + 1, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    assert_product (&shapes[i], rand, pools);
  for (guint t = 0; t < 3; t++)
    arra_pool_free (pools[t]);
  g_rand_free (rand);
}

static void
test_no_pool (void)
{
  const float a[] = { 1, 2, 3, 4 };
  const float b[] = { 5, 6, 7, 8 };
  const float expected[] = { 19, 22, 43, 50 };
  float c[4];

  arra_sgemm_pool (NULL, FALSE, FALSE, 2, 2, 2, 1, a, 2, b, 2, 0, c, 2);
  g_assert_cmpmem (c, sizeof c, expected, sizeof expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/gemm/products", test_products);
  g_test_add_func ("/kernels/gemm/no-pool", test_no_pool);
  return g_test_run ();
}
