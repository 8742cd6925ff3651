/* eighths.h - packed blocks whose weights are taken plus 128 (AVX-512 VNNI)
 *
 * vpdpbusd wants one unsigned side: w + 128, and the sum starts at the token's offset, -128 times the sum of its block:
 * exact integers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "packed.h"

typedef struct
{
  __m512i q[COLUMNS]; /* q[c]: weights 4c..4c+3 plus 128 of row 0, of row 1, .. */
  __m512 d;           /* scales of the rows */
} Panel;

/* acc[panel][t] grows by one block. */
ALWAYS_INLINE void
add_block (const Panel *const panel[2], gsize panels, const guint8 *x, gsize x_stride, gsize tokens, __m512 acc[2][4])
{
  __m512i sum[2][4];

  UNROLL
  for (gsize t = 0; t < tokens; t++)
    UNROLL
  for (gsize p = 0; p < panels; p++)
    sum[p][t] = _mm512_set1_epi32 (token_block (x, x_stride, t)->offset);
  UNROLL
  for (int c = 0; c < COLUMNS; c++)
    UNROLL
  for (gsize t = 0; t < tokens; t++)
    UNROLL
  for (gsize p = 0; p < panels; p++)
    sum[p][t] = _mm512_dpbusd_epi32 (sum[p][t], panel[p]->q[c], four_of (token_block (x, x_stride, t), c));
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    UNROLL
  for (gsize p = 0; p < panels; p++)
    {
      __m512 d = _mm512_mul_ps (panel[p]->d, _mm512_set1_ps (token_block (x, x_stride, t)->d));
      acc[p][t] = _mm512_fmadd_ps (_mm512_cvtepi32_ps (sum[p][t]), d, acc[p][t]);
    }
}
