/* matmul_q6_k.c - products of Q6_K rows with quantised tokens (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "superblocks.h"

#define UNIT_SIZE sizeof (ArraBlockQ6_K)
#define UNIT_BLOCKS (ARRA_QK_K / ARRA_QK)

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

  UNROLL for (int r = 0; r < 4; r++)
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

  UNROLL for (int r = 0; r < 4; r++)
    rows[r] = load_scales (quad->row[r] + at);
  quad_bytes (rows, scales);
  UNROLL for (gsize b = 0; b < UNIT_BLOCKS; b++)
    {
      __m256i scale = _mm256_cvtepi8_epi32 (_mm_loadl_epi64 ((const __m128i *) (scales + 2 * b)));
      __m256i w[4];

      UNROLL for (int r = 0; r < 4; r++)
        w[r] = load_weights (quad->row[r] + at, b);
      UNROLL for (gsize t = 0; t < tokens; t++)
        {
          const ArraBlockQ8A *token = token_block (x, x_stride, t, b);
          __m256i halves = quad_sums_signed (w, _mm256_loadu_si256 ((const __m256i *) token->q));
          __m128i sums = add_halves (_mm256_mullo_epi32 (halves, scale));

          acc[t] = _mm_fmadd_ps (_mm_cvtepi32_ps (sums), _mm_mul_ps (d, _mm_broadcast_ss (&token->d)), acc[t]);
        }
    }
}

ALWAYS_INLINE void
pack (const guint8 *unit, gsize w_stride, Panel *panels)
{
  __m256 d = panel_halves (unit + offsetof (ArraBlockQ6_K, d), w_stride);
  __m128i rows[PANEL_ROWS];
  gint32 scales[16][2];

  UNROLL for (gsize r = 0; r < PANEL_ROWS; r++)
    rows[r] = load_scales (unit + r * w_stride);
  panel_bytes (rows, scales);
  UNROLL for (gsize b = 0; b < UNIT_BLOCKS; b++)
    {
      __m256i w[PANEL_ROWS];

      UNROLL for (gsize r = 0; r < PANEL_ROWS; r++)
        w[r] = load_weights (unit + r * w_stride, b);
      panel_columns (w, &panels[b]);
      panels[b].d = d;
      UNROLL for (gsize i = 0; i < 2; i++)
        panels[b].s[i] = _mm256_cvtepi8_epi32 (_mm_loadl_epi64 ((const __m128i *) scales[2 * b + i]));
    }
}

ALWAYS_INLINE void
panel_add (const Panel *panel, const guint8 *x, gsize x_stride, gsize tokens, __m256 *acc)
{
  __m256i first[4], second[4];

  panel_sums_signed (panel, 0, COLUMNS / 2, x, x_stride, tokens, first);
  panel_sums_signed (panel, COLUMNS / 2, COLUMNS, x, x_stride, tokens, second);
  UNROLL for (gsize t = 0; t < tokens; t++)
    first[t] = _mm256_add_epi32 (_mm256_mullo_epi32 (first[t], panel->s[0]), _mm256_mullo_epi32 (second[t], panel->s[1]));
  panel_scale (panel, x, x_stride, tokens, first, acc);
}

#include "quantised_body.h"

void
arra_avx2_matmul_q6_k (const void *w, gsize w_stride, gsize n_rows, gsize k, const void *x, gsize x_stride,
                       gsize n_tokens, float *y, gsize y_stride)
{
  multiply (&(Product){ w, w_stride, k / ARRA_QK_K, x, x_stride, n_tokens, y, y_stride }, n_rows);
}
