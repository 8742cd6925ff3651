/* matmul_q4_k.c - products of Q4_K rows with quantised tokens (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "superblocks.h"

#define UNIT_SIZE sizeof (ArraBlockQ4_K)
#define UNIT_BLOCKS (ARRA_QK_K / ARRA_QK)
#define STREAMS_ONE 2
#define STREAMS_PAIR 2

/* Blocks 2 @pair and 2 @pair + 1 of a unit */
ALWAYS_INLINE void
load_weights (const guint8 *unit, gsize pair, __m256i *first, __m256i *second)
{
  const __m256i nibble = _mm256_set1_epi8 (15);
  __m256i q = _mm256_loadu_si256 ((const __m256i *) (unit + offsetof (ArraBlockQ4_K, q) + pair * ARRA_QK));

  *first = _mm256_and_si256 (q, nibble);
  *second = _mm256_and_si256 (_mm256_srli_epi16 (q, 4), nibble);
}

/* The eight scales, then the eight minima, as bytes; @head is the unit's first 16 bytes: two halves, then 96 bits of
 * those */
ALWAYS_INLINE __m128i
scales_and_mins (__m128i head)
{
  const __m128i last = _mm_shuffle_epi32 (head, _MM_SHUFFLE (3, 3, 3, 3));
  __m128i low = _mm_and_si128 (head, _mm_set1_epi8 (63));
  __m128i high = _mm_and_si128 (_mm_srlv_epi32 (last, _mm_setr_epi32 (0, 0, 4, 0)), _mm_set1_epi8 (15));

  high = _mm_or_si128 (high, _mm_and_si128 (_mm_srli_epi32 (head, 2), _mm_set1_epi8 (48)));
  return _mm_alignr_epi8 (_mm_unpackhi_epi32 (low, high), _mm_unpacklo_epi32 (low, high), 8);
}

/* Minus the sum of a token's block */
ALWAYS_INLINE float
minus_sum (const ArraBlockQ8A *token)
{
  return (float) token->offset * 0x1p-7f * token->d;
}

ALWAYS_INLINE __m128
quad_floats (gint32 bytes)
{
  return _mm_cvtepi32_ps (_mm_cvtepu8_epi32 (_mm_cvtsi32_si128 (bytes)));
}

ALWAYS_INLINE void
quad_add (const Quad *quad, gsize at, const guint8 *x, gsize x_stride, gsize tokens, __m128 *acc)
{
  __m128i halves = quad_halves (quad, at), rows[4];
  __m128 d = _mm_cvtph_ps (halves), dmin = _mm_cvtph_ps (_mm_srli_si128 (halves, 8));
  gint32 scales[16];

  UNROLL
  for (int r = 0; r < 4; r++)
    rows[r] = scales_and_mins (_mm_loadu_si128 ((const __m128i *) (quad->row[r] + at)));
  quad_bytes (rows, scales);
  for (gsize pair = 0; pair < UNIT_BLOCKS / 2; pair++)
    {
      __m256i w[2][4];

      UNROLL
      for (int r = 0; r < 4; r++)
        load_weights (quad->row[r] + at, pair, &w[0][r], &w[1][r]);
      UNROLL
      for (gsize i = 0; i < 2; i++)
        {
          gsize b = 2 * pair + i;
          __m128 scale = _mm_mul_ps (d, quad_floats (scales[b]));
          __m128 min = _mm_mul_ps (dmin, quad_floats (scales[8 + b]));

          UNROLL
          for (gsize t = 0; t < tokens; t++)
            {
              const ArraBlockQ8A *token = token_block (x, x_stride, t, b);
              __m128i sums = quad_sums_nibbles (w[i], _mm256_loadu_si256 ((const __m256i *) token->q));

              acc[t] = _mm_fmadd_ps (_mm_cvtepi32_ps (sums), _mm_mul_ps (scale, _mm_broadcast_ss (&token->d)), acc[t]);
              acc[t] = _mm_fmadd_ps (min, _mm_set1_ps (minus_sum (token)), acc[t]);
            }
        }
    }
}

ALWAYS_INLINE __m256
panel_floats (const void *bytes)
{
  return _mm256_cvtepi32_ps (_mm256_cvtepu8_epi32 (_mm_loadl_epi64 (bytes)));
}

ALWAYS_INLINE void
pack (const guint8 *unit, gsize w_stride, Panel *panels)
{
  __m256 d = panel_halves (unit, w_stride);
  __m256 dmin = panel_halves (unit + offsetof (ArraBlockQ4_K, dmin), w_stride);
  __m128i rows[PANEL_ROWS];
  gint32 scales[16][2];

  UNROLL
  for (gsize r = 0; r < PANEL_ROWS; r++)
    rows[r] = scales_and_mins (_mm_loadu_si128 ((const __m128i *) (unit + r * w_stride)));
  panel_bytes (rows, scales);
  for (gsize pair = 0; pair < UNIT_BLOCKS / 2; pair++)
    {
      __m256i w[2][PANEL_ROWS];

      UNROLL
      for (gsize r = 0; r < PANEL_ROWS; r++)
        load_weights (unit + r * w_stride, pair, &w[0][r], &w[1][r]);
      UNROLL
      for (gsize i = 0; i < 2; i++)
        {
          Panel *panel = &panels[2 * pair + i];

          panel_columns (w[i], panel);
          panel->d = _mm256_mul_ps (d, panel_floats (scales[2 * pair + i]));
          panel->m = _mm256_mul_ps (dmin, panel_floats (scales[8 + 2 * pair + i]));
        }
    }
}

ALWAYS_INLINE void
panel_add (const Panel *panel, const guint8 *x, gsize x_stride, gsize tokens, __m256 *acc)
{
  __m256i sum[4];

  panel_sums_nibbles (panel, x, x_stride, tokens, sum);
  panel_scale (panel, x, x_stride, tokens, sum, acc);
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    acc[t] = _mm256_fmadd_ps (panel->m, _mm256_set1_ps (minus_sum (token_block (x, x_stride, t, 0))), acc[t]);
}

/* The scales of a stored unit's blocks, eight rows each, then the minima, from its 12 times 8 bytes */
ALWAYS_INLINE void
stored_scales (const guint8 *packed, guint8 out[16][PANEL_ROWS])
{
  const __m256i six = _mm256_set1_epi8 (63), low = _mm256_set1_epi8 (15), top = _mm256_set1_epi8 (48);
  __m256i a = _mm256_loadu_si256 ((const __m256i *) packed);
  __m256i b = _mm256_loadu_si256 ((const __m256i *) packed + 1);
  __m256i c = _mm256_loadu_si256 ((const __m256i *) packed + 2);
  __m256i *scales = (__m256i *) out;

  _mm256_storeu_si256 (scales, _mm256_and_si256 (a, six));
  _mm256_storeu_si256 (scales + 2, _mm256_and_si256 (b, six));
  a = _mm256_and_si256 (_mm256_srli_epi16 (a, 2), top);
  b = _mm256_and_si256 (_mm256_srli_epi16 (b, 2), top);
  _mm256_storeu_si256 (scales + 1, _mm256_or_si256 (_mm256_and_si256 (c, low), a));
  _mm256_storeu_si256 (scales + 3, _mm256_or_si256 (_mm256_and_si256 (_mm256_srli_epi16 (c, 4), low), b));
}

/* A stored unit: eight scales, eight scales of minima, 12 times 8 bytes of both in small, then the columns of two
 * blocks at a time */
ALWAYS_INLINE void
unit_add (const guint8 *unit, const guint8 *x, gsize x_stride, gsize tokens, __m256 *acc)
{
  const guint8 *q = unit + PANEL_ROWS * offsetof (ArraBlockQ4_K, q);
  __m256 d = eight_halves (unit), dmin = eight_halves (unit + PANEL_ROWS * 2);
  guint8 scales[16][PANEL_ROWS];

  stored_scales (unit + PANEL_ROWS * offsetof (ArraBlockQ4_K, scales), scales);
  for (gsize pair = 0; pair < UNIT_BLOCKS / 2; pair++, q += COLUMNS * sizeof (__m256i))
    UNROLL
  for (gsize i = 0; i < 2; i++)
    {
      gsize b = 2 * pair + i;
      Panel panel;

      panel_nibbles (q, i == 0 ? 0 : 4, COLUMNS, panel.q);
      panel.d = _mm256_mul_ps (d, panel_floats (scales[b]));
      panel.m = _mm256_mul_ps (dmin, panel_floats (scales[UNIT_BLOCKS + b]));
      panel_add (&panel, x + b * sizeof (ArraBlockQ8A), x_stride, tokens, acc);
    }
}

#include "quantised_body.h"

void
arra_avx2_matmul_q4_k (const void *w,
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
arra_avx2_matmul_q4_k_panels (const void *w,
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
