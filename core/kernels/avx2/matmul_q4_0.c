/* matmul_q4_0.c - products of Q4_0 rows with quantised tokens (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "quantised.h"

#define UNIT_SIZE sizeof (ArraBlockQ4_0)
#define UNIT_BLOCKS 1
#define STREAMS_ONE 4
#define STREAMS_PAIR 1

/* The weights plus 8 */
ALWAYS_INLINE __m256i
load_weights (const guint8 *block)
{
  __m128i q = _mm_loadu_si128 ((const __m128i *) (block + offsetof (ArraBlockQ4_0, q)));

  return _mm256_and_si256 (_mm256_set_m128i (_mm_srli_epi16 (q, 4), q), _mm256_set1_epi8 (15));
}

/* -8 times the sum of a token's block */
ALWAYS_INLINE gint32
offset_of (const ArraBlockQ8A *token)
{
  return token->offset / 16;
}

ALWAYS_INLINE void
quad_add (const Quad *quad, gsize at, const guint8 *x, gsize x_stride, gsize tokens, __m128 *acc)
{
  __m128 d = _mm_cvtph_ps (quad_halves (quad, at));
  __m256i w[4];

  UNROLL
  for (int r = 0; r < 4; r++)
    w[r] = load_weights (quad->row[r] + at);
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    {
      const ArraBlockQ8A *token = token_block (x, x_stride, t, 0);
      __m128i sums = quad_sums_nibbles (w, _mm256_loadu_si256 ((const __m256i *) token->q));

      sums = _mm_add_epi32 (sums, _mm_set1_epi32 (offset_of (token)));
      acc[t] = _mm_fmadd_ps (_mm_cvtepi32_ps (sums), _mm_mul_ps (d, _mm_broadcast_ss (&token->d)), acc[t]);
    }
}

ALWAYS_INLINE void
pack (const guint8 *block, gsize w_stride, Panel *panel)
{
  __m256i rows[PANEL_ROWS];

  UNROLL
  for (gsize r = 0; r < PANEL_ROWS; r++)
    rows[r] = load_weights (block + r * w_stride);
  panel_columns (rows, panel);
  panel->d = panel_halves (block, w_stride);
}

ALWAYS_INLINE void
panel_add (const Panel *panel, const guint8 *x, gsize x_stride, gsize tokens, __m256 *acc)
{
  __m256i sum[4];

  panel_sums_nibbles (panel, x, x_stride, tokens, sum);
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    sum[t] = _mm256_add_epi32 (sum[t], _mm256_set1_epi32 (offset_of (token_block (x, x_stride, t, 0))));
  panel_scale (panel, x, x_stride, tokens, sum, acc);
}

/* A stored unit: eight scales, then columns 0 and 4, 1 and 5, .. in the halves of bytes */
ALWAYS_INLINE void
unit_add (const guint8 *unit, const guint8 *x, gsize x_stride, gsize tokens, __m256 *acc)
{
  Panel panel;

  panel_nibbles (unit + PANEL_ROWS * 2, 0, COLUMNS / 2, panel.q);
  panel_nibbles (unit + PANEL_ROWS * 2, 4, COLUMNS / 2, panel.q + COLUMNS / 2);
  panel.d = eight_halves (unit);
  panel_add (&panel, x, x_stride, tokens, acc);
}

#include "quantised_body.h"

void
arra_avx2_matmul_q4_0 (const void *w,
                       gsize w_stride,
                       gsize n_rows,
                       gsize k,
                       const void *x,
                       gsize x_stride,
                       gsize n_tokens,
                       float *y,
                       gsize y_stride)
{
  multiply (&(Product) { w, w_stride, k / ARRA_QK, x, x_stride, n_tokens, y, y_stride }, n_rows);
}

void
arra_avx2_matmul_q4_0_panels (const void *w,
                              gsize w_stride,
                              gsize n_rows,
                              gsize k,
                              const void *x,
                              gsize x_stride,
                              gsize n_tokens,
                              float *y,
                              gsize y_stride)
{
  multiply_stored (&(Product) { w, w_stride, k / ARRA_QK, x, x_stride, n_tokens, y, y_stride }, n_rows);
}
