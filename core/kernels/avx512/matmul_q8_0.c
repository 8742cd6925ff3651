/* matmul_q8_0.c - products of Q8_0 rows with quantised tokens (AVX-512 VNNI)
 *
 * Sixteen rows at a time: a block of them is transposed to a panel of columns of four weights, so that the sums of the
 * sixteen rows stand in one register and a token's scale and sum cost one multiplication and one fma. vpdpbusd wants
 * one unsigned side: w + 128, and the sum starts at the token's offset, -128 times the sum of its block: exact
 * integers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx512.h"

#define ROWS 16
#define COLUMNS 8       /* groups of four weights in a block */
#define CHUNK_BLOCKS 32 /* blocks packed at a time */
#define FEW_TOKENS 2    /* up to here packing does not pay */

typedef struct
{
  __m512i q[COLUMNS]; /* q[c]: weights 4c..4c+3 plus 128 of row 0, of row 1, .. */
  __m512 d;           /* scales of the rows */
} Panel;

/* 4 x 4 dwords within each quarter: out[c] = column c of rows 0..3 | column c + 4 | column c of rows 4..7 | column c +
 * 4 */
ALWAYS_INLINE void
transpose_eight (const guint8 *block, gsize w_stride, __m512i out[4])
{
  const guint8 *q = block + sizeof (guint16);
  __m512i v[4], low[2], high[2];

  UNROLL
  for (gsize r = 0; r < 4; r++)
    v[r] = _mm512_inserti64x4 (_mm512_castsi256_si512 (_mm256_loadu_si256 ((const __m256i *) (q + r * w_stride))),
                               _mm256_loadu_si256 ((const __m256i *) (q + (r + 4) * w_stride)), 1);
  UNROLL
  for (int i = 0; i < 2; i++)
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

  UNROLL
  for (gsize r = 0; r < ROWS; r++)
    memcpy (&d[r], block + r * w_stride, sizeof d[r]);
  all = _mm256_setr_epi16 ((short) d[0], (short) d[1], (short) d[2], (short) d[3], (short) d[4], (short) d[5],
                           (short) d[6], (short) d[7], (short) d[8], (short) d[9], (short) d[10], (short) d[11],
                           (short) d[12], (short) d[13], (short) d[14], (short) d[15]);
  return _mm512_cvtph_ps (all);
}

ALWAYS_INLINE void
pack (const guint8 *block, gsize w_stride, Panel *panel)
{
  const __m512i unsign = _mm512_set1_epi8 ((char) 0x80);
  __m512i a[4], b[4];

  transpose_eight (block, w_stride, a);
  transpose_eight (block + 8 * w_stride, w_stride, b);
  UNROLL
  for (int c = 0; c < 4; c++)
    {
      panel->q[c] = _mm512_xor_si512 (_mm512_shuffle_i32x4 (a[c], b[c], _MM_SHUFFLE (2, 0, 2, 0)), unsign);
      panel->q[c + 4] = _mm512_xor_si512 (_mm512_shuffle_i32x4 (a[c], b[c], _MM_SHUFFLE (3, 1, 3, 1)), unsign);
    }
  panel->d = load_scales (block, w_stride);
}

/* acc[panel][t] grows by one block. */
ALWAYS_INLINE void
add_block (const Panel *const panel[2], gsize panels, const guint8 *x, gsize x_stride, gsize tokens, __m512 acc[2][4])
{
  __m512i sum[2][4];

  UNROLL
  for (gsize t = 0; t < tokens; t++)
    UNROLL
  for (gsize p = 0; p < panels; p++)
    sum[p][t] = _mm512_set1_epi32 (((const ArraBlockQ8A *) (x + t * x_stride))->offset);
  UNROLL
  for (int c = 0; c < COLUMNS; c++)
    UNROLL
  for (gsize t = 0; t < tokens; t++)
    {
      const ArraBlockQ8A *block = (const ArraBlockQ8A *) (x + t * x_stride);
      gint32 four;

      memcpy (&four, block->q + 4 * c, sizeof four);
      UNROLL
      for (gsize p = 0; p < panels; p++)
        sum[p][t] = _mm512_dpbusd_epi32 (sum[p][t], panel[p]->q[c], _mm512_set1_epi32 (four));
    }
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    UNROLL
  for (gsize p = 0; p < panels; p++)
    {
      __m512 d = _mm512_mul_ps (panel[p]->d, _mm512_set1_ps (((const ArraBlockQ8A *) (x + t * x_stride))->d));
      acc[p][t] = _mm512_fmadd_ps (_mm512_cvtepi32_ps (sum[p][t]), d, acc[p][t]);
    }
}

/* A packed chunk and what to ask memory for while it is at work: the same blocks of @n_ahead rows from @ahead */
typedef struct
{
  Panel panels[2][CHUNK_BLOCKS];
  gsize begin, n_blocks;
  const guint8 *ahead;
  gsize n_ahead;
} Chunk;

/* A packed chunk times @tokens tokens, on top of what y holds. */
ALWAYS_INLINE void
chunk_times_tokens (const Q8Product *p, const Chunk *chunk, gsize panels, gsize row, gsize token, gsize tokens)
{
  const guint8 *x = p->x + token * p->x_stride + chunk->begin * sizeof (ArraBlockQ8A);
  float *y = p->y + token * p->y_stride + row;
  __m512 acc[2][4];

  UNROLL
  for (gsize t = 0; t < tokens; t++)
    UNROLL
  for (gsize i = 0; i < panels; i++)
    acc[i][t] = chunk->begin == 0 ? _mm512_setzero_ps () : _mm512_loadu_ps (y + t * p->y_stride + i * ROWS);
  for (gsize b = 0; b < chunk->n_blocks; b++, x += sizeof (ArraBlockQ8A))
    {
      const Panel *panel[2] = { &chunk->panels[0][b], &chunk->panels[1][b] };

      add_block (panel, panels, x, p->x_stride, tokens, acc);
      for (gsize r = 0; r < chunk->n_ahead; r++)
        _mm_prefetch (chunk->ahead + r * p->w_stride + b * sizeof (ArraBlockQ8_0), _MM_HINT_T0);
    }
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    UNROLL
  for (gsize i = 0; i < panels; i++)
    _mm512_storeu_ps (y + t * p->y_stride + i * ROWS, acc[i][t]);
}

ALWAYS_INLINE void
chunk_times_all (const Q8Product *p, Chunk *chunk, gsize panels, gsize row)
{
  gsize t = 0;

  for (; t + 4 <= p->n_tokens; t += 4)
    {
      chunk_times_tokens (p, chunk, panels, row, t, 4);
      chunk->ahead += chunk->n_ahead * p->w_stride;
    }
  if (t + 3 == p->n_tokens)
    chunk_times_tokens (p, chunk, panels, row, t, 3);
  else if (t + 2 == p->n_tokens)
    chunk_times_tokens (p, chunk, panels, row, t, 2);
  else if (t < p->n_tokens)
    chunk_times_tokens (p, chunk, panels, row, t, 1);
}

/* Many tokens: a chunk of the rows is packed once, then meets all of them; meanwhile the next chunk comes from memory.
 */
ALWAYS_INLINE void
rows_packed (const Q8Product *p, gsize row, gsize panels)
{
  const guint8 *w = p->w + row * p->w_stride;
  Chunk chunk;

  chunk.n_ahead = MAX (panels * ROWS / ((p->n_tokens + 3) / 4), 1);
  for (chunk.begin = 0; chunk.begin < p->n_blocks; chunk.begin += CHUNK_BLOCKS)
    {
      gsize end = MIN (chunk.begin + CHUNK_BLOCKS, p->n_blocks);

      chunk.n_blocks = end - chunk.begin;
      for (gsize i = 0; i < panels; i++)
        for (gsize b = 0; b < chunk.n_blocks; b++)
          pack (w + i * ROWS * p->w_stride + (chunk.begin + b) * sizeof (ArraBlockQ8_0), p->w_stride,
                &chunk.panels[i][b]);
      chunk.ahead = end < p->n_blocks ? w + end * sizeof (ArraBlockQ8_0) : w + panels * ROWS * p->w_stride;
      chunk_times_all (p, &chunk, panels, row);
    }
}

static void
many_tokens_16 (const Q8Product *p, gsize row)
{
  rows_packed (p, row, 1);
}

static void
many_tokens_32 (const Q8Product *p, gsize row)
{
  rows_packed (p, row, 2);
}

void
arra_avx512_matmul_q8_0 (const void *w,
                         gsize w_stride,
                         gsize n_rows,
                         gsize k,
                         const void *x,
                         gsize x_stride,
                         gsize n_tokens,
                         float *y,
                         gsize y_stride)
{
  const Q8Product p = { w, w_stride, k / ARRA_QK, x, x_stride, n_tokens, y, y_stride };
  gsize r = 0;

  if (n_tokens > FEW_TOKENS)
    {
      for (; r + 2 * ROWS <= n_rows; r += 2 * ROWS)
        many_tokens_32 (&p, r);
      for (; r + ROWS <= n_rows; r += ROWS)
        many_tokens_16 (&p, r);
    }
  arra_avx512_q8_0_quads (&p, r, n_rows);
}
