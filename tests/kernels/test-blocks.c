/* test-blocks.c - blocks of 4 and 6 bits lie as GGUF has them, and products of them are what they say
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels.h"

#include <math.h>
#include <string.h>

#include "c/spec.h"

static const ArraKernels *c;

#define ONE 0x3c00 /* as a half */
#define TWO 0x4000

/* Byte i: weight i below, weight i + 16 above, less 8 each. */
static void
test_q4_0 (void)
{
  ArraBlockQ4_0 block = { .d = TWO };
  float x[ARRA_QK];

  for (gsize i = 0; i < 16; i++)
    block.q[i] = (guint8) (i | (15 - i) << 4);
  c->widen_q4_0 (&block, ARRA_QK, x);
  for (gsize i = 0; i < 16; i++)
    {
      g_assert_cmpfloat (x[i], ==, 2 * ((float) i - 8));
      g_assert_cmpfloat (x[16 + i], ==, 2 * (7 - (float) i));
    }
}

/* Scales 1, 2, 3, 4, 21, 38, 55, 63 and minima 0, 7, 14, 63, 5, 20, 35, 62 by hand: of each, four in six bits, then
 * four whose low half is in the last four bytes, their upper two bits above the first ones. */
static void
test_q4_k (void)
{
  const float scales[] = { 1, 2, 3, 4, 21, 38, 55, 63 }, mins[] = { 0, 7, 14, 63, 5, 20, 35, 62 };
  const guint8 packed[12] = { 1 | 1 << 6,  2 | 2 << 6,  3 | 3 << 6, 4 | 3 << 6, 0 | 0 << 6, 7 | 1 << 6,
                              14 | 2 << 6, 63 | 3 << 6, 5 | 5 << 4, 6 | 4 << 4, 7 | 3 << 4, 15 | 14 << 4 };
  ArraBlockQ4_K block = { .d = ONE, .dmin = TWO };
  float x[ARRA_QK_K];

  memcpy (block.scales, packed, sizeof packed);
  for (gsize i = 0; i < 128; i++)
    block.q[i] = (guint8) (i % 16 | (i / 32 + 3) << 4);
  c->widen_q4_k (&block, ARRA_QK_K, x);
  for (gsize i = 0; i < ARRA_QK_K; i++)
    {
      gsize b = i / 32;
      float q = b % 2 == 0 ? (float) (i % 16) : (float) (b / 2 + 3);
      g_assert_cmpfloat (x[i], ==, scales[b] * q - 2 * mins[b]);
    }
}

/* Of 128 weights, 32 at a time: low halves of the first 32 and of the next 32 bytes, then their upper halves; two bits
 * more each from the bits 0, 2, 4 and 6 of 32 other bytes. */
static void
test_q6_k (void)
{
  ArraBlockQ6_K block = { .d = ONE };
  float x[ARRA_QK_K];

  for (gsize i = 0; i < 128; i++)
    block.low[i] = (guint8) (i % 16 | (15 - i % 16) << 4);
  for (gsize i = 0; i < 64; i++)
    block.high[i] = 0 | 1 << 2 | 2 << 4 | 3 << 6;
  for (int i = 0; i < 16; i++)
    block.scales[i] = (gint8) (i < 8 ? i + 1 : -i);
  c->widen_q6_k (&block, ARRA_QK_K, x);
  for (gsize i = 0; i < ARRA_QK_K; i++)
    {
      gsize quarter = i % 128 / 32, low = quarter < 2 ? i % 16 : 15 - i % 16;
      float q = (float) (low + 16 * quarter) - 32;
      g_assert_cmpfloat (x[i], ==, (float) block.scales[i / 16] * q);
    }
}

/* What is packed comes back, each value at each place. */
static void
test_pack (void)
{
  guint8 q[ARRA_QK_K], back[ARRA_QK_K], scales[8], mins[8], scales_back[8], mins_back[8];
  ArraBlockQ4_0 q4_0;
  ArraBlockQ4_K q4_k;
  ArraBlockQ6_K q6_k;

  for (guint round = 0; round < 64; round++)
    {
      for (guint i = 0; i < ARRA_QK_K; i++)
        q[i] = (guint8) ((i * 7 + round) % 64);
      for (guint i = 0; i < 8; i++)
        {
          scales[i] = (guint8) ((i * 9 + round) % 64);
          mins[i] = (guint8) ((i * 5 + 3 * round) % 64);
        }
      arra_c_pack_q6_k (q, &q6_k);
      arra_c_unpack_q6_k (&q6_k, back);
      g_assert_cmpmem (back, sizeof back, q, sizeof q);
      for (guint i = 0; i < ARRA_QK_K; i++)
        q[i] %= 16;
      arra_c_pack_q4_k (q, scales, mins, &q4_k);
      arra_c_unpack_q4_k (&q4_k, back);
      arra_c_unpack_scales_q4_k (q4_k.scales, scales_back, mins_back);
      g_assert_cmpmem (back, sizeof back, q, sizeof q);
      g_assert_cmpmem (scales_back, 8, scales, 8);
      g_assert_cmpmem (mins_back, 8, mins, 8);
      arra_c_pack_q4_0 (q, &q4_0);
      arra_c_unpack_q4_0 (&q4_0, back);
      g_assert_cmpmem (back, ARRA_QK, q, ARRA_QK);
    }
}

/* A product is that of the widened weights with the widened token. */
static void
assert_product (ArraMatmulFunc matmul, const void *w, gsize size, const float *wide, const float *x, gsize n)
{
  ArraBlockQ8A blocks[2 * ARRA_QK_K / ARRA_QK];
  double expected = 0, magnitude = 0;
  float y;

  c->quantize_q8a (x, n, blocks);
  for (gsize i = 0; i < n; i++)
    {
      double product = (double) wide[i] * (double) blocks[i / ARRA_QK].d * blocks[i / ARRA_QK].q[i % ARRA_QK];
      expected += product;
      magnitude += fabs (product);
    }
  matmul (w, size, 1, n, blocks, sizeof blocks, 1, &y, 1);
  g_assert_cmpfloat (fabs ((double) y - expected), <=, 1e-6 * magnitude);
}

static void
test_products (void)
{
  GRand *rand = g_rand_new_with_seed (9);
  float x[2 * ARRA_QK_K], w[2 * ARRA_QK_K], wide[2 * ARRA_QK_K];
  ArraBlockQ4_0 q4_0[2 * ARRA_QK_K / ARRA_QK];
  ArraBlockQ4_K q4_k[2];
  ArraBlockQ6_K q6_k[2];

  for (guint round = 0; round < 50; round++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (x); i++)
        {
          x[i] = (float) g_rand_double_range (rand, -3, 3);
          w[i] = (float) g_rand_double_range (rand, -1, 2);
        }
      g_assert_true (arra_quantize_row_q4_0 (w, G_N_ELEMENTS (w), q4_0));
      g_assert_true (arra_quantize_row_q4_k (w, G_N_ELEMENTS (w), q4_k));
      g_assert_true (arra_quantize_row_q6_k (w, G_N_ELEMENTS (w), q6_k));
      c->widen_q4_0 (q4_0, G_N_ELEMENTS (w), wide);
      assert_product (c->matmul_q4_0, q4_0, sizeof q4_0, wide, x, G_N_ELEMENTS (w));
      c->widen_q4_k (q4_k, G_N_ELEMENTS (w), wide);
      assert_product (c->matmul_q4_k, q4_k, sizeof q4_k, wide, x, G_N_ELEMENTS (w));
      c->widen_q6_k (q6_k, G_N_ELEMENTS (w), wide);
      assert_product (c->matmul_q6_k, q6_k, sizeof q6_k, wide, x, G_N_ELEMENTS (w));
    }
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  c = arra_kernels_get (ARRA_CPU_C);
  g_test_add_func ("/kernels/blocks/q4_0", test_q4_0);
  g_test_add_func ("/kernels/blocks/q4_k", test_q4_k);
  g_test_add_func ("/kernels/blocks/q6_k", test_q6_k);
  g_test_add_func ("/kernels/blocks/pack", test_pack);
  g_test_add_func ("/kernels/blocks/products", test_products);
  return g_test_run ();
}
