/* packed.h - what the products of packed rows share (AVX-512 VNNI)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "avx512.h"

#define ROWS 16
#define COLUMNS 8 /* groups of four weights in a block */

/* Block 0 of token @t at @x */
ALWAYS_INLINE const ArraBlockQ8A *
token_block (const guint8 *x, gsize x_stride, gsize t)
{
  return (const ArraBlockQ8A *) (x + t * x_stride);
}

/* Weights 4c..4c+3 of a token's block, sixteen times */
ALWAYS_INLINE __m512i
four_of (const ArraBlockQ8A *block, int c)
{
  gint32 four;

  memcpy (&four, block->q + 4 * c, sizeof four);
  return _mm512_set1_epi32 (four);
}
