/* picture.c - kernels of the picture decoder (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

#include "c/spec.h"

ALWAYS_INLINE gsize
affine_swish_pixel (const float *x, gsize channels, const float *scale, const float *bias, gboolean swish, float *y)
{
  const __m256 sign = _mm256_set1_ps (-0.0f);
  const __m256 one = _mm256_set1_ps (1.0f);
  gsize c = 0;

  for (; c + 8 <= channels; c += 8)
    {
      __m256 v = _mm256_fmadd_ps (_mm256_loadu_ps (x + c), _mm256_loadu_ps (scale + c), _mm256_loadu_ps (bias + c));

      if (swish)
        v = _mm256_div_ps (v, _mm256_add_ps (one, exp8 (_mm256_xor_ps (v, sign))));
      _mm256_storeu_ps (y + c, v);
    }
  return c;
}

void
arra_avx2_affine_swish (const float *x,
                        gsize n_pixels,
                        gsize channels,
                        const float *scale,
                        const float *bias,
                        gboolean swish,
                        float *y)
{
  for (gsize p = 0; p < n_pixels; p++, x += channels, y += channels)
    {
      gsize c = swish ? affine_swish_pixel (x, channels, scale, bias, TRUE, y)
                      : affine_swish_pixel (x, channels, scale, bias, FALSE, y);

      if (c < channels)
        arra_c_affine_swish (x + c, 1, channels - c, scale + c, bias + c, swish, y + c);
    }
}

ALWAYS_INLINE void
affine_swish_vjp_pixel (const float *x,
                        const float *dy,
                        gsize c,
                        gsize channels,
                        const float *scale,
                        const float *bias,
                        float *dv,
                        float *sums)
{
  const __m256 one = _mm256_set1_ps (1.0f);
  __m256 from = _mm256_loadu_ps (x + c);
  __m256 v = _mm256_fmadd_ps (from, _mm256_loadu_ps (scale + c), _mm256_loadu_ps (bias + c));
  __m256 s = _mm256_div_ps (one, _mm256_add_ps (one, exp8 (_mm256_xor_ps (v, _mm256_set1_ps (-0.0f)))));
  __m256 slope = _mm256_mul_ps (s, _mm256_fmadd_ps (v, _mm256_sub_ps (one, s), one));
  __m256 d = _mm256_mul_ps (_mm256_loadu_ps (dy + c), slope);

  _mm256_storeu_ps (sums + c, _mm256_add_ps (_mm256_loadu_ps (sums + c), d));
  _mm256_storeu_ps (sums + channels + c, _mm256_fmadd_ps (d, from, _mm256_loadu_ps (sums + channels + c)));
  _mm256_storeu_ps (dv + c, d);
}

/* The channels that fill no register, whose two sums lie apart. */
static void
affine_swish_vjp_rest (const float *x,
                       const float *dy,
                       gsize c,
                       gsize channels,
                       const float *scale,
                       const float *bias,
                       float *dv,
                       float *sums)
{
  gsize n = channels - c;
  float rest[2 * 8];

  memcpy (rest, sums + c, n * sizeof *rest);
  memcpy (rest + n, sums + channels + c, n * sizeof *rest);
  arra_c_affine_swish_vjp (x + c, dy + c, 1, n, scale + c, bias + c, dv + c, rest);
  memcpy (sums + c, rest, n * sizeof *rest);
  memcpy (sums + channels + c, rest + n, n * sizeof *rest);
}

void
arra_avx2_affine_swish_vjp (const float *x,
                            const float *dy,
                            gsize n_pixels,
                            gsize channels,
                            const float *scale,
                            const float *bias,
                            float *dv,
                            float *sums)
{
  for (gsize p = 0; p < n_pixels; p++, x += channels, dy += channels, dv += channels)
    {
      gsize c = 0;

      for (; c + 8 <= channels; c += 8)
        affine_swish_vjp_pixel (x, dy, c, channels, scale, bias, dv, sums);
      if (c < channels)
        affine_swish_vjp_rest (x, dy, c, channels, scale, bias, dv, sums);
    }
}
