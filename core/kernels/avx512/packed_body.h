/* packed_body.h - the product of many quantised tokens with rows that are packed first (AVX-512 VNNI), included once
 * for each type of weights
 *
 * Sixteen rows stand side by side in a register, as panels of columns of four weights, so that a token's scale and sum
 * cost one multiplication and one fma for all of them. Of two such panels a chunk of blocks is packed once, then meets
 * all tokens, four at a time; meanwhile the next chunk comes from memory.
 *
 * The file that includes this says how its weights lie: UNIT_SIZE bytes hold UNIT_BLOCKS blocks of 32, pack() makes
 * panels of a unit of sixteen rows, add_block() adds a block of panels to the rows' sums, and ahead_of() says where the
 * AHEAD places lie that must be asked for to have a block of sixteen rows. Up to FEW_TOKENS tokens packing does not
 * pay.
 * SPDX-License-Identifier: GPL-3.0-or-later */

#define CHUNK_UNITS (16 / UNIT_BLOCKS) /* packed at a time: so that they and their tokens stay in the first cache */

typedef struct
{
  Panel panels[2][CHUNK_UNITS * UNIT_BLOCKS];
  gsize begin, n_blocks;
  const guint8 *next; /* the first of the rows whose blocks are packed next, at the first of those blocks */
} Chunk;

/* Asks for block @b of the next chunk: of all the places, those from @begin on that are before @end. */
ALWAYS_INLINE void
ask_ahead (const BlockProduct *p, const Chunk *chunk, gsize b, gsize begin, gsize end)
{
  for (gsize i = begin; i < end; i++)
    _mm_prefetch (ahead_of (chunk->next + i / (AHEAD) *ROWS * p->w_stride, p->w_stride, i % (AHEAD), b), _MM_HINT_T0);
}

/* A packed chunk times @tokens tokens, on top of what y holds. */
ALWAYS_INLINE void
chunk_times_tokens (const BlockProduct *p, const Chunk *chunk, gsize panels, gsize row, gsize token, gsize tokens)
{
  const gsize rounds = (p->n_tokens + 3) / 4, places = panels * AHEAD;
  const gsize ahead = (places + rounds - 1) / rounds;
  const gsize ask = MIN (token / 4 * ahead, places), asked = MIN (ask + ahead, places);
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
      ask_ahead (p, chunk, b, ask, asked);
    }
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    UNROLL
  for (gsize i = 0; i < panels; i++)
    _mm512_storeu_ps (y + t * p->y_stride + i * ROWS, acc[i][t]);
}

ALWAYS_INLINE void
chunk_times_all (const BlockProduct *p, const Chunk *chunk, gsize panels, gsize row)
{
  gsize t = 0;

  for (; t + 4 <= p->n_tokens; t += 4)
    chunk_times_tokens (p, chunk, panels, row, t, 4);
  if (t + 3 == p->n_tokens)
    chunk_times_tokens (p, chunk, panels, row, t, 3);
  else if (t + 2 == p->n_tokens)
    chunk_times_tokens (p, chunk, panels, row, t, 2);
  else if (t < p->n_tokens)
    chunk_times_tokens (p, chunk, panels, row, t, 1);
}

ALWAYS_INLINE void
rows_packed (const BlockProduct *p, gsize row, gsize panels)
{
  const guint8 *w = p->w + row * p->w_stride;
  const gsize n_units = p->n_blocks / UNIT_BLOCKS;
  Chunk chunk;

  for (gsize begin = 0; begin < n_units; begin += CHUNK_UNITS)
    {
      gsize end = MIN (begin + CHUNK_UNITS, n_units);

      for (gsize i = 0; i < panels; i++)
        for (gsize u = begin; u < end; u++)
          pack (w + i * ROWS * p->w_stride, p->w_stride, u, &chunk.panels[i][(u - begin) * UNIT_BLOCKS]);
      chunk.begin = begin * UNIT_BLOCKS;
      chunk.n_blocks = (end - begin) * UNIT_BLOCKS;
      chunk.next = end < n_units ? ahead_of (w, p->w_stride, 0, end * UNIT_BLOCKS) : w + panels * ROWS * p->w_stride;
      chunk_times_all (p, &chunk, panels, row);
    }
}

static void
rows_packed_16 (const BlockProduct *p, gsize row)
{
  rows_packed (p, row, 1);
}

static void
rows_packed_32 (const BlockProduct *p, gsize row)
{
  rows_packed (p, row, 2);
}

/* Returns: how many rows were multiplied: all but those that fill no panel */
static gsize
multiply_packed (const BlockProduct *p, gsize n_rows)
{
  gsize r = 0;

  for (; r + 2 * ROWS <= n_rows; r += 2 * ROWS)
    rows_packed_32 (p, r);
  for (; r + ROWS <= n_rows; r += ROWS)
    rows_packed_16 (p, r);
  return r;
}
