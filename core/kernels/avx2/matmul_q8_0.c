/* matmul_q8_0.c - products of Q8_0 rows with quantised tokens (AVX2)
 *
 * Eight rows at a time: a block of them is transposed to a panel of columns of four weights, so that the sums of the eight
 * rows stand in one register and a token's scale and sum cost one multiplication and one fma.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

#define ROWS 8
#define COLUMNS 8       /* groups of four weights in a block */
#define CHUNK_BLOCKS 32 /* blocks packed at a time */
#define FEW_TOKENS 2    /* up to here packing does not pay */

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
  return _mm256_cvtph_ps (_mm_setr_epi16 ((short) d[0], (short) d[1], (short) d[2], (short) d[3],
                                          (short) d[4], (short) d[5], (short) d[6], (short) d[7]));
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
          memcpy (&four, ((const ArraBlockQ8A *) (x + t * x_stride))->q + 4 * c, sizeof four);
          sum[t] = _mm256_add_epi32 (sum[t], dot_fours (magnitude, w, _mm256_set1_epi32 (four)));
        }
    }
  UNROLL for (gsize t = 0; t < tokens; t++)
    {
      __m256 d = _mm256_mul_ps (panel->d, _mm256_broadcast_ss (&((const ArraBlockQ8A *) (x + t * x_stride))->d));
      acc[t] = _mm256_fmadd_ps (_mm256_cvtepi32_ps (sum[t]), d, acc[t]);
    }
}

/* A packed chunk and what to ask memory for while it is at work: the same blocks of @n_ahead rows from @ahead */
typedef struct
{
  Panel panels[CHUNK_BLOCKS];
  gsize begin, n_blocks;
  const guint8 *ahead;
  gsize n_ahead;
} Chunk;

/* A packed chunk times @tokens tokens, on top of what y holds. */
ALWAYS_INLINE void
chunk_times_tokens (const Q8Product *p, const Chunk *chunk, gsize row, gsize token, gsize tokens)
{
  const guint8 *x = p->x + token * p->x_stride + chunk->begin * sizeof (ArraBlockQ8A);
  float *y = p->y + token * p->y_stride + row;
  __m256 acc[4];

  UNROLL for (gsize t = 0; t < tokens; t++)
    acc[t] = chunk->begin == 0 ? _mm256_setzero_ps () : _mm256_loadu_ps (y + t * p->y_stride);
  for (gsize b = 0; b < chunk->n_blocks; b++, x += sizeof (ArraBlockQ8A))
    {
      add_block (&chunk->panels[b], x, p->x_stride, tokens, acc);
      for (gsize r = 0; r < chunk->n_ahead; r++)
        _mm_prefetch (chunk->ahead + r * p->w_stride + b * sizeof (ArraBlockQ8_0), _MM_HINT_T0);
    }
  UNROLL for (gsize t = 0; t < tokens; t++)
    _mm256_storeu_ps (y + t * p->y_stride, acc[t]);
}

ALWAYS_INLINE void
chunk_times_all (const Q8Product *p, Chunk *chunk, gsize row)
{
  gsize t = 0;

  for (; t + 4 <= p->n_tokens; t += 4)
    {
      chunk_times_tokens (p, chunk, row, t, 4);
      chunk->ahead += chunk->n_ahead * p->w_stride;
    }
  if (t + 3 == p->n_tokens)
    chunk_times_tokens (p, chunk, row, t, 3);
  else if (t + 2 == p->n_tokens)
    chunk_times_tokens (p, chunk, row, t, 2);
  else if (t < p->n_tokens)
    chunk_times_tokens (p, chunk, row, t, 1);
}

/* Many tokens: a chunk of the rows is packed once, then meets all of them; meanwhile the next chunk comes from memory. */
static void
rows_packed (const Q8Product *p, gsize row)
{
  const guint8 *w = p->w + row * p->w_stride;
  Chunk chunk;

  chunk.n_ahead = MAX (ROWS / ((p->n_tokens + 3) / 4), 1);
  for (chunk.begin = 0; chunk.begin < p->n_blocks; chunk.begin += CHUNK_BLOCKS)
    {
      gsize end = MIN (chunk.begin + CHUNK_BLOCKS, p->n_blocks);

      chunk.n_blocks = end - chunk.begin;
      for (gsize b = 0; b < chunk.n_blocks; b++)
        pack (w + (chunk.begin + b) * sizeof (ArraBlockQ8_0), p->w_stride, &chunk.panels[b]);
      chunk.ahead = end < p->n_blocks ? w + end * sizeof (ArraBlockQ8_0) : w + ROWS * p->w_stride;
      chunk_times_all (p, &chunk, row);
    }
}

void
arra_avx2_matmul_q8_0 (const void *w, gsize w_stride, gsize n_rows, gsize k, const void *x, gsize x_stride,
                       gsize n_tokens, float *y, gsize y_stride)
{
  const Q8Product p = { w, w_stride, k / ARRA_QK, x, x_stride, n_tokens, y, y_stride };
  gsize r = 0;

  if (n_tokens > FEW_TOKENS)
    for (; r + ROWS <= n_rows; r += ROWS)
      rows_packed (&p, r);
  arra_avx2_q8_0_quads (&p, r, n_rows);
}
