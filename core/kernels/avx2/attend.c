/* attend.c - softmax, and attention over a cache of floats (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define ATTEND arra_avx2_attend
#define BYTES(n) ((n) * sizeof (float))
#define STEP ARRA_LANES
#define EIGHT(row, i) _mm256_loadu_ps ((const float *) (const void *) (row) + (i))
#define PART(row, i, n) lanes_load_part ((const float *) (const void *) (row) + (i), n)
#define ONE(row, i) ((const float *) (const void *) (row))[i]
#include "attend_body.h"

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
