/* matmul.c - products of float, bfloat16 and half rows with tokens, in register tiles (AVX-512)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx512.h"
#include "variants.h"

typedef struct
{
  const guint8 *w;
  gsize w_stride;
  gsize k;
  const guint8 *x;
  gsize x_stride;
  float *y;
  gsize y_stride;
} Product;

typedef struct
{
  gsize size;                                            /* bytes of one weight */
  __m512 (*load) (const guint8 *p);                      /* ARRA_LANES weights, unaligned */
  __m512 (*load_part) (__mmask16 mask, const guint8 *p); /* those of the mask, zeros elsewhere */
} Weight;

ALWAYS_INLINE __m512
load_f32 (const guint8 *p)
{
  return _mm512_loadu_ps (p);
}

ALWAYS_INLINE __m512
load_part_f32 (__mmask16 mask, const guint8 *p)
{
  return _mm512_maskz_loadu_ps (mask, p);
}

ALWAYS_INLINE __m512
from_bf16 (__m256i v)
{
  return _mm512_castsi512_ps (_mm512_slli_epi32 (_mm512_cvtepu16_epi32 (v), 16));
}

ALWAYS_INLINE __m512
load_bf16 (const guint8 *p)
{
  return from_bf16 (_mm256_loadu_si256 ((const __m256i *) p));
}

ALWAYS_INLINE __m512
load_part_bf16 (__mmask16 mask, const guint8 *p)
{
  return from_bf16 (_mm256_maskz_loadu_epi16 (mask, p));
}

ALWAYS_INLINE __m512
load_f16 (const guint8 *p)
{
  return _mm512_cvtph_ps (_mm256_loadu_si256 ((const __m256i *) p));
}

ALWAYS_INLINE __m512
load_part_f16 (__mmask16 mask, const guint8 *p)
{
  return _mm512_cvtph_ps (_mm256_maskz_loadu_epi16 (mask, p));
}

/* @rows x @tokens sums, the rows from @row, @step apart; counts are constants to the compiler, so that the accumulators
 * are registers. */
ALWAYS_INLINE void
tile (const Product *p, gsize row, gsize step, gsize token, Weight weight, gsize rows, gsize tokens)
{
  const guint8 *w = p->w + row * p->w_stride;
  const gsize w_step = step * p->w_stride;
  const guint8 *x = p->x + token * p->x_stride;
  __m512 acc[6][4];
  gsize i = 0;

  UNROLL
  for (gsize r = 0; r < rows; r++)
    UNROLL
  for (gsize t = 0; t < tokens; t++)
    acc[r][t] = _mm512_setzero_ps ();
  for (; i + ARRA_LANES <= p->k; i += ARRA_LANES)
    {
      __m512 b[4];
      UNROLL
      for (gsize t = 0; t < tokens; t++)
        b[t] = _mm512_loadu_ps (x + t * p->x_stride + i * sizeof (float));
      UNROLL
      for (gsize r = 0; r < rows; r++)
        {
          const guint8 *p_w = w + r * w_step + i * weight.size;
          __m512 a = weight.load (p_w);

          _mm_prefetch (p_w + ARRA_PREFETCH, _MM_HINT_T0);
          UNROLL
          for (gsize t = 0; t < tokens; t++)
            acc[r][t] = _mm512_fmadd_ps (a, b[t], acc[r][t]);
        }
    }
  if (i < p->k)
    UNROLL
  for (gsize r = 0; r < rows; r++)
    {
      __mmask16 mask = first_lanes (p->k - i);
      __m512 a = weight.load_part (mask, w + r * w_step + i * weight.size);
      UNROLL
      for (gsize t = 0; t < tokens; t++)
        {
          __m512 b = _mm512_maskz_loadu_ps (mask, x + t * p->x_stride + i * sizeof (float));
          acc[r][t] = _mm512_mask3_fmadd_ps (a, b, acc[r][t], mask);
        }
    }
  UNROLL
  for (gsize r = 0; r < rows; r++)
    UNROLL
  for (gsize t = 0; t < tokens; t++)
    p->y[(token + t) * p->y_stride + row + r * step] = lanes_fold (acc[r][t]);
}

/* All tokens of @rows rows. */
ALWAYS_INLINE void
strip (const Product *p, gsize row, gsize step, gsize n_tokens, Weight weight, gsize rows)
{
  gsize t = 0;

  for (; t + 4 <= n_tokens; t += 4)
    tile (p, row, step, t, weight, rows, 4);
  for (; t + 2 <= n_tokens; t += 2)
    tile (p, row, step, t, weight, rows, 2);
  for (; t < n_tokens; t++)
    tile (p, row, step, t, weight, rows, 1);
}

/* Rows in groups of @rows, a part of the range apart, so that a thread reads few long streams of weights: short ones
 * that jump from row to row cost a third of the memory bandwidth. */
ALWAYS_INLINE void
groups (const Product *p, gsize n_rows, gsize n_tokens, Weight weight, gsize rows)
{
  gsize step = n_rows / rows;

  for (gsize r = 0; r < step; r++)
    strip (p, r, step, n_tokens, weight, rows);
  for (gsize r = rows * step; r < n_rows; r++)
    strip (p, r, 1, n_tokens, weight, 1);
}

ALWAYS_INLINE void
matmul (const Product *p, gsize n_rows, gsize n_tokens, Weight weight)
{
  if (n_tokens < 4)
    groups (p, n_rows, n_tokens, weight, 4); /* bound by memory */
  else
    groups (p, n_rows, n_tokens, weight, 6); /* bound by arithmetic */
}

void
arra_avx512_matmul_f32 (const void *w,
                        gsize w_stride,
                        gsize n_rows,
                        gsize k,
                        const void *x,
                        gsize x_stride,
                        gsize n_tokens,
                        float *y,
                        gsize y_stride)
{
  const Product p = { w, w_stride, k, x, x_stride, y, y_stride };
  matmul (&p, n_rows, n_tokens, (Weight) { 4, load_f32, load_part_f32 });
}

void
arra_avx512_matmul_bf16 (const void *w,
                         gsize w_stride,
                         gsize n_rows,
                         gsize k,
                         const void *x,
                         gsize x_stride,
                         gsize n_tokens,
                         float *y,
                         gsize y_stride)
{
  const Product p = { w, w_stride, k, x, x_stride, y, y_stride };
  matmul (&p, n_rows, n_tokens, (Weight) { 2, load_bf16, load_part_bf16 });
}

void
arra_avx512_matmul_f16 (const void *w,
                        gsize w_stride,
                        gsize n_rows,
                        gsize k,
                        const void *x,
                        gsize x_stride,
                        gsize n_tokens,
                        float *y,
                        gsize y_stride)
{
  const Product p = { w, w_stride, k, x, x_stride, y, y_stride };
  matmul (&p, n_rows, n_tokens, (Weight) { 2, load_f16, load_part_f16 });
}
