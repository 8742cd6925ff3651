/* matmul_q8_0.c - products of Q8_0 rows with quantised tokens (AVX2)
 *
 * Eight rows at a time: a block of them is transposed to panels of four columns, once for all tokens, so that the sums of
 * the eight rows stand in one register and a token's scale and sum cost one multiplication and one fma. maddubs wants one
 * unsigned side: |w| (up to 128) against x with w's sign; two products stay below 2^15.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

#include "c/spec.h"

#define ROWS 8
#define COLUMNS 8     /* groups of four weights in a block */
#define CHUNK_BLOCKS 32 /* blocks packed at a time */

typedef struct
{
  __m256i q[COLUMNS]; /* q[c]: weights 4c..4c+3 of row 0, of row 1, .. */
  __m256 d;           /* scales of the rows */
} Panel;

/* 4 x 4 dwords within each half: out[c] = column c of the four rows | column c + 4 of them */
ALWAYS_INLINE void
transpose_four (const guint8 *block, gsize w_stride, __m256i out[4])
{
  __m256i v[4], low[2], high[2];

  UNROLL for (gsize r = 0; r < 4; r++)
    v[r] = _mm256_loadu_si256 ((const __m256i *) (block + r * w_stride + sizeof (guint16)));
  UNROLL for (int i = 0; i < 2; i++)
    {
      low[i] = _mm256_unpacklo_epi32 (v[2 * i], v[2 * i + 1]);
      high[i] = _mm256_unpackhi_epi32 (v[2 * i], v[2 * i + 1]);
    }
  out[0] = _mm256_unpacklo_epi64 (low[0], low[1]);
  out[1] = _mm256_unpackhi_epi64 (low[0], low[1]);
  out[2] = _mm256_unpacklo_epi64 (high[0], high[1]);
  out[3] = _mm256_unpackhi_epi64 (high[0], high[1]);
}

ALWAYS_INLINE __m256
load_scales (const guint8 *block, gsize w_stride)
{
  guint16 d[ROWS];

  UNROLL for (gsize r = 0; r < ROWS; r++)
    memcpy (&d[r], block + r * w_stride, sizeof d[r]);
  return _mm256_cvtph_ps (_mm_setr_epi16 ((short) d[0], (short) d[1], (short) d[2], (short) d[3], (short) d[4], (short) d[5], (short) d[6], (short) d[7]));
}

ALWAYS_INLINE void
pack (const guint8 *block, gsize w_stride, Panel *panel)
{
  __m256i a[4], b[4];

  transpose_four (block, w_stride, a);
  transpose_four (block + 4 * w_stride, w_stride, b);
  UNROLL for (int c = 0; c < 4; c++)
    {
      panel->q[c] = _mm256_permute2x128_si256 (a[c], b[c], 0x20);
      panel->q[c + 4] = _mm256_permute2x128_si256 (a[c], b[c], 0x31);
    }
  panel->d = load_scales (block, w_stride);
}

/* acc[t] grows by one block of @tokens tokens. */
ALWAYS_INLINE void
add_block (const Panel *panel, const guint8 *x, gsize x_stride, gsize tokens, __m256 *acc)
{
  const __m256i one = _mm256_set1_epi16 (1);
  __m256i sum[4];

  UNROLL for (gsize t = 0; t < tokens; t++)
    sum[t] = _mm256_setzero_si256 ();
  UNROLL for (int c = 0; c < COLUMNS; c++)
    {
      __m256i w = panel->q[c];
      __m256i magnitude = _mm256_abs_epi8 (w);

      UNROLL for (gsize t = 0; t < tokens; t++)
        {
          gint32 four;
          __m256i products;

          memcpy (&four, x + t * x_stride + sizeof (float) + 4 * c, sizeof four);
          products = _mm256_maddubs_epi16 (magnitude, _mm256_sign_epi8 (_mm256_set1_epi32 (four), w));
          sum[t] = _mm256_add_epi32 (sum[t], _mm256_madd_epi16 (products, one));
        }
    }
  UNROLL for (gsize t = 0; t < tokens; t++)
    {
      __m256 d = _mm256_mul_ps (panel->d, _mm256_broadcast_ss ((const float *) (x + t * x_stride)));
      acc[t] = _mm256_fmadd_ps (_mm256_cvtepi32_ps (sum[t]), d, acc[t]);
    }
}

/* Few tokens: blocks are used as they are transposed. */
ALWAYS_INLINE void
rows_direct (const guint8 *w, gsize w_stride, gsize n_blocks, const guint8 *x, gsize x_stride, gsize tokens, float *y, gsize y_stride)
{
  __m256 acc[4];

  UNROLL for (gsize t = 0; t < tokens; t++)
    acc[t] = _mm256_setzero_ps ();
  for (gsize b = 0; b < n_blocks; b++)
    {
      Panel panel;

      pack (w + b * sizeof (ArraBlockQ8_0), w_stride, &panel);
      add_block (&panel, x + b * sizeof (ArraBlockQ8A), x_stride, tokens, acc);
    }
  UNROLL for (gsize t = 0; t < tokens; t++)
    _mm256_storeu_ps (y + t * y_stride, acc[t]);
}

/* A packed chunk times @tokens tokens, on top of what y holds. */
ALWAYS_INLINE void
chunk_times_tokens (const Panel *panels, gsize n_blocks, const guint8 *x, gsize x_stride, gsize tokens, float *y, gsize y_stride)
{
  __m256 acc[4];

  UNROLL for (gsize t = 0; t < tokens; t++)
    acc[t] = _mm256_loadu_ps (y + t * y_stride);
  for (gsize b = 0; b < n_blocks; b++)
    add_block (&panels[b], x + b * sizeof (ArraBlockQ8A), x_stride, tokens, acc);
  UNROLL for (gsize t = 0; t < tokens; t++)
    _mm256_storeu_ps (y + t * y_stride, acc[t]);
}

/* Many tokens: a chunk of the rows is packed once, then meets all of them. */
static void
rows_packed (const guint8 *w, gsize w_stride, gsize n_blocks, const guint8 *x, gsize x_stride, gsize n_tokens, float *y, gsize y_stride)
{
  Panel panels[CHUNK_BLOCKS];

  for (gsize t = 0; t < n_tokens; t++)
    _mm256_storeu_ps (y + t * y_stride, _mm256_setzero_ps ());
  for (gsize begin = 0; begin < n_blocks; begin += CHUNK_BLOCKS)
    {
      gsize n = MIN (CHUNK_BLOCKS, n_blocks - begin);
      const guint8 *chunk = x + begin * sizeof (ArraBlockQ8A);
      gsize t = 0;

      for (gsize b = 0; b < n; b++)
        pack (w + (begin + b) * sizeof (ArraBlockQ8_0), w_stride, &panels[b]);
      for (; t + 4 <= n_tokens; t += 4)
        chunk_times_tokens (panels, n, chunk + t * x_stride, x_stride, 4, y + t * y_stride, y_stride);
      for (; t < n_tokens; t++)
        chunk_times_tokens (panels, n, chunk + t * x_stride, x_stride, 1, y + t * y_stride, y_stride);
    }
}

void
arra_avx2_matmul_q8_0 (const void *w, gsize w_stride, gsize n_rows, gsize k, const void *x, gsize x_stride, gsize n_tokens, float *y, gsize y_stride)
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
  /* The last rows: too few for a panel. */
  if (r < n_rows)
    arra_c_matmul_q8_0 ((const guint8 *) w + r * w_stride, w_stride, n_rows - r, k, x, x_stride, n_tokens, y + r, y_stride);
}
