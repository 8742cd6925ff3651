/* matmul.c - products of float, bfloat16 and half rows with tokens, in register tiles (AVX2, FMA, F16C)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"
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
  gsize size;                       /* bytes of one weight */
  __m256 (*load) (const guint8 *p); /* eight weights, unaligned: half of the lanes */
} Weight;

ALWAYS_INLINE __m256
load_f32 (const guint8 *p)
{
  return _mm256_loadu_ps ((const float *) p);
}

ALWAYS_INLINE __m256
load_bf16 (const guint8 *p)
{
  return _mm256_castsi256_ps (_mm256_slli_epi32 (_mm256_cvtepu16_epi32 (_mm_loadu_si128 ((const __m128i *) p)), 16));
}

ALWAYS_INLINE __m256
load_f16 (const guint8 *p)
{
  return _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *) p));
}

ALWAYS_INLINE Lanes
load_lanes (Weight weight, const guint8 *p)
{
  return (Lanes) { weight.load (p), weight.load (p + 8 * weight.size) };
}

/* The first @n < ARRA_LANES weights, zeros above. */
ALWAYS_INLINE Lanes
load_part (Weight weight, const guint8 *p, gsize n)
{
  guint8 all[ARRA_LANES * sizeof (float)] = { 0 };
  memcpy (all, p, n * weight.size);
  return load_lanes (weight, all);
}

/* Adds the last elements, fewer than ARRA_LANES, to the lanes of one sum. */
static inline Lanes
add_tail (const Product *p, Weight weight, const guint8 *w, const guint8 *x, Lanes acc)
{
  gsize n = p->k % ARRA_LANES;
  gsize i = p->k - n;
  Lanes a = load_part (weight, w + i * weight.size, n);
  Lanes b = lanes_load_part ((const float *) x + i, n);

  return lanes_choose (n, lanes_fma (a, b, acc), acc);
}

/* @rows x @tokens sums, the rows from @row, @step apart; counts are constants to the compiler, so that the accumulators
 * are registers. */
ALWAYS_INLINE void
tile (const Product *p, gsize row, gsize step, gsize token, Weight weight, gsize rows, gsize tokens)
{
  const guint8 *w = p->w + row * p->w_stride;
  const gsize w_step = step * p->w_stride;
  const guint8 *x = p->x + token * p->x_stride;
  Lanes acc[4][2];

  UNROLL
  for (gsize r = 0; r < rows; r++)
    UNROLL
  for (gsize t = 0; t < tokens; t++)
    acc[r][t] = lanes_zero ();
  for (gsize i = 0; i + ARRA_LANES <= p->k; i += ARRA_LANES)
    {
      Lanes b[2];
      UNROLL
      for (gsize t = 0; t < tokens; t++)
        b[t] = lanes_load ((const float *) (x + t * p->x_stride) + i);
      UNROLL
      for (gsize r = 0; r < rows; r++)
        {
          const guint8 *p_w = w + r * w_step + i * weight.size;
          Lanes a = load_lanes (weight, p_w);

          _mm_prefetch (p_w + ARRA_PREFETCH, _MM_HINT_T0);
          UNROLL
          for (gsize t = 0; t < tokens; t++)
            acc[r][t] = lanes_fma (a, b[t], acc[r][t]);
        }
    }
  UNROLL
  for (gsize r = 0; r < rows; r++)
    UNROLL
  for (gsize t = 0; t < tokens; t++)
    {
      if (p->k % ARRA_LANES != 0)
        acc[r][t] = add_tail (p, weight, w + r * w_step, x + t * p->x_stride, acc[r][t]);
      p->y[(token + t) * p->y_stride + row + r * step] = lanes_fold (acc[r][t]);
    }
}

/* Half of the lanes of four rows and three tokens: as many sums as there are registers for */
ALWAYS_INLINE void
half_tile (const Product *p,
           const guint8 *w,
           gsize w_step,
           const guint8 *x,
           Weight weight,
           gsize from,
           __m256 acc[4][3])
{
  UNROLL
  for (gsize r = 0; r < 4; r++)
    UNROLL
  for (gsize t = 0; t < 3; t++)
    acc[r][t] = _mm256_setzero_ps ();
  for (gsize i = 0; i + ARRA_LANES <= p->k; i += ARRA_LANES)
    {
      __m256 b[3];
      UNROLL
      for (gsize t = 0; t < 3; t++)
        b[t] = _mm256_loadu_ps ((const float *) (x + t * p->x_stride) + i + from);
      UNROLL
      for (gsize r = 0; r < 4; r++)
        {
          __m256 a = weight.load (w + r * w_step + (i + from) * weight.size);
          UNROLL
          for (gsize t = 0; t < 3; t++)
            acc[r][t] = _mm256_fmadd_ps (a, b[t], acc[r][t]);
        }
    }
}

/* 4 x 3 sums, the lower lanes first, then the upper ones */
ALWAYS_INLINE void
big_tile (const Product *p, gsize row, gsize step, gsize token, Weight weight)
{
  const guint8 *w = p->w + row * p->w_stride;
  const gsize w_step = step * p->w_stride;
  const guint8 *x = p->x + token * p->x_stride;
  __m256 low[4][3], high[4][3];

  half_tile (p, w, w_step, x, weight, 0, low);
  half_tile (p, w, w_step, x, weight, 8, high);
  for (gsize r = 0; r < 4; r++)
    for (gsize t = 0; t < 3; t++)
      {
        Lanes acc = { low[r][t], high[r][t] };

        if (p->k % ARRA_LANES != 0)
          acc = add_tail (p, weight, w + r * w_step, x + t * p->x_stride, acc);
        p->y[(token + t) * p->y_stride + row + r * step] = lanes_fold (acc);
      }
}

/* All tokens of four rows, a part of the range apart, so that a thread reads few long streams of weights: short ones
 * that jump from row to row cost a third of the memory bandwidth. */
ALWAYS_INLINE void
four_rows (const Product *p, gsize row, gsize step, gsize n_tokens, Weight weight)
{
  gsize t = 0;

  for (; t + 3 <= n_tokens; t += 3)
    big_tile (p, row, step, t, weight);
  if (t + 2 == n_tokens)
    {
      tile (p, row, step, t, weight, 2, 2);
      tile (p, row + 2 * step, step, t, weight, 2, 2);
    }
  else if (t < n_tokens)
    tile (p, row, step, t, weight, 4, 1);
}

ALWAYS_INLINE void
matmul (const Product *p, gsize n_rows, gsize n_tokens, Weight weight)
{
  gsize step = n_rows / 4;

  for (gsize r = 0; r < step; r++)
    four_rows (p, r, step, n_tokens, weight);
  for (gsize r = 4 * step; r < n_rows; r++)
    for (gsize t = 0; t < n_tokens; t++)
      tile (p, r, 1, t, weight, 1, 1);
}

void
arra_avx2_matmul_f32 (const void *w,
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
  matmul (&p, n_rows, n_tokens, (Weight) { 4, load_f32 });
}

void
arra_avx2_matmul_bf16 (const void *w,
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
  matmul (&p, n_rows, n_tokens, (Weight) { 2, load_bf16 });
}

void
arra_avx2_matmul_f16 (const void *w,
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
  matmul (&p, n_rows, n_tokens, (Weight) { 2, load_f16 });
}
