/* convolve.c - convolutions of pixels and the gradients of their weights (AVX-512)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vectors.h"

#define BLOCK 12

#include "convolve_body.h"

void
arra_avx512_convolve (const ArraConvShape *s, const float *x, const float *w, float *y)
{
  convolve (s, x, w, y);
}

void
arra_avx512_convolve_weights (const ArraConvShape *s, const float *x, const float *dy, float *dw)
{
  convolve_weights (s, x, dy, dw);
}

/* The channels @mask of those at @c, @f's bias and sums being theirs, too. */
ALWAYS_INLINE void
finish_channels (const ArraConvFinish *f, gsize c, Mask mask, const gboolean adds, const gboolean measures)
{
  const __mmask8 low = (__mmask8) mask, high = (__mmask8) (mask >> 8);
  const Vector bias = load (f->bias + c, mask);
  __m512d sums[2] = { 0 }, squares[2] = { 0 };

  if (measures)
    {
      sums[0] = _mm512_maskz_loadu_pd (low, f->sums + c);
      sums[1] = _mm512_maskz_loadu_pd (high, f->sums + c + 8);
      squares[0] = _mm512_maskz_loadu_pd (low, f->squares + c);
      squares[1] = _mm512_maskz_loadu_pd (high, f->squares + c + 8);
    }
  for (gsize p = 0; p < f->n_pixels; p++)
    {
      Vector v = add (load (f->x + p * f->channels + c, mask), bias);

      if (adds)
        v = add (load (f->residual + p * f->step + c, mask), v);
      store (f->y + p * f->step + c, mask, v);
      if (!measures)
        continue;
      UNROLL
      for (gsize i = 0; i < 2; i++)
        {
          __m512d half = _mm512_cvtps_pd (i == 0 ? _mm512_castps512_ps256 (v) : _mm512_extractf32x8_ps (v, 1));

          sums[i] = _mm512_add_pd (sums[i], half);
          squares[i] = _mm512_add_pd (squares[i], _mm512_mul_pd (half, half));
        }
    }
  if (measures)
    {
      _mm512_mask_storeu_pd (f->sums + c, low, sums[0]);
      _mm512_mask_storeu_pd (f->sums + c + 8, high, sums[1]);
      _mm512_mask_storeu_pd (f->squares + c, low, squares[0]);
      _mm512_mask_storeu_pd (f->squares + c + 8, high, squares[1]);
    }
}

void
arra_avx512_convolve_finish (const ArraConvFinish *f)
{
  for (gsize c = 0; c < f->channels; c += WIDTH)
    {
      const Mask mask = first_lanes (MIN (f->channels - c, WIDTH));

      if (f->residual != NULL && f->sums != NULL)
        finish_channels (f, c, mask, TRUE, TRUE);
      else if (f->sums != NULL)
        finish_channels (f, c, mask, FALSE, TRUE);
      else if (f->residual != NULL)
        finish_channels (f, c, mask, TRUE, FALSE);
      else
        finish_channels (f, c, mask, FALSE, FALSE);
    }
}
