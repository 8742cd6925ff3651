/* test-quantize_blocks.c - floats to blocks of 4 and 6 bits: exact where they can be, near where not, never silently
 * infinite
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels.h"

#include <math.h>
#include <string.h>

#define N (4 * ARRA_QK_K)

typedef struct
{
  const char *name;
  gsize block, bits;
} Format;

static const Format formats[] = { { "q4_0", ARRA_QK, 4 }, { "q4_k", ARRA_QK_K, 4 }, { "q6_k", ARRA_QK_K, 6 } };

static const ArraKernels *c;

/* @n numbers there and back; FALSE when they are refused */
static gboolean
there_and_back (const Format *format, const float *x, gsize n, float *back)
{
  ArraBlockQ4_0 q4_0[N / ARRA_QK];
  ArraBlockQ4_K q4_k[N / ARRA_QK_K];
  ArraBlockQ6_K q6_k[N / ARRA_QK_K];

  if (format->block == ARRA_QK)
    {
      if (!arra_quantize_row_q4_0 (x, n, q4_0))
        return FALSE;
      c->widen_q4_0 (q4_0, n, back);
    }
  else if (format->bits == 4)
    {
      if (!arra_quantize_row_q4_k (x, n, q4_k))
        return FALSE;
      c->widen_q4_k (q4_k, n, back);
    }
  else
    {
      if (!arra_quantize_row_q6_k (x, n, q6_k))
        return FALSE;
      c->widen_q6_k (q6_k, n, back);
    }
  return TRUE;
}

static double
relative_error (const float *x, const float *back, gsize n)
{
  double error = 0, all = 0;

  for (gsize i = 0; i < n; i++)
    {
      error += ((double) x[i] - (double) back[i]) * ((double) x[i] - (double) back[i]);
      all += (double) x[i] * (double) x[i];
    }
  return sqrt (error / all);
}

/* Numbers like weights: sums of three draws. 4 bits leave less than a twelfth of their size, 6 bits a fiftieth; blocks
 * with their own minimum do better than those without. */
static void
test_error (void)
{
  const double most[] = { 0.085, 0.075, 0.02 };
  GRand *rand = g_rand_new_with_seed (3);
  float x[N], back[N];
  double errors[G_N_ELEMENTS (formats)];

  for (gsize i = 0; i < N; i++)
    x[i] = (float) (g_rand_double_range (rand, -1, 1) + g_rand_double_range (rand, -1, 1)
                    + g_rand_double_range (rand, -1, 1))
           * 0.02f;
  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      g_assert_true (there_and_back (&formats[f], x, N, back));
      errors[f] = relative_error (x, back, N);
      g_test_message ("%s: %.4f", formats[f].name, errors[f]);
      g_assert_cmpfloat (errors[f], <, most[f]);
    }
  g_assert_cmpfloat (errors[1], <, errors[0]);
  g_rand_free (rand);
}

/* Whole steps that use the whole range are met exactly. */
static void
test_exact (void)
{
  float x[N], back[N];

  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      int limit = 1 << (formats[f].bits - 1);

      for (gsize i = 0; i < N; i++)
        x[i] = 0.25f * (float) ((int) (i * 5 % (gsize) (2 * limit)) - limit);
      if (formats[f].bits == 6) /* sixteen share a scale, so each must have the extreme */
        for (gsize i = 0; i < N; i += 16)
          x[i] = 0.25f * (float) -limit;
      g_assert_true (there_and_back (&formats[f], x, N, back));
      g_assert_cmpfloat (relative_error (x, back, N), <, 2e-3);
    }
}

static void
test_zeros (void)
{
  const float tiny[] = { 0, -0.0f, 0x1p-149f, -0x1p-126f, 1e-30f };
  float x[ARRA_QK_K] = { 0 }, back[ARRA_QK_K];

  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    for (gsize t = 0; t < G_N_ELEMENTS (tiny); t++)
      {
        x[7] = tiny[t];
        g_assert_true (there_and_back (&formats[f], x, ARRA_QK_K, back));
        for (gsize i = 0; i < ARRA_QK_K; i++)
          g_assert_true (back[i] == 0);
      }
}

/* One number among zeros, of either sign, at each place of a block */
static void
test_lone (void)
{
  float x[ARRA_QK_K], back[ARRA_QK_K];

  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    for (gsize i = 0; i < ARRA_QK_K; i++)
      {
        memset (x, 0, sizeof x);
        x[i] = i % 2 == 0 ? 3 : -3;
        g_assert_true (there_and_back (&formats[f], x, ARRA_QK_K, back));
        for (gsize j = 0; j < ARRA_QK_K; j++)
          g_assert_cmpfloat (fabsf (back[j] - x[j]), <=, 0.02f);
      }
}

static void
test_refused (void)
{
  const float bad[] = { NAN, INFINITY, -INFINITY, 1e30f, -1e30f };
  float x[ARRA_QK_K], back[ARRA_QK_K];

  for (gsize i = 0; i < ARRA_QK_K; i++)
    x[i] = (float) i;
  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    for (gsize b = 0; b < G_N_ELEMENTS (bad); b++)
      {
        x[ARRA_QK_K - 1] = bad[b];
        g_assert_false (there_and_back (&formats[f], x, ARRA_QK_K, back));
        x[ARRA_QK_K - 1] = 0;
        g_assert_true (there_and_back (&formats[f], x, ARRA_QK_K, back));
      }
}

/* Large, but within the scales' range */
static void
test_large (void)
{
  float x[ARRA_QK_K], back[ARRA_QK_K];

  for (gsize i = 0; i < ARRA_QK_K; i++)
    x[i] = i % 3 == 0 ? 4e5f : -4e5f;
  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      g_assert_true (there_and_back (&formats[f], x, ARRA_QK_K, back));
      g_assert_cmpfloat (relative_error (x, back, ARRA_QK_K), <, 0.1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  c = arra_kernels_get (ARRA_CPU_C);
  g_test_add_func ("/kernels/quantize-blocks/error", test_error);
  g_test_add_func ("/kernels/quantize-blocks/exact", test_exact);
  g_test_add_func ("/kernels/quantize-blocks/zeros", test_zeros);
  g_test_add_func ("/kernels/quantize-blocks/lone", test_lone);
  g_test_add_func ("/kernels/quantize-blocks/refused", test_refused);
  g_test_add_func ("/kernels/quantize-blocks/large", test_large);
  return g_test_run ();
}
