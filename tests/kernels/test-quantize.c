/* test-quantize.c - Q8_0 rows and blocks of activations
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels.h"

#include <math.h>
#include <string.h>

static void
test_row_error (void)
{
  GRand *rand = g_rand_new_with_seed (3);
  float x[4 * ARRA_QK], back[4 * ARRA_QK];
  ArraBlockQ8_0 blocks[4];

  for (gsize i = 0; i < G_N_ELEMENTS (x); i++)
    x[i] = (float) g_rand_double_range (rand, -1, 1) * (float) (1 << (i / ARRA_QK));
  g_assert_true (arra_quantize_row_q8_0 (x, G_N_ELEMENTS (x), blocks));
  arra_kernels_get (ARRA_CPU_C)->widen_q8_0 (blocks, G_N_ELEMENTS (x), back);
  for (gsize i = 0; i < G_N_ELEMENTS (x); i++)
    {
      float d = arra_half_to_float (blocks[i / ARRA_QK].d);
      /* half a step, and d's own rounding */
      g_assert_cmpfloat (fabsf (x[i] - back[i]), <=, 0.5f * d + 127 * d * 0x1p-11f);
    }
  g_rand_free (rand);
}

/* Ties go away from zero, the extremes are 127 and -127. */
static void
test_row_rounding (void)
{
  float x[ARRA_QK] = { 127, -127, 0.5f, -0.5f, 1.5f, 2.5f, -2.5f, 0.49f };
  const gint8 expected[] = { 127, -127, 1, -1, 2, 3, -3, 0, 0 };
  ArraBlockQ8_0 block;

  g_assert_true (arra_quantize_row_q8_0 (x, ARRA_QK, &block));
  g_assert_cmphex (block.d, ==, 0x3c00);
  g_assert_cmpmem (block.q, sizeof expected, expected, sizeof expected);
}

static void
test_row_extremes (void)
{
  float x[ARRA_QK] = { 0 };
  ArraBlockQ8_0 block, zero = { 0 };
  const float tiny[] = { 0, 0x1p-149f, 1e-40f, 0x1p-126f };

  for (gsize i = 0; i < G_N_ELEMENTS (tiny); i++)
    {
      x[5] = tiny[i];
      g_assert_true (arra_quantize_row_q8_0 (x, ARRA_QK, &block));
      g_assert_cmphex (block.d, ==, 0);
    }
  x[5] = 0;
  g_assert_true (arra_quantize_row_q8_0 (x, ARRA_QK, &block));
  g_assert_cmpmem (&block, sizeof block, &zero, sizeof zero);
  x[31] = 65504.0f * 127.0f;
  g_assert_true (arra_quantize_row_q8_0 (x, ARRA_QK, &block));
  x[31] = 65536.0f * 127.0f;
  g_assert_false (arra_quantize_row_q8_0 (x, ARRA_QK, &block));
  x[31] = NAN;
  g_assert_false (arra_quantize_row_q8_0 (x, ARRA_QK, &block));
  x[31] = -INFINITY;
  g_assert_false (arra_quantize_row_q8_0 (x, ARRA_QK, &block));
}

static void
test_activations (void)
{
  const ArraKernels *c = arra_kernels_get (ARRA_CPU_C);
  float x[2 * ARRA_QK] = { 127, -127, 0.5f, -0.5f, 1.5f, 2.5f, -2.5f };
  const gint8 expected[] = { 127, -127, 0, 0, 2, 2, -2, 0 };
  ArraBlockQ8A block[2];

  c->quantize_q8a (x, 2 * ARRA_QK, block);
  g_assert_cmpfloat (block[0].d, ==, 1);
  g_assert_cmpmem (block[0].q, sizeof expected, expected, sizeof expected);
  g_assert_cmpfloat (block[1].d, ==, 0);
  x[40] = 0x1p-120f; /* too small to be more than zero */
  c->quantize_q8a (x, 2 * ARRA_QK, block);
  g_assert_cmpfloat (block[1].d, ==, 0);
  g_assert_cmpint (block[1].q[8], ==, 0);
  x[40] = -0x1p-119f;
  c->quantize_q8a (x, 2 * ARRA_QK, block);
  g_assert_cmpint (block[1].q[8], ==, -127);
  x[3] = INFINITY;
  x[40] = NAN;
  c->quantize_q8a (x, 2 * ARRA_QK, block);
  g_assert_true (isnan (block[0].d) && isnan (block[1].d));
  g_assert_cmpint (block[0].q[0], ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/quantize/row-error", test_row_error);
  g_test_add_func ("/kernels/quantize/row-rounding", test_row_rounding);
  g_test_add_func ("/kernels/quantize/row-extremes", test_row_extremes);
  g_test_add_func ("/kernels/quantize/activations", test_activations);
  return g_test_run ();
}
