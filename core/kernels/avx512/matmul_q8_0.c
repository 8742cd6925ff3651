/* matmul_q8_0.c - products of Q8_0 rows with quantised tokens (AVX-512 VNNI)
 *
 * Sixteen rows at a time: a block of them is transposed to panels of four columns, once for all tokens, so that the sums of
 * the sixteen rows stand in one register and a token's scale and sum cost one multiplication and one fma. vpdpbusd wants
 * one unsigned side: w + 128, and the sum starts at -128 times the token's sum of the block, which makes it exact.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx512.h"

#include "variants.h"

#define ROWS 16
#define COLUMNS 8       /* groups of four weights in a block */
#define CHUNK_BLOCKS 32 /* blocks packed at a time */

typedef struct
{
  __m512i q[COLUMNS]; /* q[c]: weights 4c..4c+3 plus 128 of row 0, of row 1, .. */
  __m512 d;           /* scales of the rows */
} Panel;

/* 4 x 4 dwords within each quarter: out[c] = column c of rows 0..3 | column c + 4 | column c of rows 4..7 | column c + 4 */
ALWAYS_INLINE void
transpose_eight (const guint8 *block, gsize w_stride, __m512i out[4])
{
  const guint8 *q = block + sizeof (guint16);
  __m512i v[4], low[2], high[2];

  UNROLL for (gsize r = 0; r < 4; r++)
    v[r] = _mm512_inserti64x4 (_mm512_castsi256_si512 (_mm256_loadu_si256 ((const __m256i *) (q + r * w_stride))),
                               _mm256_loadu_si256 ((const __m256i *) (q + (r + 4) * w_stride)),
                               1);
  UNROLL for (int i = 0; i < 2; i++)
    {
      low[i] = _mm512_unpacklo_epi32 (v[2 * i], v[2 * i + 1]);
      high[i] = _mm512_unpackhi_epi32 (v[2 * i], v[2 * i + 1]);
    }
  out[0] = _mm512_unpacklo_epi64 (low[0], low[1]);
  out[1] = _mm512_unpackhi_epi64 (low[0], low[1]);
  out[2] = _mm512_unpacklo_epi64 (high[0], high[1]);
  out[3] = _mm512_unpackhi_epi64 (high[0], high[1]);
}

ALWAYS_INLINE __m512
load_scales (const guint8 *block, gsize w_stride)
{
  guint16 d[ROWS];
  __m256i all;

  UNROLL for (gsize r = 0; r < ROWS; r++)
    memcpy (&d[r], block + r * w_stride, sizeof d[r]);
  all = _mm256_setr_epi16 ((short) d[0], (short) d[1], (short) d[2], (short) d[3], (short) d[4], (short) d[5], (short) d[6], (short) d[7],
                           (short) d[8], (short) d[9], (short) d[10], (short) d[11], (short) d[12], (short) d[13], (short) d[14], (short) d[15]);
  return _mm512_cvtph_ps (all);
}

ALWAYS_INLINE void
pack (const guint8 *block, gsize w_stride, Panel *panel)
{
  const __m512i offset = _mm512_set1_epi8 ((char) 0x80);
  __m512i a[4], b[4];

  transpose_eight (block, w_stride, a);
  transpose_eight (block + 8 * w_stride, w_stride, b);
  UNROLL for (int c = 0; c < 4; c++)
    {
      panel->q[c] = _mm512_xor_si512 (_mm512_shuffle_i32x4 (a[c], b[c], _MM_SHUFFLE (2, 0, 2, 0)), offset);
      panel->q[c + 4] = _mm512_xor_si512 (_mm512_shuffle_i32x4 (a[c], b[c], _MM_SHUFFLE (3, 1, 3, 1)), offset);
    }
  panel->d = load_scales (block, w_stride);
}

/* -128 times the sum of a token's block, in every lane */
ALWAYS_INLINE __m512i
correction (const guint8 *x)
{
  __m256i q = _mm256_loadu_si256 ((const __m256i *) (x + sizeof (float)));
  __m256i s8 = _mm256_dpbusd_epi32 (_mm256_setzero_si256 (), _mm256_set1_epi8 ((char) 0x80), q);
  __m128i s = _mm_add_epi32 (_mm256_castsi256_si128 (s8), _mm256_extracti128_si256 (s8, 1));

  s = _mm_add_epi32 (s, _mm_shuffle_epi32 (s, _MM_SHUFFLE (1, 0, 3, 2)));
  s = _mm_add_epi32 (s, _mm_shuffle_epi32 (s, _MM_SHUFFLE (2, 3, 0, 1)));
  return _mm512_broadcastd_epi32 (_mm_sub_epi32 (_mm_setzero_si128 (), s));
}

/* acc[t] grows by one block of @tokens tokens. */
ALWAYS_INLINE void
add_block (const Panel *panel, const guint8 *x, gsize x_stride, gsize tokens, __m512 *acc)
{
  __m512i sum[8];

  UNROLL for (gsize t = 0; t < tokens; t++)
    sum[t] = correction (x + t * x_stride);
  UNROLL for (int c = 0; c < COLUMNS; c++)
    {
      UNROLL for (gsize t = 0; t < tokens; t++)
        {
          gint32 four;
          memcpy (&four, x + t * x_stride + sizeof (float) + 4 * c, sizeof four);
          sum[t] = _mm512_dpbusd_epi32 (sum[t], panel->q[c], _mm512_set1_epi32 (four));
        }
    }
  UNROLL for (gsize t = 0; t < tokens; t++)
    {
      float scale;
      memcpy (&scale, x + t * x_stride, sizeof scale);
      acc[t] = _mm512_fmadd_ps (_mm512_cvtepi32_ps (sum[t]), _mm512_mul_ps (panel->d, _mm512_set1_ps (scale)), acc[t]);
    }
}

/* Few tokens: blocks are used as they are transposed. */
ALWAYS_INLINE void
rows_direct (const guint8 *w, gsize w_stride, gsize n_blocks, const guint8 *x, gsize x_stride, gsize tokens, float *y, gsize y_stride)
{
  __m512 acc[8];

  UNROLL for (gsize t = 0; t < tokens; t++)
    acc[t] = _mm512_setzero_ps ();
  for (gsize b = 0; b < n_blocks; b++)
    {
      Panel panel;

      pack (w + b * sizeof (ArraBlockQ8_0), w_stride, &panel);
      add_block (&panel, x + b * sizeof (ArraBlockQ8A), x_stride, tokens, acc);
    }
  UNROLL for (gsize t = 0; t < tokens; t++)
    _mm512_storeu_ps (y + t * y_stride, acc[t]);
}

/* A packed chunk times @tokens tokens, on top of what y holds. */
ALWAYS_INLINE void
chunk_times_tokens (const Panel *panels, gsize n_blocks, const guint8 *x, gsize x_stride, gsize tokens, float *y, gsize y_stride)
{
  __m512 acc[8];

  UNROLL for (gsize t = 0; t < tokens; t++)
    acc[t] = _mm512_loadu_ps (y + t * y_stride);
  for (gsize b = 0; b < n_blocks; b++)
    add_block (&panels[b], x + b * sizeof (ArraBlockQ8A), x_stride, tokens, acc);
  UNROLL for (gsize t = 0; t < tokens; t++)
    _mm512_storeu_ps (y + t * y_stride, acc[t]);
}

/* Many tokens: a chunk of the rows is packed once, then meets all of them. */
static void
rows_packed (const guint8 *w, gsize w_stride, gsize n_blocks, const guint8 *x, gsize x_stride, gsize n_tokens, float *y, gsize y_stride)
{
  Panel panels[CHUNK_BLOCKS];

  for (gsize t = 0; t < n_tokens; t++)
    _mm512_storeu_ps (y + t * y_stride, _mm512_setzero_ps ());
  for (gsize begin = 0; begin < n_blocks; begin += CHUNK_BLOCKS)
    {
      gsize n = MIN (CHUNK_BLOCKS, n_blocks - begin);
      const guint8 *chunk = x + begin * sizeof (ArraBlockQ8A);
      gsize t = 0;

      for (gsize b = 0; b < n; b++)
        pack (w + (begin + b) * sizeof (ArraBlockQ8_0), w_stride, &panels[b]);
      for (; t + 8 <= n_tokens; t += 8)
        chunk_times_tokens (panels, n, chunk + t * x_stride, x_stride, 8, y + t * y_stride, y_stride);
      for (; t < n_tokens; t++)
        chunk_times_tokens (panels, n, chunk + t * x_stride, x_stride, 1, y + t * y_stride, y_stride);
    }
}

void
arra_avx512_matmul_q8_0 (const void *w, gsize w_stride, gsize n_rows, gsize k, const void *x, gsize x_stride, gsize n_tokens, float *y, gsize y_stride)
{
  gsize n_blocks = k / ARRA_QK;
  gsize r = 0;

  for (; r + ROWS <= n_rows; r += ROWS)
    {
      const guint8 *rows = (const guint8 *) w + r * w_stride;

      if (n_tokens == 1)
        rows_direct (rows, w_stride, n_blocks, x, x_stride, 1, y + r, y_stride);
      else if (n_tokens == 2)
        rows_direct (rows, w_stride, n_blocks, x, x_stride, 2, y + r, y_stride);
      else
        rows_packed (rows, w_stride, n_blocks, x, x_stride, n_tokens, y + r, y_stride);
    }
  if (r < n_rows)
    arra_avx2_matmul_q8_0 ((const guint8 *) w + r * w_stride, w_stride, n_rows - r, k, x, x_stride, n_tokens, y + r, y_stride);
}
