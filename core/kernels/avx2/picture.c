/* picture.c - kernels of the picture decoder (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

#include "c/spec.h"

ALWAYS_INLINE gsize
affine_swish_pixel (const float *x, gsize channels, const float *scale, const float *bias, gboolean swish,
                    float *y)
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
arra_avx2_affine_swish (const float *x, gsize n_pixels, gsize channels, const float *scale, const float *bias,
                        gboolean swish, float *y)
{
  for (gsize p = 0; p < n_pixels; p++, x += channels, y += channels)
    {
      gsize c = swish ? affine_swish_pixel (x, channels, scale, bias, TRUE, y)
                      : affine_swish_pixel (x, channels, scale, bias, FALSE, y);

      if (c < channels)
        arra_c_affine_swish (x + c, 1, channels - c, scale + c, bias + c, swish, y + c);
    }
}
