/* elementwise.c - kernels that treat each element, or pair of elements, alone (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

#include <math.h>

#include "c/spec.h"

void
arra_avx2_rope_half (float *x, const float *cosine, const float *sine, gsize n)
{
  gsize half = n / 2;
  gsize i = 0;

  for (; i + 8 <= half; i += 8)
    {
      __m256 a = _mm256_loadu_ps (x + i);
      __m256 b = _mm256_loadu_ps (x + i + half);
      __m256 c = _mm256_loadu_ps (cosine + i);
      __m256 s = _mm256_loadu_ps (sine + i);

      _mm256_storeu_ps (x + i, _mm256_sub_ps (_mm256_mul_ps (a, c), _mm256_mul_ps (b, s)));
      _mm256_storeu_ps (x + i + half, _mm256_add_ps (_mm256_mul_ps (b, c), _mm256_mul_ps (a, s)));
    }
  for (; i < half; i++)
    {
      float a = x[i];
      float b = x[i + half];

      x[i] = a * cosine[i] - b * sine[i];
      x[i + half] = b * cosine[i] + a * sine[i];
    }
}

void
arra_avx2_silu_mul (const float *gate, const float *up, gsize n, float *out)
{
  const __m256 sign = _mm256_set1_ps (-0.0f);
  const __m256 one = _mm256_set1_ps (1.0f);
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    {
      __m256 g = _mm256_loadu_ps (gate + i);
      __m256 silu = _mm256_div_ps (g, _mm256_add_ps (one, exp8 (_mm256_xor_ps (g, sign))));

      _mm256_storeu_ps (out + i, _mm256_mul_ps (silu, _mm256_loadu_ps (up + i)));
    }
  arra_c_silu_mul (gate + i, up + i, n - i, out + i);
}

void
arra_avx2_add (const float *x, gsize n, float *y)
{
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    _mm256_storeu_ps (y + i, _mm256_add_ps (_mm256_loadu_ps (y + i), _mm256_loadu_ps (x + i)));
  arra_c_add (x + i, n - i, y + i);
}

void
arra_avx2_guide (const float *cond, const float *uncond, float scale, gsize n, float *out)
{
  const __m256 s = _mm256_set1_ps (scale);
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    {
      __m256 u = _mm256_loadu_ps (uncond + i);
      __m256 difference = _mm256_sub_ps (_mm256_loadu_ps (cond + i), u);

      _mm256_storeu_ps (out + i, _mm256_add_ps (u, _mm256_mul_ps (s, difference)));
    }
  arra_c_guide (cond + i, uncond + i, scale, n - i, out + i);
}

void
arra_avx2_exp (const float *x, gsize n, float *y)
{
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    _mm256_storeu_ps (y + i, exp8 (_mm256_loadu_ps (x + i)));
  arra_c_exp (x + i, n - i, y + i);
}

float
arra_avx2_max (const float *x, gsize n)
{
  __m256 max = _mm256_set1_ps (-INFINITY);
  float lane[9];
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    max = _mm256_max_ps (_mm256_loadu_ps (x + i), max); /* of a NaN and a number the second operand */
  _mm256_storeu_ps (lane, max);
  lane[8] = arra_c_max (x + i, n - i);
  return arra_c_max (lane, G_N_ELEMENTS (lane));
}
