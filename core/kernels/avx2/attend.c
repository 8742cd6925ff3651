/* attend.c - softmax and one query's attention over the cache (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

#include <math.h>

static Lanes
exp_and_add (float *x, gsize n, float max)
{
  const __m256 m = _mm256_set1_ps (max);
  Lanes sum = lanes_zero ();
  gsize i = 0;

  for (; i + ARRA_LANES <= n; i += ARRA_LANES)
    {
      __m256 low = exp8 (_mm256_sub_ps (_mm256_loadu_ps (x + i), m));
      __m256 high = exp8 (_mm256_sub_ps (_mm256_loadu_ps (x + i + 8), m));

      _mm256_storeu_ps (x + i, low);
      _mm256_storeu_ps (x + i + 8, high);
      sum = (Lanes) { _mm256_add_ps (sum.low, low), _mm256_add_ps (sum.high, high) };
    }
  if (i < n)
    {
      Lanes part = lanes_load_part (x + i, n - i);
      float all[ARRA_LANES];

      part = (Lanes) { exp8 (_mm256_sub_ps (part.low, m)), exp8 (_mm256_sub_ps (part.high, m)) };
      _mm256_storeu_ps (all, part.low);
      _mm256_storeu_ps (all + 8, part.high);
      memcpy (x + i, all, (n - i) * sizeof (float));
      part = (Lanes) { _mm256_add_ps (sum.low, part.low), _mm256_add_ps (sum.high, part.high) };
      sum = lanes_choose (n - i, part, sum);
    }
  return sum;
}

float
arra_avx2_softmax (float *x, gsize n)
{
  float sum = lanes_fold (exp_and_add (x, n, arra_avx2_max (x, n)));
  const __m256 s = _mm256_set1_ps (sum);
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    _mm256_storeu_ps (x + i, _mm256_div_ps (_mm256_loadu_ps (x + i), s));
  for (; i < n; i++)
    x[i] /= sum;
  return sum;
}

/* Folds four lane sums at once, each in the order of lanes_fold(). */
ALWAYS_INLINE __m128
fold_four (const Lanes sum[4])
{
  __m256 a = _mm256_add_ps (sum[0].low, sum[0].high);
  __m256 b = _mm256_add_ps (sum[1].low, sum[1].high);
  __m256 c = _mm256_add_ps (sum[2].low, sum[2].high);
  __m256 d = _mm256_add_ps (sum[3].low, sum[3].high);
  __m256 ab = _mm256_add_ps (_mm256_permute2f128_ps (a, b, 0x20), _mm256_permute2f128_ps (a, b, 0x31));
  __m256 cd = _mm256_add_ps (_mm256_permute2f128_ps (c, d, 0x20), _mm256_permute2f128_ps (c, d, 0x31));
  /* a0+a2 a1+a3 c0+c2 c1+c3 | the same of b and d */
  __m256 acbd = _mm256_add_ps (_mm256_shuffle_ps (ab, cd, _MM_SHUFFLE (1, 0, 1, 0)),
                               _mm256_shuffle_ps (ab, cd, _MM_SHUFFLE (3, 2, 3, 2)));
  __m256 sums = _mm256_add_ps (acbd, _mm256_movehdup_ps (acbd)); /* a . c . | b . d . */
  __m128 ac = _mm256_castps256_ps128 (sums);
  __m128 bd = _mm256_extractf128_ps (sums, 1);
  return _mm_blend_ps (ac, _mm_moveldup_ps (bd), 0xa); /* a b c d */
}

static void
score_four (const float *q, const float *k, gsize stride, gsize head_dim, float scale, float *scores)
{
  Lanes sum[4] = { lanes_zero (), lanes_zero (), lanes_zero (), lanes_zero () };
  gsize i = 0;

  for (; i + ARRA_LANES <= head_dim; i += ARRA_LANES)
    {
      Lanes a = lanes_load (q + i);
      UNROLL
      for (int p = 0; p < 4; p++)
        sum[p] = lanes_fma (a, lanes_load (k + (gsize) p * stride + i), sum[p]);
    }
  if (i < head_dim)
    {
      Lanes a = lanes_load_part (q + i, head_dim - i);
      UNROLL
      for (int p = 0; p < 4; p++)
        {
          Lanes b = lanes_load_part (k + (gsize) p * stride + i, head_dim - i);
          sum[p] = lanes_choose (head_dim - i, lanes_fma (a, b, sum[p]), sum[p]);
        }
    }
  _mm_storeu_ps (scores, _mm_mul_ps (fold_four (sum), _mm_set1_ps (scale)));
}

/* out[0..63] of the weighted sum of values */
static void
mix_64 (const float *scores, const float *v, gsize stride, gsize n_pos, float *out)
{
  __m256 acc[8];

  UNROLL
  for (int j = 0; j < 8; j++)
    acc[j] = _mm256_setzero_ps ();
  for (gsize p = 0; p < n_pos; p++, v += stride)
    {
      __m256 s = _mm256_set1_ps (scores[p]);
      UNROLL
      for (int j = 0; j < 8; j++)
        acc[j] = _mm256_fmadd_ps (s, _mm256_loadu_ps (v + 8 * j), acc[j]);
    }
  UNROLL
  for (int j = 0; j < 8; j++)
    _mm256_storeu_ps (out + 8 * j, acc[j]);
}

static void
mix_8 (const float *scores, const float *v, gsize stride, gsize n_pos, float *out)
{
  __m256 acc = _mm256_setzero_ps ();

  for (gsize p = 0; p < n_pos; p++, v += stride)
    acc = _mm256_fmadd_ps (_mm256_set1_ps (scores[p]), _mm256_loadu_ps (v), acc);
  _mm256_storeu_ps (out, acc);
}

void
arra_avx2_attend (const float *q,
                  const float *k,
                  const float *v,
                  gsize stride,
                  gsize n_pos,
                  gsize head_dim,
                  float scale,
                  float *scores,
                  float *out)
{
  gsize p = 0;
  gsize i = 0;

  for (; p + 4 <= n_pos; p += 4)
    score_four (q, k + p * stride, stride, head_dim, scale, scores + p);
  for (; p < n_pos; p++)
    scores[p] = arra_avx2_dot (q, k + p * stride, head_dim) * scale;
  arra_avx2_softmax (scores, n_pos);
  for (; i + 64 <= head_dim; i += 64)
    mix_64 (scores, v + i, stride, n_pos, out + i);
  for (; i + 8 <= head_dim; i += 8)
    mix_8 (scores, v + i, stride, n_pos, out + i);
  for (; i < head_dim; i++)
    {
      out[i] = 0.0f;
      for (p = 0; p < n_pos; p++)
        out[i] = fmaf (scores[p], v[p * stride + i], out[i]);
    }
}
