/* attend_q8_0.c - attention over a cache of Q8_0's blocks (AVX-512). A number of a block is exact as a float, so it is
 * the same whatever multiplies it first.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx512.h"

/* Sixteen numbers from number @i of a row on, which lie in one block. */
ALWAYS_INLINE __m512
sixteen_of (const guint8 *row, gsize i)
{
  const guint8 *block = row + i / ARRA_QK * sizeof (ArraBlockQ8_0);
  guint16 half;
  __m512i q;

  memcpy (&half, block, sizeof half);
  q = _mm512_cvtepi8_epi32 (_mm_loadu_si128 ((const __m128i *) (const void *) (block + sizeof half + i % ARRA_QK)));
  return _mm512_mul_ps (_mm512_broadcastss_ps (_mm_cvtph_ps (_mm_cvtsi32_si128 (half))), _mm512_cvtepi32_ps (q));
}

#define ATTEND arra_avx512_attend_q8_0
#define BYTES(n) ((n) / ARRA_QK * sizeof (ArraBlockQ8_0))
#define STEP ARRA_QK
#define SIXTEEN(row, i) sixteen_of (row, i)
#define PART(row, i, n) _mm512_setzero_ps () /* a row has whole blocks */
#include "attend_body.h"
