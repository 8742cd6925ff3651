/* quantised.h - what the products of quantised rows share (AVX2): four rows read side by side, eight rows as a panel
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "avx2.h"

#define PANEL_ROWS 8
#define COLUMNS 8 /* groups of four weights in a block */

/* One call of a product */
typedef struct
{
  const guint8 *w;
  gsize w_stride;
  gsize n_units;
  const guint8 *x;
  gsize x_stride;
  gsize n_tokens;
  float *y;
  gsize y_stride;
} Product;

typedef struct
{
  const guint8 *row[4];
} Quad;

/* A block of 32 weights of eight rows */
typedef struct
{
  __m256i q[COLUMNS]; /* q[c]: weights 4c..4c+3 of row 0, of row 1, .. */
  __m256 d;           /* scales of the rows */
  __m256 m;           /* what is taken off each weight, where the type has that */
  /* integer scales of the halves of a block, each row's twice in 16 bits, where the type has those */
  __m256i s[2];
} Panel;

/* Block @b of token @t at @x */
ALWAYS_INLINE const ArraBlockQ8A *
token_block (const guint8 *x, gsize x_stride, gsize t, gsize b)
{
  return (const ArraBlockQ8A *) (x + t * x_stride) + b;
}

/* Four weights times four bytes of a token, summed, in each of eight lanes; @magnitude is |w|. maddubs wants one
 * unsigned side: |w| (up to 128) against x with w's sign; two products stay below 2^15. */
ALWAYS_INLINE __m256i
dot_fours (__m256i magnitude, __m256i w, __m256i x)
{
  return _mm256_madd_epi16 (_mm256_maddubs_epi16 (magnitude, _mm256_sign_epi8 (x, w)), _mm256_set1_epi16 (1));
}

/* The first 16 bits at @at of the four rows, then the second ones: eight halves. 16 bytes of each row are read. */
ALWAYS_INLINE __m128i
quad_halves (const Quad *quad, gsize at)
{
  __m128i d[4];

  UNROLL
  for (int r = 0; r < 4; r++)
    d[r] = _mm_loadu_si128 ((const __m128i *) (quad->row[r] + at));
  return _mm_unpacklo_epi32 (_mm_unpacklo_epi16 (d[0], d[1]), _mm_unpacklo_epi16 (d[2], d[3]));
}

/* Eight lanes of each of four rows to: the sums of the rows' low halves | of their high halves */
ALWAYS_INLINE __m256i
quad_fold (const __m256i s[4])
{
  __m256i ab = _mm256_add_epi32 (_mm256_unpacklo_epi32 (s[0], s[1]), _mm256_unpackhi_epi32 (s[0], s[1]));
  __m256i cd = _mm256_add_epi32 (_mm256_unpacklo_epi32 (s[2], s[3]), _mm256_unpackhi_epi32 (s[2], s[3]));

  return _mm256_add_epi32 (_mm256_unpacklo_epi64 (ab, cd), _mm256_unpackhi_epi64 (ab, cd));
}

ALWAYS_INLINE __m128i
add_halves (__m256i v)
{
  return _mm_add_epi32 (_mm256_castsi256_si128 (v), _mm256_extracti128_si256 (v, 1));
}

/* The sums of signed weights of the four rows, of their low halves | of their high halves */
ALWAYS_INLINE __m256i
quad_sums_signed (const __m256i w[4], __m256i x)
{
  __m256i s[4];

  UNROLL
  for (int r = 0; r < 4; r++)
    s[r] = dot_fours (_mm256_abs_epi8 (w[r]), w[r], x);
  return quad_fold (s);
}

/* The same of weights from 0 to 15, whole blocks */
ALWAYS_INLINE __m128i
quad_sums_nibbles (const __m256i w[4], __m256i x)
{
  __m256i s[4];

  UNROLL
  for (int r = 0; r < 4; r++)
    s[r] = _mm256_madd_epi16 (_mm256_maddubs_epi16 (w[r], x), _mm256_set1_epi16 (1));
  return add_halves (quad_fold (s));
}

/* 4 x 4 dwords within each half: out[c] = column c of the four rows | column c + 4 of them */
ALWAYS_INLINE void
transpose_four (const __m256i v[4], __m256i out[4])
{
  __m256i low[2], high[2];

  UNROLL
  for (int i = 0; i < 2; i++)
    {
      low[i] = _mm256_unpacklo_epi32 (v[2 * i], v[2 * i + 1]);
      high[i] = _mm256_unpackhi_epi32 (v[2 * i], v[2 * i + 1]);
    }
  out[0] = _mm256_unpacklo_epi64 (low[0], low[1]);
  out[1] = _mm256_unpackhi_epi64 (low[0], low[1]);
  out[2] = _mm256_unpacklo_epi64 (high[0], high[1]);
  out[3] = _mm256_unpackhi_epi64 (high[0], high[1]);
}

/* A block of each of eight rows to columns of four weights */
ALWAYS_INLINE void
panel_columns (const __m256i rows[PANEL_ROWS], Panel *panel)
{
  __m256i a[4], b[4];

  transpose_four (rows, a);
  transpose_four (rows + 4, b);
  UNROLL
  for (int c = 0; c < 4; c++)
    {
      panel->q[c] = _mm256_permute2x128_si256 (a[c], b[c], 0x20);
      panel->q[c + 4] = _mm256_permute2x128_si256 (a[c], b[c], 0x31);
    }
}

/* The halves at @at, @stride apart, of eight rows */
ALWAYS_INLINE __m256
panel_halves (const guint8 *at, gsize stride)
{
  guint16 d[PANEL_ROWS];

  UNROLL
  for (gsize r = 0; r < PANEL_ROWS; r++)
    memcpy (&d[r], at + r * stride, sizeof d[r]);
  return _mm256_cvtph_ps (_mm_setr_epi16 ((short) d[0], (short) d[1], (short) d[2], (short) d[3], (short) d[4],
                                          (short) d[5], (short) d[6], (short) d[7]));
}

/* @count columns of four weights of the panel's rows, 4 bits each at @shift (0 or 4) of the bytes at @q */
ALWAYS_INLINE void
panel_nibbles (const guint8 *q, int shift, int count, __m256i *columns)
{
  UNROLL
  for (int c = 0; c < count; c++)
    {
      __m256i both = _mm256_loadu_si256 ((const __m256i *) q + c);
      columns[c] = _mm256_and_si256 (shift == 0 ? both : _mm256_srli_epi16 (both, 4), _mm256_set1_epi8 (15));
    }
}

/* The halves of a panel's rows, side by side */
ALWAYS_INLINE __m256
eight_halves (const guint8 *at)
{
  return _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *) at));
}

/* Weights 4c..4c+3 of a token's block, eight times */
ALWAYS_INLINE __m256i
four_of (const ArraBlockQ8A *block, int c)
{
  gint32 four;

  memcpy (&four, block->q + 4 * c, sizeof four);
  return _mm256_set1_epi32 (four);
}

/* The panel's sums with @tokens tokens for weights from 0 to 15: eight pairs of products, of 3810 each, stay below
 * 2^15. */
ALWAYS_INLINE void
panel_sums_nibbles (const Panel *panel, const guint8 *x, gsize x_stride, gsize tokens, __m256i *sum)
{
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    sum[t] = _mm256_setzero_si256 ();
  UNROLL
  for (int c = 0; c < COLUMNS; c++)
    {
      __m256i w = panel->q[c];

      UNROLL
      for (gsize t = 0; t < tokens; t++)
        sum[t] = _mm256_add_epi16 (sum[t], _mm256_maddubs_epi16 (w, four_of (token_block (x, x_stride, t, 0), c)));
    }
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    sum[t] = _mm256_madd_epi16 (sum[t], _mm256_set1_epi16 (1));
}

/* The same for signed weights */
ALWAYS_INLINE void
panel_sums_signed (const Panel *panel, const guint8 *x, gsize x_stride, gsize tokens, __m256i *sum)
{
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    sum[t] = _mm256_setzero_si256 ();
  UNROLL
  for (int c = 0; c < COLUMNS; c++)
    {
      __m256i w = panel->q[c];
      __m256i magnitude = _mm256_abs_epi8 (w);

      UNROLL
      for (gsize t = 0; t < tokens; t++)
        sum[t] = _mm256_add_epi32 (sum[t], dot_fours (magnitude, w, four_of (token_block (x, x_stride, t, 0), c)));
    }
}

/* acc[t] grows by the sums times the scales of both sides. */
ALWAYS_INLINE void
panel_scale (const Panel *panel, const guint8 *x, gsize x_stride, gsize tokens, const __m256i *sum, __m256 *acc)
{
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    {
      __m256 d = _mm256_mul_ps (panel->d, _mm256_broadcast_ss (&token_block (x, x_stride, t, 0)->d));
      acc[t] = _mm256_fmadd_ps (_mm256_cvtepi32_ps (sum[t]), d, acc[t]);
    }
}
