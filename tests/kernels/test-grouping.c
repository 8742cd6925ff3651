/* test-grouping.c - a row's result does not depend on how many rows and tokens are computed together; exp over all
 * floats
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels.h"

#include <math.h>
#include <string.h>

#include "detmath.h"

#define ROWS 37
#define TOKENS 21
#define K 1280 /* forty blocks, more than are packed at a time */

typedef struct
{
  ArraMatmulFunc matmul;
  gsize row_size, token_size;
  const guint8 *w, *x;
} Product;

static void
assert_part (const Product *p, const float *whole, gsize row, gsize n_rows, gsize token, gsize n_tokens)
{
  float part[ROWS * TOKENS];

  p->matmul (p->w + row * p->row_size, p->row_size, n_rows, K, p->x + token * p->token_size, p->token_size, n_tokens,
             part, n_rows);
  for (gsize t = 0; t < n_tokens; t++)
    g_assert_cmpmem (part + t * n_rows, n_rows * sizeof (float), whole + (token + t) * ROWS + row,
                     n_rows * sizeof (float));
}

static void
assert_independent (const Product *p, GRand *rand)
{
  float whole[ROWS * TOKENS];

  p->matmul (p->w, p->row_size, ROWS, K, p->x, p->token_size, TOKENS, whole, ROWS);
  for (gsize r = 0; r < ROWS; r++)
    for (gsize t = 0; t < TOKENS; t++)
      assert_part (p, whole, r, 1, t, 1);
  for (gsize i = 0; i < 300; i++)
    {
      gsize row = (gsize) g_rand_int_range (rand, 0, ROWS);
      gsize token = (gsize) g_rand_int_range (rand, 0, TOKENS);
      gsize n_rows = (gsize) g_rand_int_range (rand, 1, (gint32) (ROWS - row) + 1);
      gsize n_tokens = (gsize) g_rand_int_range (rand, 1, (gint32) (TOKENS - token) + 1);

      assert_part (p, whole, row, n_rows, token, n_tokens);
    }
}

static void
test_matmul (void)
{
  GRand *rand = g_rand_new_with_seed (5);
  g_autofree float *x = g_new (float, TOKENS *K);
  g_autofree float *w32 = g_new (float, ROWS *K);
  g_autofree guint16 *w16 = g_new (guint16, ROWS * K);
  g_autofree guint16 *half = g_new (guint16, ROWS * K);
  g_autofree ArraBlockQ8_0 *w8 = g_new (ArraBlockQ8_0, ROWS * K / ARRA_QK);
  g_autofree ArraBlockQ4_0 *w4 = g_new (ArraBlockQ4_0, ROWS * K / ARRA_QK);
  g_autofree ArraBlockQ4_K *w4k = g_new (ArraBlockQ4_K, ROWS * K / ARRA_QK_K);
  g_autofree ArraBlockQ6_K *w6k = g_new (ArraBlockQ6_K, ROWS * K / ARRA_QK_K);
  g_autofree ArraBlockQ8A *x8 = g_new (ArraBlockQ8A, TOKENS * K / ARRA_QK);

  for (gsize i = 0; i < TOKENS * K; i++)
    x[i] = (float) g_rand_double_range (rand, -2, 2);
  for (gsize i = 0; i < ROWS * K; i++)
    {
      w32[i] = (float) g_rand_double_range (rand, -2, 2);
      w16[i] = arra_float_to_bf16 (w32[i]);
      half[i] = arra_float_to_half (w32[i]);
    }
  g_assert_true (arra_quantize_row_q8_0 (w32, ROWS * K, w8));
  g_assert_true (arra_quantize_row_q4_0 (w32, ROWS * K, w4));
  g_assert_true (arra_quantize_row_q4_k (w32, ROWS * K, w4k));
  g_assert_true (arra_quantize_row_q6_k (w32, ROWS * K, w6k));
  for (ArraCpu cpu = ARRA_CPU_C; cpu < ARRA_N_CPU; cpu++)
    {
      const ArraKernels *table;

      if (!arra_cpu_supports (cpu, NULL))
        continue;
      table = arra_kernels_get (cpu);
      table->quantize_q8a (x, TOKENS * K, x8);
      const Product products[] = {
        { table->matmul_f32, K * 4, K * 4, (const guint8 *) w32, (const guint8 *) x },
        { table->matmul_bf16, K * 2, K * 4, (const guint8 *) w16, (const guint8 *) x },
        { table->matmul_f16, K * 2, K * 4, (const guint8 *) half, (const guint8 *) x },
        { table->matmul_q8_0, K / ARRA_QK * sizeof *w8, K / ARRA_QK * sizeof *x8, (const guint8 *) w8,
          (const guint8 *) x8 },
        { table->matmul_q4_0, K / ARRA_QK * sizeof *w4, K / ARRA_QK * sizeof *x8, (const guint8 *) w4,
          (const guint8 *) x8 },
        { table->matmul_q4_k, K / ARRA_QK_K * sizeof *w4k, K / ARRA_QK * sizeof *x8, (const guint8 *) w4k,
          (const guint8 *) x8 },
        { table->matmul_q6_k, K / ARRA_QK_K * sizeof *w6k, K / ARRA_QK * sizeof *x8, (const guint8 *) w6k,
          (const guint8 *) x8 },
      };
      for (gsize i = 0; i < G_N_ELEMENTS (products); i++)
        assert_independent (&products[i], rand);
    }
  g_rand_free (rand);
}

/* Every 1021st float there is, and all of those around the ends of exp's range. */
static void
test_exp (void)
{
  enum
  {
    CHUNK = 4096
  };
  static float x[CHUNK], expected[CHUNK], y[CHUNK];
  const guint32 starts[] = { 0, 0x42b17000, 0xc2aea000 }; /* 88.72, -87.31 */

  for (gsize s = 0; s < G_N_ELEMENTS (starts); s++)
    {
      guint32 step = s == 0 ? 1021 : 1;
      guint64 end = s == 0 ? 0xffffffffu : (guint64) starts[s] + 0x4000;

      for (guint64 bits = starts[s]; bits < end;)
        {
          for (gsize i = 0; i < CHUNK; i++, bits += step)
            {
              guint32 low = (guint32) MIN (bits, end);
              memcpy (&x[i], &low, sizeof low);
              expected[i] = arra_expf (x[i]);
            }
          for (ArraCpu cpu = ARRA_CPU_C; cpu < ARRA_N_CPU; cpu++)
            {
              if (!arra_cpu_supports (cpu, NULL))
                continue;
              arra_kernels_get (cpu)->exp (x, CHUNK, y);
              for (gsize i = 0; i < CHUNK; i++)
                g_assert_true (memcmp (&y[i], &expected[i], sizeof y[i]) == 0 || (isnan (y[i]) && isnan (expected[i])));
            }
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/grouping/matmul", test_matmul);
  g_test_add_func ("/kernels/grouping/exp", test_exp);
  return g_test_run ();
}
