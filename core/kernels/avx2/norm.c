/* norm.c - the lane sum, RMS and layer normalisation of one row (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

#include <math.h>

float
arra_avx2_dot (const float *a, const float *b, gsize n)
{
  Lanes acc = lanes_zero ();
  gsize i = 0;

  for (; i + ARRA_LANES <= n; i += ARRA_LANES)
    acc = lanes_fma (lanes_load (a + i), lanes_load (b + i), acc);
  if (i < n)
    acc = lanes_choose (n - i, lanes_fma (lanes_load_part (a + i, n - i), lanes_load_part (b + i, n - i), acc), acc);
  return lanes_fold (acc);
}

void
arra_avx2_rms_norm (const float *x, const float *w, gsize n, float eps, float *y)
{
  float scale = 1.0f / sqrtf (arra_avx2_dot (x, x, n) / (float) n + eps);
  const __m256 s = _mm256_set1_ps (scale);
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    _mm256_storeu_ps (y + i, _mm256_mul_ps (_mm256_mul_ps (_mm256_loadu_ps (x + i), s), _mm256_loadu_ps (w + i)));
  for (; i < n; i++)
    y[i] = x[i] * scale * w[i];
}

ALWAYS_INLINE Lanes
lanes_add (Lanes a, Lanes b)
{
  return (Lanes) { _mm256_add_ps (a.low, b.low), _mm256_add_ps (a.high, b.high) };
}

static float
mean_of (const float *x, gsize n)
{
  Lanes sum = lanes_zero ();
  gsize i = 0;

  for (; i + ARRA_LANES <= n; i += ARRA_LANES)
    sum = lanes_add (sum, lanes_load (x + i));
  if (i < n)
    sum = lanes_choose (n - i, lanes_add (sum, lanes_load_part (x + i, n - i)), sum);
  return lanes_fold (sum) / (float) n;
}

static float
variance_of (const float *x, gsize n, float mean)
{
  const __m256 m = _mm256_set1_ps (-mean); /* x + -mean is x - mean */
  Lanes sum = lanes_zero ();
  Lanes d;
  gsize i = 0;

  for (; i + ARRA_LANES <= n; i += ARRA_LANES)
    {
      d = lanes_add (lanes_load (x + i), (Lanes) { m, m });
      sum = lanes_fma (d, d, sum);
    }
  if (i < n)
    {
      d = lanes_add (lanes_load_part (x + i, n - i), (Lanes) { m, m });
      sum = lanes_choose (n - i, lanes_fma (d, d, sum), sum);
    }
  return lanes_fold (sum) / (float) n;
}

void
arra_avx2_layer_norm (const float *x, const float *w, const float *b, gsize n, float eps, float *y)
{
  float mean = mean_of (x, n);
  float deviation = sqrtf (variance_of (x, n, mean) + eps);
  const __m256 m = _mm256_set1_ps (mean);
  const __m256 s = _mm256_set1_ps (deviation);
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    {
      __m256 v = _mm256_div_ps (_mm256_sub_ps (_mm256_loadu_ps (x + i), m), s);
      _mm256_storeu_ps (y + i, _mm256_add_ps (_mm256_mul_ps (v, _mm256_loadu_ps (w + i)), _mm256_loadu_ps (b + i)));
    }
  for (; i < n; i++)
    y[i] = (x[i] - mean) / deviation * w[i] + b[i];
}
