/* attend_f16.c - attention over a cache of halves (AVX2, F16C)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

/* Lanes with the first @n < ARRA_LANES halves at @bytes, 0 above. */
ALWAYS_INLINE Lanes
part_of (const guint8 *bytes, gsize n)
{
  guint16 all[ARRA_LANES] = { 0 };

  memcpy (all, bytes, n * sizeof *all);
  return (Lanes) { _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *) all)),
                   _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *) (all + 8))) };
}

ALWAYS_INLINE float
number_at (const guint8 *bytes)
{
  guint16 half;

  memcpy (&half, bytes, sizeof half);
  return _cvtsh_ss (half);
}

#define ATTEND arra_avx2_attend_f16
#define BYTES(n) ((n) * sizeof (guint16))
#define STEP ARRA_LANES
#define EIGHT(row, i) _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *) ((row) + 2 * (i))))
#define PART(row, i, n) part_of ((row) + 2 * (i), n)
#define ONE(row, i) number_at ((row) + 2 * (i))
#include "attend_body.h"
