/* attend.c - one query's attention over the cache (AVX-512)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx512.h"

/* Folds four lane sums at once, each in the order of lanes_fold(). */
ALWAYS_INLINE __m128
fold_four (const __m512 sum[4])
{
  __m256 f[4], ab, cd, acbd, sums;
  __m128 ac, bd;

  UNROLL for (int p = 0; p < 4; p++)
    f[p] = _mm256_add_ps (_mm512_castps512_ps256 (sum[p]), _mm512_extractf32x8_ps (sum[p], 1));
  ab = _mm256_add_ps (_mm256_permute2f128_ps (f[0], f[1], 0x20), _mm256_permute2f128_ps (f[0], f[1], 0x31));
  cd = _mm256_add_ps (_mm256_permute2f128_ps (f[2], f[3], 0x20), _mm256_permute2f128_ps (f[2], f[3], 0x31));
  /* a0+a2 a1+a3 c0+c2 c1+c3 | the same of b and d */
  acbd = _mm256_add_ps (_mm256_shuffle_ps (ab, cd, _MM_SHUFFLE (1, 0, 1, 0)), _mm256_shuffle_ps (ab, cd, _MM_SHUFFLE (3, 2, 3, 2)));
  sums = _mm256_add_ps (acbd, _mm256_movehdup_ps (acbd)); /* a . c . | b . d . */
  ac = _mm256_castps256_ps128 (sums);
  bd = _mm256_extractf128_ps (sums, 1);
  return _mm_blend_ps (ac, _mm_moveldup_ps (bd), 0xa); /* a b c d */
}

/* @count <= 4 scores, the others are repeated. */
ALWAYS_INLINE void
score_four (const float *q, const float *k, gsize stride, gsize count, gsize head_dim, float scale, float *scores)
{
  __m512 sum[4];
  const float *row[4];

  UNROLL for (gsize p = 0; p < 4; p++)
    {
      row[p] = k + MIN (p, count - 1) * stride;
      sum[p] = _mm512_setzero_ps ();
    }
  for (gsize i = 0; i < head_dim; i += ARRA_LANES)
    {
      __mmask16 mask = first_lanes (MIN (head_dim - i, ARRA_LANES));
      __m512 a = _mm512_maskz_loadu_ps (mask, q + i);

      UNROLL for (int p = 0; p < 4; p++)
        sum[p] = _mm512_mask3_fmadd_ps (a, _mm512_maskz_loadu_ps (mask, row[p] + i), sum[p], mask);
    }
  _mm_mask_storeu_ps (scores, (__mmask8) ((1u << count) - 1), _mm_mul_ps (fold_four (sum), _mm_set1_ps (scale)));
}

/* @width <= 128 elements of the weighted sum of values */
ALWAYS_INLINE void
mix (const float *scores, const float *v, gsize stride, gsize n_pos, gsize width, int registers, float *out)
{
  __mmask16 mask[8];
  __m512 acc[8];

  UNROLL for (int j = 0; j < registers; j++)
    {
      mask[j] = first_lanes (width > 16u * (guint) j ? MIN (width - 16u * (guint) j, ARRA_LANES) : 0);
      acc[j] = _mm512_setzero_ps ();
    }
  for (gsize p = 0; p < n_pos; p++, v += stride)
    {
      __m512 s = _mm512_set1_ps (scores[p]);
      UNROLL for (int j = 0; j < registers; j++)
        acc[j] = _mm512_fmadd_ps (s, _mm512_maskz_loadu_ps (mask[j], v + 16 * j), acc[j]);
    }
  UNROLL for (int j = 0; j < registers; j++)
    _mm512_mask_storeu_ps (out + 16 * j, mask[j], acc[j]);
}

void
arra_avx512_attend (const float *q, const float *k, const float *v, gsize stride, gsize n_pos, gsize head_dim, float scale, float *scores, float *out)
{
  gsize i = 0;

  for (gsize p = 0; p < n_pos; p += 4)
    score_four (q, k + p * stride, stride, MIN (n_pos - p, 4), head_dim, scale, scores + p);
  arra_avx512_softmax (scores, n_pos);
  for (; i + 128 <= head_dim; i += 128)
    mix (scores, v + i, stride, n_pos, 128, 8, out + i);
  for (; i < head_dim; i += 64)
    mix (scores, v + i, stride, n_pos, MIN (head_dim - i, 64), 4, out + i);
}
