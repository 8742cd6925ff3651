/* matmul_q6_k.c - products of stored panels of Q6_K with many quantised tokens (AVX-512 VNNI)
 *
 * Here the tokens are the unsigned side of vpdpbusd, as x + 128, and a sum starts at -128 times that of the weights:
 * the halves of a block have scales of their own, and a token knows the sum of a whole block only.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define UNIT_SIZE sizeof (ArraBlockQ6_K)
#define UNIT_BLOCKS (ARRA_QK_K / ARRA_QK)
#define FEW_TOKENS 1
#include "stored.h"

#define HALF (COLUMNS / 2)

/* Half a block's weights have a scale of their own. */
typedef struct
{
  __m512i q[COLUMNS]; /* q[c]: weights 4c..4c+3, from -32 to 31, of row 0, of row 1, .. */
  __m512i start[2];   /* -128 times the sums of the halves' weights */
  __m512 s[2];        /* the halves' scales, integers */
  __m512 d;           /* scales of the rows */
} Panel;

/* Columns of block @quarter (0 to 3) of half @half of a unit: four bits of each weight, and two */
ALWAYS_INLINE void
quarter_columns (Stored s, gsize half, int quarter, __m512i q[COLUMNS])
{
  UNROLL
  for (gsize c = 0; c < COLUMNS; c++)
    {
      __m512i four = stored_columns (s, offsetof (ArraBlockQ6_K, low), (2 * half + quarter % 2) * COLUMNS + c);
      __m512i two = stored_columns (s, offsetof (ArraBlockQ6_K, high), half * COLUMNS + c);

      two = quarter == 0   ? _mm512_slli_epi16 (two, 4)
            : quarter == 1 ? _mm512_slli_epi16 (two, 2)
            : quarter == 2 ? two
                           : _mm512_srli_epi16 (two, 2);
      two = _mm512_and_si512 (two, _mm512_set1_epi8 (48));
      q[c] = _mm512_sub_epi8 (_mm512_or_si512 (nibbles (four, quarter < 2 ? 0 : 4), two), _mm512_set1_epi8 (32));
    }
}

/* -128 times the sums of half a block's weights */
ALWAYS_INLINE __m512i
start_of (const __m512i q[HALF])
{
  __m512i sum = _mm512_setzero_si512 ();

  UNROLL
  for (int c = 0; c < HALF; c++)
    sum = _mm512_dpbusd_epi32 (sum, _mm512_set1_epi8 ((char) 128), q[c]);
  return _mm512_sub_epi32 (_mm512_setzero_si512 (), sum);
}

/* Small scale @i of sixteen rows */
ALWAYS_INLINE __m512
scales_of (Stored s, gsize i)
{
  const gsize at = ARRA_PANEL_ROWS * (offsetof (ArraBlockQ6_K, scales) + i);
  __m128i bytes = _mm_unpacklo_epi64 (_mm_loadl_epi64 ((const __m128i *) (s.a + at)),
                                      _mm_loadl_epi64 ((const __m128i *) (s.b + at)));

  return _mm512_cvtepi32_ps (_mm512_cvtepi8_epi32 (bytes));
}

ALWAYS_INLINE void
pack (const guint8 *w, gsize w_stride, gsize unit, Panel *panels)
{
  const Stored s = stored_unit (w, w_stride, unit);
  const __m512 d = stored_halves (s, offsetof (ArraBlockQ6_K, d));

  for (gsize half = 0; half < 2; half++)
    UNROLL
  for (int quarter = 0; quarter < 4; quarter++)
    {
      gsize block = 4 * half + (gsize) quarter;
      Panel *panel = &panels[block];

      quarter_columns (s, half, quarter, panel->q);
      panel->d = d;
      UNROLL
      for (gsize i = 0; i < 2; i++)
        {
          panel->start[i] = start_of (panel->q + i * HALF);
          panel->s[i] = scales_of (s, 2 * block + i);
        }
    }
}

/* The sums of half @half of a block, exact as floats */
ALWAYS_INLINE void
half_sums (const Panel *const panel[2],
           gsize panels,
           int half,
           const guint8 *x,
           gsize x_stride,
           gsize tokens,
           __m512 out[2][4])
{
  const __m512i unsign = _mm512_set1_epi8 ((char) 0x80);
  __m512i sum[2][4];

  UNROLL
  for (gsize t = 0; t < tokens; t++)
    UNROLL
  for (gsize p = 0; p < panels; p++)
    sum[p][t] = panel[p]->start[half];
  UNROLL
  for (int c = half * HALF; c < (half + 1) * HALF; c++)
    UNROLL
  for (gsize t = 0; t < tokens; t++)
    {
      __m512i four = _mm512_xor_si512 (four_of (token_block (x, x_stride, t), c), unsign);

      UNROLL
      for (gsize p = 0; p < panels; p++)
        sum[p][t] = _mm512_dpbusd_epi32 (sum[p][t], four, panel[p]->q[c]);
    }
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    UNROLL
  for (gsize p = 0; p < panels; p++)
    out[p][t] = _mm512_cvtepi32_ps (sum[p][t]);
}

/* acc[panel][t] grows by one block. What the halves add up to, at most 2 * 16 * 32 * 127 * 128, is below 2^24: floats
 * hold it exactly. */
ALWAYS_INLINE void
add_block (const Panel *const panel[2], gsize panels, const guint8 *x, gsize x_stride, gsize tokens, __m512 acc[2][4])
{
  __m512 first[2][4], second[2][4];

  half_sums (panel, panels, 0, x, x_stride, tokens, first);
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    UNROLL
  for (gsize p = 0; p < panels; p++)
    first[p][t] = _mm512_mul_ps (first[p][t], panel[p]->s[0]);
  half_sums (panel, panels, 1, x, x_stride, tokens, second);
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    UNROLL
  for (gsize p = 0; p < panels; p++)
    {
      __m512 d = _mm512_mul_ps (panel[p]->d, _mm512_set1_ps (token_block (x, x_stride, t)->d));

      first[p][t] = _mm512_fmadd_ps (second[p][t], panel[p]->s[1], first[p][t]);
      acc[p][t] = _mm512_fmadd_ps (first[p][t], d, acc[p][t]);
    }
}

#define PRODUCT arra_avx512_matmul_q6_k_panels
#define REST arra_avx2_matmul_q6_k_panels
#include "stored_body.h"
