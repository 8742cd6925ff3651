/* quantised_body.h - the product of quantised rows with quantised tokens (AVX2), included once for each type of weights
 *
 * The file that includes this says how its weights lie: UNIT_SIZE bytes hold UNIT_BLOCKS blocks of 32, quad_add() adds
 * such a unit of four rows to their sums, pack() makes panels of one of eight rows, panel_add() adds a panel to the
 * rows' sums, and unit_add() adds a unit of eight rows that are stored as panels.h says; STREAMS_ONE and STREAMS_PAIR
 * panels are read at a time for one and two tokens.
 *
 * One or two tokens, bound by memory: four rows at a time, a quarter of the range apart: a thread reads four long
 * streams of weights, where short ones that jump from row to row cost a third of the memory bandwidth. More tokens:
 * eight rows at a time as panels of columns of four weights, so that the sums of the eight rows stand in one register
 * and a token's scale and sum cost one multiplication and one fma.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "variants.h"

#define CHUNK_UNITS (32 / UNIT_BLOCKS) /* units packed at a time */
#define FEW_TOKENS 2                   /* up to here packing does not pay */

/* @count <= 4 rows from @row, @step apart (when fewer, the last is repeated), times @tokens tokens */
ALWAYS_INLINE void
quad_times_tokens (const Product *p, gsize row, gsize step, gsize count, gsize token, gsize tokens)
{
  const guint8 *x = p->x + token * p->x_stride;
  __m128 acc[2];
  Quad quad;

  UNROLL
  for (gsize i = 0; i < 4; i++)
    quad.row[i] = p->w + (row + MIN (i, count - 1) * step) * p->w_stride;
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    acc[t] = _mm_setzero_ps ();
  for (gsize unit = 0; unit < p->n_units; unit++)
    {
      UNROLL
      for (gsize line = 0; line < UNIT_SIZE; line += 64)
        UNROLL
      for (int r = 0; r < 4; r++)
        _mm_prefetch (quad.row[r] + unit * UNIT_SIZE + line + ARRA_PREFETCH, _MM_HINT_T0);
      quad_add (&quad, unit * UNIT_SIZE, x + unit * UNIT_BLOCKS * sizeof (ArraBlockQ8A), p->x_stride, tokens, acc);
    }
  for (gsize t = 0; t < tokens; t++)
    {
      float sums[4];
      _mm_storeu_ps (sums, acc[t]);
      for (gsize i = 0; i < count; i++)
        p->y[(token + t) * p->y_stride + row + i * step] = sums[i];
    }
}

static void
quad_times_all (const Product *p, gsize row, gsize step, gsize count)
{
  gsize t = 0;

  for (; t + 2 <= p->n_tokens; t += 2)
    quad_times_tokens (p, row, step, count, t, 2);
  for (; t < p->n_tokens; t++)
    quad_times_tokens (p, row, step, count, t, 1);
}

/* Rows @begin..@end-1 times all tokens, made for few tokens and for the rows that fill no panel */
static void
rows_streamed (const Product *p, gsize begin, gsize end)
{
  gsize step = (end - begin) / 4;

  for (gsize r = begin; r < begin + step; r++)
    quad_times_all (p, r, step, 4);
  if (begin + 4 * step < end)
    quad_times_all (p, begin + 4 * step, 1, end - begin - 4 * step);
}

/* A packed chunk and what to ask memory for while it is at work: the same units of @n_ahead rows from @ahead */
typedef struct
{
  Panel panels[CHUNK_UNITS * UNIT_BLOCKS];
  gsize begin, n_units;
  const guint8 *ahead;
  gsize n_ahead;
} Chunk;

/* A packed chunk times @tokens tokens, on top of what y holds. */
ALWAYS_INLINE void
chunk_times_tokens (const Product *p, const Chunk *chunk, gsize row, gsize token, gsize tokens)
{
  const guint8 *x = p->x + token * p->x_stride + chunk->begin * UNIT_BLOCKS * sizeof (ArraBlockQ8A);
  float *y = p->y + token * p->y_stride + row;
  __m256 acc[4];

  UNROLL
  for (gsize t = 0; t < tokens; t++)
    acc[t] = chunk->begin == 0 ? _mm256_setzero_ps () : _mm256_loadu_ps (y + t * p->y_stride);
  for (gsize b = 0; b < chunk->n_units * UNIT_BLOCKS; b++, x += sizeof (ArraBlockQ8A))
    {
      panel_add (&chunk->panels[b], x, p->x_stride, tokens, acc);
      for (gsize r = 0; r < chunk->n_ahead; r++)
        _mm_prefetch (chunk->ahead + r * p->w_stride + b * (UNIT_SIZE / UNIT_BLOCKS), _MM_HINT_T0);
    }
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    _mm256_storeu_ps (y + t * p->y_stride, acc[t]);
}

ALWAYS_INLINE void
chunk_times_all (const Product *p, Chunk *chunk, gsize row)
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

/* Many tokens: a chunk of the rows is packed once, then meets all of them; meanwhile the next chunk comes from memory.
 */
static void
rows_packed (const Product *p, gsize row)
{
  const guint8 *w = p->w + row * p->w_stride;
  Chunk chunk;

  chunk.n_ahead = MAX (PANEL_ROWS / ((p->n_tokens + 3) / 4), 1);
  for (chunk.begin = 0; chunk.begin < p->n_units; chunk.begin += CHUNK_UNITS)
    {
      gsize end = MIN (chunk.begin + CHUNK_UNITS, p->n_units);

      chunk.n_units = end - chunk.begin;
      for (gsize u = 0; u < chunk.n_units; u++)
        pack (w + (chunk.begin + u) * UNIT_SIZE, p->w_stride, &chunk.panels[u * UNIT_BLOCKS]);
      chunk.ahead = end < p->n_units ? w + end * UNIT_SIZE : w + PANEL_ROWS * p->w_stride;
      chunk_times_all (p, &chunk, row);
    }
}

static void
multiply (const Product *p, gsize n_rows)
{
  gsize r = 0;

  if (p->n_tokens > FEW_TOKENS)
    for (; r + PANEL_ROWS <= n_rows; r += PANEL_ROWS)
      rows_packed (p, r);
  rows_streamed (p, r, n_rows);
}

/* @streams (1 to 4) stored panels, the first rows @step apart from @row on, times @tokens tokens. A panel is read from
 * its beginning to its end; several at a time, far apart, come from memory faster than one. @prefetch: they come from
 * memory. */
ALWAYS_INLINE void
stored_times_tokens (const Product *p,
                     gsize row,
                     gsize step,
                     gsize streams,
                     gsize token,
                     gsize tokens,
                     gboolean prefetch)
{
  const guint8 *x = p->x + token * p->x_stride;
  const guint8 *w[4];
  __m256 acc[4][4];

  UNROLL
  for (gsize s = 0; s < streams; s++)
    {
      w[s] = p->w + (row + s * step) * p->w_stride;
      UNROLL
      for (gsize t = 0; t < tokens; t++)
        acc[s][t] = _mm256_setzero_ps ();
    }
  for (gsize unit = 0; unit < p->n_units; unit++, x += UNIT_BLOCKS * sizeof (ArraBlockQ8A))
    UNROLL
  for (gsize s = 0; s < streams; s++)
    {
      const guint8 *at = w[s] + unit * PANEL_ROWS * UNIT_SIZE;

      UNROLL
      for (gsize line = 0; prefetch && line < PANEL_ROWS * UNIT_SIZE; line += 64)
        _mm_prefetch (at + line + ARRA_PREFETCH, _MM_HINT_T0);
      unit_add (at, x, p->x_stride, tokens, acc[s]);
    }
  UNROLL
  for (gsize s = 0; s < streams; s++)
    UNROLL
  for (gsize t = 0; t < tokens; t++)
    _mm256_storeu_ps (p->y + (token + t) * p->y_stride + row + s * step, acc[s][t]);
}

static void
stored_times_all (const Product *p, gsize row)
{
  gsize t = 0;

  for (; t + 4 <= p->n_tokens; t += 4)
    stored_times_tokens (p, row, 0, 1, t, 4, t == 0);
  if (t + 3 == p->n_tokens)
    stored_times_tokens (p, row, 0, 1, t, 3, TRUE);
  else if (t + 2 == p->n_tokens)
    stored_times_tokens (p, row, 0, 1, t, 2, TRUE);
  else if (t < p->n_tokens)
    stored_times_tokens (p, row, 0, 1, t, 1, TRUE);
}

/* One or two tokens, bound by memory: as many panels at a time as were measured to be read fastest, before sums no
 * longer fit the registers. The last ones, and all with more tokens, one by one. */
static void
multiply_stored (const Product *p, gsize n_rows)
{
  const gsize streams = p->n_tokens == 1 ? STREAMS_ONE : p->n_tokens == 2 ? STREAMS_PAIR : 1;
  const gsize step = n_rows / streams / PANEL_ROWS * PANEL_ROWS;
  gsize row = 0;

  if (p->n_tokens == 1 && STREAMS_ONE > 1)
    for (; row < step; row += PANEL_ROWS)
      stored_times_tokens (p, row, step, STREAMS_ONE, 0, 1, TRUE);
  else if (p->n_tokens == 2 && STREAMS_PAIR > 1)
    for (; row < step; row += PANEL_ROWS)
      stored_times_tokens (p, row, step, STREAMS_PAIR, 0, 2, TRUE);
  for (row *= streams; row < n_rows; row += PANEL_ROWS)
    stored_times_all (p, row);
}
