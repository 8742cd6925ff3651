/* superblocks.h - what the products of K-quantised rows share (AVX2): blocks of 256 weights whose scales are small
 * integers
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "quantised.h"

/* 16 bytes of each of four rows to 16 times four bytes, one of each row */
ALWAYS_INLINE void
quad_bytes (const __m128i rows[4], gint32 out[16])
{
  __m128i low[2], high[2];

  UNROLL
  for (int i = 0; i < 2; i++)
    {
      low[i] = _mm_unpacklo_epi8 (rows[2 * i], rows[2 * i + 1]);
      high[i] = _mm_unpackhi_epi8 (rows[2 * i], rows[2 * i + 1]);
    }
  _mm_storeu_si128 ((__m128i *) out, _mm_unpacklo_epi16 (low[0], low[1]));
  _mm_storeu_si128 ((__m128i *) (out + 4), _mm_unpackhi_epi16 (low[0], low[1]));
  _mm_storeu_si128 ((__m128i *) (out + 8), _mm_unpacklo_epi16 (high[0], high[1]));
  _mm_storeu_si128 ((__m128i *) (out + 12), _mm_unpackhi_epi16 (high[0], high[1]));
}

/* The same of eight rows: eight bytes each */
ALWAYS_INLINE void
panel_bytes (const __m128i rows[PANEL_ROWS], gint32 out[16][2])
{
  gint32 upper[16], lower[16];

  quad_bytes (rows, upper);
  quad_bytes (rows + 4, lower);
  UNROLL
  for (int i = 0; i < 16; i++)
    {
      out[i][0] = upper[i];
      out[i][1] = lower[i];
    }
}
