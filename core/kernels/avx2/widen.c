/* widen.c - rows of weights to floats (AVX2, F16C)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

#include "c/spec.h"

void
arra_avx2_widen_bf16 (const void *src, gsize n, float *dst)
{
  const guint8 *bytes = src;
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    {
      __m256i v = _mm256_cvtepu16_epi32 (_mm_loadu_si128 ((const __m128i *) (bytes + 2 * i)));
      _mm256_storeu_ps (dst + i, _mm256_castsi256_ps (_mm256_slli_epi32 (v, 16)));
    }
  arra_c_widen_bf16 (bytes + 2 * i, n - i, dst + i);
}

void
arra_avx2_widen_f16 (const void *src, gsize n, float *dst)
{
  const guint8 *bytes = src;
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    _mm256_storeu_ps (dst + i, _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *) (bytes + 2 * i))));
  arra_c_widen_f16 (bytes + 2 * i, n - i, dst + i);
}

void
arra_avx2_widen_q8_0 (const void *src, gsize n, float *dst)
{
  const guint8 *block = src;

  for (gsize b = 0; b < n / ARRA_QK; b++, block += sizeof (ArraBlockQ8_0), dst += ARRA_QK)
    {
      guint16 half;
      __m256 d;

      memcpy (&half, block, sizeof half);
      d = _mm256_set1_ps (_cvtsh_ss (half));
      for (gsize i = 0; i < ARRA_QK; i += 8)
        {
          __m256i q = _mm256_cvtepi8_epi32 (_mm_loadl_epi64 ((const __m128i *) (block + sizeof half + i)));
          _mm256_storeu_ps (dst + i, _mm256_mul_ps (d, _mm256_cvtepi32_ps (q)));
        }
    }
}
