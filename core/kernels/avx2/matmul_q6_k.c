/* matmul_q6_k.c - products of Q6_K rows with quantised tokens (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "superblocks.h"

#define UNIT_SIZE sizeof (ArraBlockQ6_K)
#define UNIT_BLOCKS (ARRA_QK_K / ARRA_QK)
#define STREAMS_ONE 1
#define STREAMS_PAIR 1

/* Block @b of a unit, from -32 to 31 */
ALWAYS_INLINE __m256i
load_weights (const guint8 *unit, gsize b)
{
  const gsize half = b / 4, quarter = b % 4;
  const guint8 *lows = unit + offsetof (ArraBlockQ6_K, low) + 64 * half + quarter % 2 * ARRA_QK;
  const guint8 *highs = unit + offsetof (ArraBlockQ6_K, high) + ARRA_QK * half;
  __m256i low = _mm256_loadu_si256 ((const __m256i *) lows);
  __m256i high = _mm256_loadu_si256 ((const __m256i *) highs);

  low = quarter < 2 ? low : _mm256_srli_epi16 (low, 4);
  high = quarter == 0   ? _mm256_slli_epi16 (high, 4)
         : quarter == 1 ? _mm256_slli_epi16 (high, 2)
         : quarter == 2 ? high
                        : _mm256_srli_epi16 (high, 2);
  low = _mm256_or_si256 (_mm256_and_si256 (low, _mm256_set1_epi8 (15)), _mm256_and_si256 (high, _mm256_set1_epi8 (48)));
  return _mm256_sub_epi8 (low, _mm256_set1_epi8 (32));
}

ALWAYS_INLINE __m128i
load_scales (const guint8 *unit)
{
  return _mm_loadu_si128 ((const __m128i *) (unit + offsetof (ArraBlockQ6_K, scales)));
}

/* The halves at the end of the four rows' units: the last ones of 16 bytes, so that none beyond is read */
ALWAYS_INLINE __m128
quad_ends (const Quad *quad, gsize at)
{
  __m128i d[4];

  UNROLL
  for (int r = 0; r < 4; r++)
    d[r] = _mm_loadu_si128 ((const __m128i *) (quad->row[r] + at + UNIT_SIZE - 16));
  d[0] = _mm_unpackhi_epi32 (_mm_unpackhi_epi16 (d[0], d[1]), _mm_unpackhi_epi16 (d[2], d[3]));
  return _mm_cvtph_ps (_mm_srli_si128 (d[0], 8));
}

ALWAYS_INLINE void
quad_add (const Quad *quad, gsize at, const guint8 *x, gsize x_stride, gsize tokens, __m128 *acc)
{
  __m128 d = quad_ends (quad, at);
  __m128i rows[4];
  gint32 scales[16];

  UNROLL
  for (int r = 0; r < 4; r++)
    rows[r] = load_scales (quad->row[r] + at);
  quad_bytes (rows, scales);
  UNROLL
  for (gsize b = 0; b < UNIT_BLOCKS; b++)
    {
      __m256i scale = _mm256_cvtepi8_epi32 (_mm_loadl_epi64 ((const __m128i *) (scales + 2 * b)));
      __m256i w[4];

      UNROLL
      for (int r = 0; r < 4; r++)
        w[r] = load_weights (quad->row[r] + at, b);
      UNROLL
      for (gsize t = 0; t < tokens; t++)
        {
          const ArraBlockQ8A *token = token_block (x, x_stride, t, b);
          __m256i halves = quad_sums_signed (w, _mm256_loadu_si256 ((const __m256i *) token->q));
          __m128i sums = add_halves (_mm256_mullo_epi32 (halves, scale));

          acc[t] = _mm_fmadd_ps (_mm_cvtepi32_ps (sums), _mm_mul_ps (d, _mm_broadcast_ss (&token->d)), acc[t]);
        }
    }
}

/* A small scale of each of eight rows, twice each, as 16-bit numbers */
ALWAYS_INLINE __m256i
panel_twice (const void *bytes)
{
  __m128i eight = _mm_loadl_epi64 (bytes);
  return _mm256_cvtepi8_epi16 (_mm_unpacklo_epi8 (eight, eight));
}

ALWAYS_INLINE void
pack (const guint8 *unit, gsize w_stride, Panel *panels)
{
  __m256 d = panel_halves (unit + offsetof (ArraBlockQ6_K, d), w_stride);
  __m128i rows[PANEL_ROWS];
  gint32 scales[16][2];

  UNROLL
  for (gsize r = 0; r < PANEL_ROWS; r++)
    rows[r] = load_scales (unit + r * w_stride);
  panel_bytes (rows, scales);
  UNROLL
  for (gsize b = 0; b < UNIT_BLOCKS; b++)
    {
      __m256i w[PANEL_ROWS];

      UNROLL
      for (gsize r = 0; r < PANEL_ROWS; r++)
        w[r] = load_weights (unit + r * w_stride, b);
      panel_columns (w, &panels[b]);
      panels[b].d = d;
      UNROLL
      for (gsize i = 0; i < 2; i++)
        panels[b].s[i] = panel_twice (scales[2 * b + i]);
    }
}

/* The sums of a half of the columns times its scales: four pairs of products, of at most 2 * 32 * 127, stay below 2^15.
 */
ALWAYS_INLINE void
half_sums (const Panel *panel, int half, const guint8 *x, gsize x_stride, gsize tokens, __m256i *sum)
{
  __m256i pairs[4];

  UNROLL
  for (gsize t = 0; t < tokens; t++)
    pairs[t] = _mm256_setzero_si256 ();
  UNROLL
  for (int c = half * COLUMNS / 2; c < (half + 1) * COLUMNS / 2; c++)
    {
      __m256i w = panel->q[c];
      __m256i magnitude = _mm256_abs_epi8 (w);

      UNROLL
      for (gsize t = 0; t < tokens; t++)
        pairs[t] = _mm256_add_epi16 (
            pairs[t],
            _mm256_maddubs_epi16 (magnitude, _mm256_sign_epi8 (four_of (token_block (x, x_stride, t, 0), c), w)));
    }
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    sum[t] = _mm256_madd_epi16 (pairs[t], panel->s[half]);
}

ALWAYS_INLINE void
panel_add (const Panel *panel, const guint8 *x, gsize x_stride, gsize tokens, __m256 *acc)
{
  __m256i first[4], second[4];

  half_sums (panel, 0, x, x_stride, tokens, first);
  half_sums (panel, 1, x, x_stride, tokens, second);
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    first[t] = _mm256_add_epi32 (first[t], second[t]);
  panel_scale (panel, x, x_stride, tokens, first, acc);
}

/* Columns of block @quarter (0 to 3) of a half of a stored unit: four bits of each weight at @low, two at @high */
ALWAYS_INLINE void
stored_columns (const guint8 *low, const guint8 *high, int quarter, __m256i *columns)
{
  UNROLL
  for (int c = 0; c < COLUMNS; c++)
    {
      __m256i two = _mm256_loadu_si256 ((const __m256i *) high + c);

      two = quarter == 0   ? _mm256_slli_epi16 (two, 4)
            : quarter == 1 ? _mm256_slli_epi16 (two, 2)
            : quarter == 2 ? two
                           : _mm256_srli_epi16 (two, 2);
      panel_nibbles (low + (size_t) c * sizeof (__m256i), quarter < 2 ? 0 : 4, 1, columns + c);
      columns[c] = _mm256_or_si256 (columns[c], _mm256_and_si256 (two, _mm256_set1_epi8 (48)));
      columns[c] = _mm256_sub_epi8 (columns[c], _mm256_set1_epi8 (32));
    }
}

/* A stored unit: columns of low bits of its blocks, those of high bits, 16 times eight small scales, eight scales */
ALWAYS_INLINE void
unit_add (const guint8 *unit, const guint8 *x, gsize x_stride, gsize tokens, __m256 *acc)
{
  const guint8 *low = unit, *high = unit + PANEL_ROWS * offsetof (ArraBlockQ6_K, high);
  const guint8 *scales = unit + PANEL_ROWS * offsetof (ArraBlockQ6_K, scales);
  __m256 d = eight_halves (unit + PANEL_ROWS * offsetof (ArraBlockQ6_K, d));

  for (gsize half = 0; half < 2; half++, low += 16 * sizeof (__m256i), high += 8 * sizeof (__m256i))
    UNROLL
  for (int quarter = 0; quarter < 4; quarter++, scales += 2 * PANEL_ROWS, x += sizeof (ArraBlockQ8A))
    {
      Panel panel;

      stored_columns (low + quarter % 2 * 8 * sizeof (__m256i), high, quarter, panel.q);
      panel.d = d;
      panel.s[0] = panel_twice (scales);
      panel.s[1] = panel_twice (scales + PANEL_ROWS);
      panel_add (&panel, x, x_stride, tokens, acc);
    }
}

#include "quantised_body.h"

void
arra_avx2_matmul_q6_k (const void *w,
                       gsize w_stride,
                       gsize n_rows,
                       gsize k,
                       const void *x,
                       gsize x_stride,
                       gsize n_tokens,
                       float *y,
                       gsize y_stride)
{
  multiply (&(Product) { w, w_stride, k / ARRA_QK_K, x, x_stride, n_tokens, y, y_stride }, n_rows);
}

void
arra_avx2_matmul_q6_k_panels (const void *w,
                              gsize w_stride,
                              gsize n_rows,
                              gsize k,
                              const void *x,
                              gsize x_stride,
                              gsize n_tokens,
                              float *y,
                              gsize y_stride)
{
  multiply_stored (&(Product) { w, w_stride, k / ARRA_QK_K, x, x_stride, n_tokens, y, y_stride }, n_rows);
}
