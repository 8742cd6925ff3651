/* exp.c - kernels that spend their time in exp (AVX-512)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx512.h"

#include <math.h>

ALWAYS_INLINE __m512
swish16 (__m512 v)
{
  __m512 minus = _mm512_xor_ps (v, _mm512_set1_ps (-0.0f));
  return _mm512_div_ps (v, _mm512_add_ps (_mm512_set1_ps (1.0f), exp16 (minus)));
}

void
arra_avx512_exp (const float *x, gsize n, float *y)
{
  for (gsize i = 0; i < n; i += ARRA_LANES)
    {
      __mmask16 mask = first_lanes (MIN (n - i, ARRA_LANES));
      _mm512_mask_storeu_ps (y + i, mask, exp16 (_mm512_maskz_loadu_ps (mask, x + i)));
    }
}

void
arra_avx512_silu_mul (const float *gate, const float *up, gsize n, float *out)
{
  for (gsize i = 0; i < n; i += ARRA_LANES)
    {
      __mmask16 mask = first_lanes (MIN (n - i, ARRA_LANES));
      __m512 silu = swish16 (_mm512_maskz_loadu_ps (mask, gate + i));

      _mm512_mask_storeu_ps (out + i, mask, _mm512_mul_ps (silu, _mm512_maskz_loadu_ps (mask, up + i)));
    }
}

ALWAYS_INLINE __m512
max_of (const float *x, gsize n)
{
  __m512 max = _mm512_set1_ps (-INFINITY);

  for (gsize i = 0; i < n; i += ARRA_LANES)
    {
      __mmask16 mask = first_lanes (MIN (n - i, ARRA_LANES));
      /* a NaN gives the second operand */
      max = _mm512_mask_max_ps (max, mask, _mm512_maskz_loadu_ps (mask, x + i), max);
    }
  /* any order finds the same maximum; + 0 makes a zero positive */
  return _mm512_add_ps (_mm512_set1_ps (_mm512_reduce_max_ps (max)), _mm512_setzero_ps ());
}

float
arra_avx512_softmax (float *x, gsize n)
{
  __m512 max = max_of (x, n);
  __m512 lanes = _mm512_setzero_ps ();
  __m512 divisor;
  float sum;

  for (gsize i = 0; i < n; i += ARRA_LANES)
    {
      __mmask16 mask = first_lanes (MIN (n - i, ARRA_LANES));
      __m512 e = exp16 (_mm512_sub_ps (_mm512_maskz_loadu_ps (mask, x + i), max));

      _mm512_mask_storeu_ps (x + i, mask, e);
      lanes = _mm512_mask_add_ps (lanes, mask, lanes, e);
    }
  sum = lanes_fold (lanes);
  divisor = _mm512_set1_ps (sum);
  for (gsize i = 0; i < n; i += ARRA_LANES)
    {
      __mmask16 mask = first_lanes (MIN (n - i, ARRA_LANES));
      _mm512_mask_storeu_ps (x + i, mask, _mm512_div_ps (_mm512_maskz_loadu_ps (mask, x + i), divisor));
    }
  return sum;
}

void
arra_avx512_affine_swish (const float *x,
                          gsize n_pixels,
                          gsize channels,
                          const float *scale,
                          const float *bias,
                          gboolean swish,
                          float *y)
{
  for (gsize p = 0; p < n_pixels; p++, x += channels, y += channels)
    for (gsize c = 0; c < channels; c += ARRA_LANES)
      {
        __mmask16 mask = first_lanes (MIN (channels - c, ARRA_LANES));
        __m512 v = _mm512_fmadd_ps (_mm512_maskz_loadu_ps (mask, x + c), _mm512_maskz_loadu_ps (mask, scale + c),
                                    _mm512_maskz_loadu_ps (mask, bias + c));

        _mm512_mask_storeu_ps (y + c, mask, swish ? swish16 (v) : v);
      }
}

void
arra_avx512_affine_swish_vjp (const float *x,
                              const float *dy,
                              gsize n_pixels,
                              gsize channels,
                              const float *scale,
                              const float *bias,
                              float *dv,
                              float *sums)
{
  const __m512 one = _mm512_set1_ps (1.0f);

  for (gsize c = 0; c < channels; c += ARRA_LANES)
    {
      __mmask16 mask = first_lanes (MIN (channels - c, ARRA_LANES));
      __m512 scales = _mm512_maskz_loadu_ps (mask, scale + c), biases = _mm512_maskz_loadu_ps (mask, bias + c);
      __m512 sum = _mm512_maskz_loadu_ps (mask, sums + c), moment = _mm512_maskz_loadu_ps (mask, sums + channels + c);

      for (gsize at = c; at < n_pixels * channels; at += channels)
        {
          __m512 from = _mm512_maskz_loadu_ps (mask, x + at);
          __m512 v = _mm512_fmadd_ps (from, scales, biases);
          __m512 s = _mm512_div_ps (one, _mm512_add_ps (one, exp16 (_mm512_xor_ps (v, _mm512_set1_ps (-0.0f)))));
          __m512 slope = _mm512_mul_ps (s, _mm512_fmadd_ps (v, _mm512_sub_ps (one, s), one));
          __m512 d = _mm512_mul_ps (_mm512_maskz_loadu_ps (mask, dy + at), slope);

          sum = _mm512_add_ps (sum, d);
          moment = _mm512_fmadd_ps (d, from, moment);
          _mm512_mask_storeu_ps (dv + at, mask, d);
        }
      _mm512_mask_storeu_ps (sums + c, mask, sum);
      _mm512_mask_storeu_ps (sums + channels + c, mask, moment);
    }
}
