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

ALWAYS_INLINE double
fold_doubles (const __m256d lane[4])
{
  __m256d f = _mm256_add_pd (_mm256_add_pd (lane[0], lane[2]), _mm256_add_pd (lane[1], lane[3]));
  __m128d half = _mm_add_pd (_mm256_castpd256_pd128 (f), _mm256_extractf128_pd (f, 1));
  return _mm_cvtsd_f64 (_mm_add_sd (half, _mm_unpackhi_pd (half, half)));
}

void
arra_avx2_moments (const float *x, gsize n, double out[2])
{
  __m256d sum[4], squares[4];
  gsize i = 0;

  UNROLL for (int j = 0; j < 4; j++)
    sum[j] = squares[j] = _mm256_setzero_pd ();
  for (; i + ARRA_LANES <= n; i += ARRA_LANES)
    UNROLL for (int j = 0; j < 4; j++)
      {
        __m256d v = _mm256_cvtps_pd (_mm_loadu_ps (x + i + 4 * j));
        sum[j] = _mm256_add_pd (sum[j], v);
        squares[j] = _mm256_fmadd_pd (v, v, squares[j]);
      }
  for (; i < n; i++) /* one element, in its lane */
    {
      const __m256d all = _mm256_set1_pd ((double) x[i]);
      const __m256d index = _mm256_set1_pd ((double) (i % ARRA_LANES));

      UNROLL for (int j = 0; j < 4; j++)
        {
          __m256d lanes = _mm256_setr_pd (4 * j, 4 * j + 1, 4 * j + 2, 4 * j + 3);
          __m256d here = _mm256_cmp_pd (lanes, index, _CMP_EQ_OQ);
          sum[j] = _mm256_blendv_pd (sum[j], _mm256_add_pd (sum[j], all), here);
          squares[j] = _mm256_blendv_pd (squares[j], _mm256_fmadd_pd (all, all, squares[j]), here);
        }
    }
  out[0] = fold_doubles (sum);
  out[1] = fold_doubles (squares);
}
