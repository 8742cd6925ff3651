/* matmul.c - products of float, bfloat16 and half rows with tokens, in register tiles (AVX2, FMA, F16C)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

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
  gsize size; /* bytes of one weight */
  Lanes (*load) (const guint8 *p); /* ARRA_LANES weights, unaligned */
} Weight;

ALWAYS_INLINE Lanes
load_f32 (const guint8 *p)
{
  return lanes_load ((const float *) p);
}

ALWAYS_INLINE Lanes
load_bf16 (const guint8 *p)
{
  __m256i low = _mm256_cvtepu16_epi32 (_mm_loadu_si128 ((const __m128i *) p));
  __m256i high = _mm256_cvtepu16_epi32 (_mm_loadu_si128 ((const __m128i *) (p + 16)));
  return (Lanes) { _mm256_castsi256_ps (_mm256_slli_epi32 (low, 16)), _mm256_castsi256_ps (_mm256_slli_epi32 (high, 16)) };
}

ALWAYS_INLINE Lanes
load_f16 (const guint8 *p)
{
  return (Lanes) { _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *) p)),
                   _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *) (p + 16))) };
}

/* The first @n < ARRA_LANES weights, zeros above. */
ALWAYS_INLINE Lanes
load_part (Weight weight, const guint8 *p, gsize n)
{
  guint8 all[ARRA_LANES * sizeof (float)] = { 0 };
  memcpy (all, p, n * weight.size);
  return weight.load (all);
}

/* @rows x @tokens sums; both are constants to the compiler, so that the accumulators are registers. */
ALWAYS_INLINE void
tile (const Product *p, gsize row, gsize token, Weight weight, gsize rows, gsize tokens)
{
  const guint8 *w = p->w + row * p->w_stride;
  const guint8 *x = p->x + token * p->x_stride;
  Lanes acc[4][4];
  gsize i = 0;

  UNROLL for (gsize r = 0; r < rows; r++)
    UNROLL for (gsize t = 0; t < tokens; t++)
      acc[r][t] = lanes_zero ();
  for (; i + ARRA_LANES <= p->k; i += ARRA_LANES)
    UNROLL for (gsize r = 0; r < rows; r++)
      {
        Lanes a = weight.load (w + r * p->w_stride + i * weight.size);
        UNROLL for (gsize t = 0; t < tokens; t++)
          acc[r][t] = lanes_fma (a, lanes_load ((const float *) (x + t * p->x_stride) + i), acc[r][t]);
      }
  if (i < p->k)
    UNROLL for (gsize r = 0; r < rows; r++)
      {
        Lanes a = load_part (weight, w + r * p->w_stride + i * weight.size, p->k - i);
        UNROLL for (gsize t = 0; t < tokens; t++)
          {
            Lanes b = lanes_load_part ((const float *) (x + t * p->x_stride) + i, p->k - i);
            acc[r][t] = lanes_choose (p->k - i, lanes_fma (a, b, acc[r][t]), acc[r][t]);
          }
      }
  UNROLL for (gsize r = 0; r < rows; r++)
    UNROLL for (gsize t = 0; t < tokens; t++)
      p->y[(token + t) * p->y_stride + row + r] = lanes_fold (acc[r][t]);
}

/* All tokens of @rows rows. */
ALWAYS_INLINE void
strip (const Product *p, gsize row, gsize n_tokens, Weight weight, gsize rows)
{
  gsize t = 0;

  if (n_tokens > 1)
    for (; t + 2 <= n_tokens; t += 2)
      tile (p, row, t, weight, rows, 2);
  for (; t < n_tokens; t++)
    tile (p, row, t, weight, rows, 1);
}

ALWAYS_INLINE void
matmul (const Product *p, gsize n_rows, gsize n_tokens, Weight weight)
{
  gsize r = 0;

  if (n_tokens == 1)
    for (; r + 4 <= n_rows; r += 4)
      tile (p, r, 0, weight, 4, 1);
  for (; r + 2 <= n_rows; r += 2)
    strip (p, r, n_tokens, weight, 2);
  for (; r < n_rows; r++)
    strip (p, r, n_tokens, weight, 1);
}

void
arra_avx2_matmul_f32 (const void *w, gsize w_stride, gsize n_rows, gsize k, const void *x, gsize x_stride, gsize n_tokens, float *y, gsize y_stride)
{
  const Product p = { w, w_stride, k, x, x_stride, y, y_stride };
  matmul (&p, n_rows, n_tokens, (Weight) { 4, load_f32 });
}

void
arra_avx2_matmul_bf16 (const void *w, gsize w_stride, gsize n_rows, gsize k, const void *x, gsize x_stride, gsize n_tokens, float *y, gsize y_stride)
{
  const Product p = { w, w_stride, k, x, x_stride, y, y_stride };
  matmul (&p, n_rows, n_tokens, (Weight) { 2, load_bf16 });
}

void
arra_avx2_matmul_f16 (const void *w, gsize w_stride, gsize n_rows, gsize k, const void *x, gsize x_stride, gsize n_tokens, float *y, gsize y_stride)
{
  const Product p = { w, w_stride, k, x, x_stride, y, y_stride };
  matmul (&p, n_rows, n_tokens, (Weight) { 2, load_f16 });
}
