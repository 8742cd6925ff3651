/* convolve.c - convolutions of pixels and the gradients of their weights (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

#define WIDTH 8 /* of a register */
#define BLOCK 6 /* pixels, or inputs, at once */

/* Part of a row of outputs: one or two registers, the last of them perhaps not full. */
typedef struct
{
  __m256i first, second;
} Columns;

ALWAYS_INLINE __m256i
lanes_below (gsize n)
{
  return _mm256_cmpgt_epi32 (_mm256_set1_epi32 ((int) n), _mm256_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7));
}

ALWAYS_INLINE Columns
columns_of (gsize n)
{
  return (Columns) { lanes_below (MIN (n, 8)), lanes_below (n > 8 ? MIN (n - 8, 8) : 0) };
}

ALWAYS_INLINE __m256
load (const float *p, __m256i mask)
{
  return _mm256_maskload_ps (p, mask);
}

ALWAYS_INLINE void
store (float *p, __m256i mask, __m256 v)
{
  _mm256_maskstore_ps (p, mask, v);
}

/* @n pixels of a row, and @wide: two registers of outputs. */
ALWAYS_INLINE void
convolve_block (const ArraConvShape *s, const float *x, const float *w, float *y, Columns columns, gsize n,
                gboolean wide)
{
  __m256 sums[BLOCK][2];

  UNROLL for (gsize p = 0; p < n; p++)
    {
      sums[p][0] = load (y + p * s->y_step, columns.first);
      if (wide)
        sums[p][1] = load (y + p * s->y_step + WIDTH, columns.second);
    }
  for (gsize t = 0; t < s->n_taps; t++)
    for (gsize i = 0; i < s->n_in; i++, w += s->w_step)
      {
        const float *from = x + s->taps[t] + i;
        __m256 first = load (w, columns.first), second = first;

        if (wide)
          second = load (w + WIDTH, columns.second);
        UNROLL for (gsize p = 0; p < n; p++)
          {
            __m256 v = _mm256_set1_ps (from[p * s->x_step]);

            sums[p][0] = _mm256_fmadd_ps (v, first, sums[p][0]);
            if (wide)
              sums[p][1] = _mm256_fmadd_ps (v, second, sums[p][1]);
          }
      }
  UNROLL for (gsize p = 0; p < n; p++)
    {
      store (y + p * s->y_step, columns.first, sums[p][0]);
      if (wide)
        store (y + p * s->y_step + WIDTH, columns.second, sums[p][1]);
    }
}

ALWAYS_INLINE void
convolve_columns (const ArraConvShape *s, const float *x, const float *w, float *y, Columns columns, gboolean wide)
{
  for (gsize row = 0; row < s->n_rows; row++, x += s->x_row, y += s->y_row)
    {
      gsize p = 0;

      for (; p + BLOCK <= s->n_pixels; p += BLOCK)
        convolve_block (s, x + p * s->x_step, w, y + p * s->y_step, columns, BLOCK, wide);
      for (; p + 4 <= s->n_pixels; p += 4)
        convolve_block (s, x + p * s->x_step, w, y + p * s->y_step, columns, 4, wide);
      for (; p + 1 <= s->n_pixels; p += 1)
        convolve_block (s, x + p * s->x_step, w, y + p * s->y_step, columns, 1, wide);
    }
}

void
arra_avx2_convolve (const ArraConvShape *s, const float *x, const float *w, float *y)
{
  for (gsize o = 0; o < s->n_out; o += 2 * WIDTH)
    if (s->n_out - o > WIDTH)
      convolve_columns (s, x, w + o, y + o, columns_of (s->n_out - o), TRUE);
    else
      convolve_columns (s, x, w + o, y + o, columns_of (s->n_out - o), FALSE);
}

/* @n inputs of one tap, and @wide: two registers of outputs. */
ALWAYS_INLINE void
weights_block (const ArraConvShape *s, const float *x, const float *dy, float *dw, Columns columns, gsize n,
               gboolean wide)
{
  __m256 sums[BLOCK][2];

  UNROLL for (gsize i = 0; i < n; i++)
    {
      sums[i][0] = load (dw + i * s->w_step, columns.first);
      if (wide)
        sums[i][1] = load (dw + i * s->w_step + WIDTH, columns.second);
    }
  for (gsize row = 0; row < s->n_rows; row++)
    for (gsize p = 0; p < s->n_pixels; p++)
      {
        const float *from = x + row * s->x_row + p * s->x_step;
        const float *grad = dy + row * s->y_row + p * s->y_step;
        __m256 first = load (grad, columns.first), second = first;

        if (wide)
          second = load (grad + WIDTH, columns.second);
        UNROLL for (gsize i = 0; i < n; i++)
          {
            __m256 v = _mm256_set1_ps (from[i]);

            sums[i][0] = _mm256_fmadd_ps (v, first, sums[i][0]);
            if (wide)
              sums[i][1] = _mm256_fmadd_ps (v, second, sums[i][1]);
          }
      }
  UNROLL for (gsize i = 0; i < n; i++)
    {
      store (dw + i * s->w_step, columns.first, sums[i][0]);
      if (wide)
        store (dw + i * s->w_step + WIDTH, columns.second, sums[i][1]);
    }
}

ALWAYS_INLINE void
weights_columns (const ArraConvShape *s, const float *x, const float *dy, float *dw, Columns columns, gboolean wide)
{
  for (gsize t = 0; t < s->n_taps; t++, dw += s->n_in * s->w_step)
    {
      const float *from = x + s->taps[t];
      gsize i = 0;

      for (; i + BLOCK <= s->n_in; i += BLOCK)
        weights_block (s, from + i, dy, dw + i * s->w_step, columns, BLOCK, wide);
      for (; i + 4 <= s->n_in; i += 4)
        weights_block (s, from + i, dy, dw + i * s->w_step, columns, 4, wide);
      for (; i + 1 <= s->n_in; i += 1)
        weights_block (s, from + i, dy, dw + i * s->w_step, columns, 1, wide);
    }
}

void
arra_avx2_convolve_weights (const ArraConvShape *s, const float *x, const float *dy, float *dw)
{
  for (gsize o = 0; o < s->n_out; o += 2 * WIDTH)
    if (s->n_out - o > WIDTH)
      weights_columns (s, x, dy + o, dw + o, columns_of (s->n_out - o), TRUE);
    else
      weights_columns (s, x, dy + o, dw + o, columns_of (s->n_out - o), FALSE);
}
