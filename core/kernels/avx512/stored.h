/* stored.h - how sixteen rows are taken out of two stored panels, as panels.h says (AVX-512 VNNI). Who includes this
 * says before how its weights lie: UNIT_SIZE and UNIT_BLOCKS as packed_body.h has them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "packed.h"
#include "variants.h"

#define AHEAD 8 /* places a block of sixteen rows is asked for at */

/* A unit of the sixteen rows: where it begins in the two panels */
typedef struct
{
  const guint8 *a, *b;
} Stored;

ALWAYS_INLINE Stored
stored_unit (const guint8 *w, gsize w_stride, gsize unit)
{
  const guint8 *a = w + unit * ARRA_PANEL_ROWS * UNIT_SIZE;

  return (Stored) { a, a + ARRA_PANEL_ROWS * w_stride };
}

/* 32 bytes of each panel, which begin @at bytes from the beginning of a row's unit and then number @c of those */
ALWAYS_INLINE __m512i
stored_columns (Stored s, gsize at, gsize c)
{
  const gsize from = ARRA_PANEL_ROWS * at + c * sizeof (__m256i);

  return _mm512_inserti64x4 (_mm512_castsi256_si512 (_mm256_loadu_si256 ((const __m256i *) (s.a + from))),
                             _mm256_loadu_si256 ((const __m256i *) (s.b + from)), 1);
}

/* The halves of the rows, @at bytes from the beginning of a row's unit */
ALWAYS_INLINE __m512
stored_halves (Stored s, gsize at)
{
  __m128i a = _mm_loadu_si128 ((const __m128i *) (s.a + ARRA_PANEL_ROWS * at));
  __m128i b = _mm_loadu_si128 ((const __m128i *) (s.b + ARRA_PANEL_ROWS * at));

  return _mm512_cvtph_ps (_mm256_set_m128i (b, a));
}

/* Four bits of each byte, those at @shift (0 or 4) */
ALWAYS_INLINE __m512i
nibbles (__m512i both, int shift)
{
  return _mm512_and_si512 (shift == 0 ? both : _mm512_srli_epi16 (both, 4), _mm512_set1_epi8 (15));
}

/* Where a part of block @b of sixteen rows from @w lies, four parts in each panel */
ALWAYS_INLINE const guint8 *
ahead_of (const guint8 *w, gsize w_stride, gsize i, gsize b)
{
  return w + i / 4 * ARRA_PANEL_ROWS * w_stride + (b * ARRA_PANEL_ROWS + i % 4 * 2) * UNIT_SIZE / UNIT_BLOCKS;
}
