/* attend_q8_0.c - attention over a cache of Q8_0's blocks (AVX2, F16C). A number of a block is exact as a
 * float, so it is the same whatever multiplies it first.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

/* Eight numbers from number @i of a row on, which lie in one block. */
ALWAYS_INLINE __m256
eight_of (const guint8 *row, gsize i)
{
  const guint8 *block = row + i / ARRA_QK * sizeof (ArraBlockQ8_0);
  guint16 half;
  __m256i q;

  memcpy (&half, block, sizeof half);
  q = _mm256_cvtepi8_epi32 (_mm_loadl_epi64 ((const __m128i *) (block + sizeof half + i % ARRA_QK)));
  return _mm256_mul_ps (_mm256_broadcastss_ps (_mm_cvtph_ps (_mm_cvtsi32_si128 (half))), _mm256_cvtepi32_ps (q));
}

#define ATTEND arra_avx2_attend_q8_0
#define BYTES(n) ((n) / ARRA_QK * sizeof (ArraBlockQ8_0))
#define STEP ARRA_QK
#define EIGHT(row, i) eight_of (row, i)
#define PART(row, i, n) lanes_zero () /* a row has whole blocks */
#define ONE(row, i) 0.0f
#include "attend_body.h"
