/* winograd.c - squares of pixels to Winograd's products and back (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

ALWAYS_INLINE void
forward (const __m256 *d, gsize step, __m256 *t)
{
  const __m256 d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  const __m256 four = _mm256_set1_ps (4), minus_four = _mm256_set1_ps (-4), minus_five = _mm256_set1_ps (-5);
  const __m256 p = _mm256_fmadd_ps (minus_four, d2, d4), q = _mm256_fmadd_ps (minus_four, d1, d3);
  const __m256 r = _mm256_sub_ps (d4, d2), s = _mm256_mul_ps (_mm256_set1_ps (2), _mm256_sub_ps (d3, d1));

  t[0] = _mm256_fmadd_ps (four, d0, _mm256_fmadd_ps (minus_five, d2, d4));
  t[step] = _mm256_add_ps (p, q);
  t[2 * step] = _mm256_sub_ps (p, q);
  t[3 * step] = _mm256_add_ps (r, s);
  t[4 * step] = _mm256_sub_ps (r, s);
  t[5 * step] = _mm256_fmadd_ps (four, d1, _mm256_fmadd_ps (minus_five, d3, d5));
}

ALWAYS_INLINE void
back (const __m256 *m, gsize step, __m256 *y)
{
  const __m256 m0 = m[0], m5 = m[5 * step];
  const __m256 a = _mm256_add_ps (m[step], m[2 * step]), b = _mm256_sub_ps (m[step], m[2 * step]);
  const __m256 c = _mm256_add_ps (m[3 * step], m[4 * step]), e = _mm256_sub_ps (m[3 * step], m[4 * step]);

  y[0] = _mm256_add_ps (_mm256_add_ps (m0, a), c);
  y[step] = _mm256_fmadd_ps (_mm256_set1_ps (2), e, b);
  y[2 * step] = _mm256_fmadd_ps (_mm256_set1_ps (4), c, a);
  y[3 * step] = _mm256_add_ps (_mm256_fmadd_ps (_mm256_set1_ps (8), e, b), m5);
}

/* Columns of the square first, each as it is loaded: eight channels. */
ALWAYS_INLINE void
forward_eight (const float *x, gsize row, gsize channels, float *v, gsize step)
{
  __m256 d[36];

  UNROLL
  for (gsize i = 0; i < 6; i++)
    {
      UNROLL
      for (gsize k = 0; k < 6; k++)
        d[6 * k + i] = _mm256_loadu_ps (x + k * row + i * channels);
      forward (d + i, 6, d + i);
    }
  UNROLL
  for (gsize i = 0; i < 6; i++)
    {
      forward (d + 6 * i, 1, d + 6 * i);
      UNROLL
      for (gsize k = 0; k < 6; k++)
        _mm256_storeu_ps (v + (6 * i + k) * step, d[6 * i + k]);
    }
}

ALWAYS_INLINE void
back_eight (const float *m, gsize step, gsize channels, float *y, gsize row)
{
  __m256 d[36];

  UNROLL
  for (gsize i = 0; i < 6; i++)
    {
      UNROLL
      for (gsize k = 0; k < 6; k++)
        d[6 * k + i] = _mm256_loadu_ps (m + (6 * k + i) * step);
      back (d + i, 6, d + i);
    }
  UNROLL
  for (gsize i = 0; i < 4; i++)
    {
      back (d + 6 * i, 1, d + 6 * i);
      UNROLL
      for (gsize k = 0; k < 4; k++)
        _mm256_storeu_ps (y + i * row + k * channels, d[6 * i + k]);
    }
}

/* The last channels, fewer than eight, through a square of their own, as if there were eight. */
static void
forward_tail (const float *x, gsize row, gsize channels, gsize n, float *v, gsize step)
{
  float square[36 * 8] = { 0 }, products[36 * 8];

  for (gsize i = 0; i < 36; i++)
    memcpy (square + 8 * i, x + i / 6 * row + i % 6 * channels, n * sizeof *x);
  forward_eight (square, 6 * 8, 8, products, 8);
  for (gsize i = 0; i < 36; i++)
    memcpy (v + i * step, products + 8 * i, n * sizeof *v);
}

static void
back_tail (const float *m, gsize step, gsize channels, gsize n, float *y, gsize row)
{
  float products[36 * 8] = { 0 }, square[16 * 8];

  for (gsize i = 0; i < 36; i++)
    memcpy (products + 8 * i, m + i * step, n * sizeof *m);
  back_eight (products, 8, 8, square, 4 * 8);
  for (gsize i = 0; i < 16; i++)
    memcpy (y + i / 4 * row + i % 4 * channels, square + 8 * i, n * sizeof *y);
}

void
arra_avx2_winograd_in (const float *x, gsize row, gsize channels, float *v, gsize step)
{
  gsize c = 0;

  for (; c + 8 <= channels; c += 8)
    forward_eight (x + c, row, channels, v + c, step);
  if (c < channels)
    forward_tail (x + c, row, channels, channels - c, v + c, step);
}

void
arra_avx2_winograd_out (const float *m, gsize step, gsize channels, float *y, gsize row)
{
  gsize c = 0;

  for (; c + 8 <= channels; c += 8)
    back_eight (m + c, step, channels, y + c, row);
  if (c < channels)
    back_tail (m + c, step, channels, channels - c, y + c, row);
}
