/* quantize.c - activations to blocks of 8-bit integers (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

#include "c/spec.h"

/* The largest of |x| as its bits, which order like the values. */
ALWAYS_INLINE gint32
largest_bits (const __m256 x[4])
{
  const __m256i magnitude = _mm256_set1_epi32 (0x7fffffff);
  __m256i a = _mm256_and_si256 (_mm256_castps_si256 (x[0]), magnitude);
  __m128i m;

  UNROLL
  for (int j = 1; j < 4; j++)
    a = _mm256_max_epi32 (a, _mm256_and_si256 (_mm256_castps_si256 (x[j]), magnitude));
  m = _mm_max_epi32 (_mm256_castsi256_si128 (a), _mm256_extracti128_si256 (a, 1));
  m = _mm_max_epi32 (m, _mm_shuffle_epi32 (m, _MM_SHUFFLE (1, 0, 3, 2)));
  m = _mm_max_epi32 (m, _mm_shuffle_epi32 (m, _MM_SHUFFLE (2, 3, 0, 1)));
  return _mm_cvtsi128_si32 (m);
}

ALWAYS_INLINE __m256i
round_to_bytes (const __m256 x[4], float inverse)
{
  const __m256i in_order = _mm256_setr_epi32 (0, 4, 1, 5, 2, 6, 3, 7);
  __m256 s = _mm256_set1_ps (inverse);
  __m256i q[4];

  UNROLL
  for (int j = 0; j < 4; j++)
    q[j] = _mm256_cvtps_epi32 (_mm256_mul_ps (x[j], s));
  q[0] = _mm256_packs_epi16 (_mm256_packs_epi32 (q[0], q[1]), _mm256_packs_epi32 (q[2], q[3]));
  return _mm256_permutevar8x32_epi32 (q[0], in_order);
}

/* -128 times the sum of 32 bytes */
ALWAYS_INLINE gint32
offset_of (__m256i q)
{
  __m256i pairs = _mm256_maddubs_epi16 (_mm256_set1_epi8 (1), q);
  __m256i fours = _mm256_madd_epi16 (pairs, _mm256_set1_epi16 (-128));
  __m128i s = _mm_add_epi32 (_mm256_castsi256_si128 (fours), _mm256_extracti128_si256 (fours, 1));

  s = _mm_add_epi32 (s, _mm_shuffle_epi32 (s, _MM_SHUFFLE (1, 0, 3, 2)));
  s = _mm_add_epi32 (s, _mm_shuffle_epi32 (s, _MM_SHUFFLE (2, 3, 0, 1)));
  return _mm_cvtsi128_si32 (s);
}

void
arra_avx2_quantize_q8a (const float *x, gsize k, ArraBlockQ8A *dst)
{
  for (gsize b = 0; b < k / ARRA_QK; b++, x += ARRA_QK, dst++)
    {
      __m256 v[4];
      __m256i q;
      gint32 bits;
      float largest;

      UNROLL
      for (int j = 0; j < 4; j++)
        v[j] = _mm256_loadu_ps (x + 8 * j);
      bits = largest_bits (v);
      memcpy (&largest, &bits, sizeof largest);
      if (bits >= 0x7f800000 || largest < ARRA_Q8A_SMALLEST)
        {
          arra_c_quantize_q8a (x, ARRA_QK, dst);
          continue;
        }
      q = round_to_bytes (v, 127.0f / largest);
      dst->d = largest / 127.0f;
      dst->offset = offset_of (q);
      _mm256_storeu_si256 ((__m256i *) dst->q, q);
    }
}
