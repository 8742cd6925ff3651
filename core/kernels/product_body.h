/* product_body.h - products of matrices in packed panels, for any instruction set
 *
 * To be included once, behind a folder's vectors.h, with ROWS defined, sums of two registers each that fit at once, and
 * with transpose(), for WIDTH registers. Of a block of A, which fits the second cache, panels of ROWS rows lie behind
 * each other; a panel of B, of two registers for each k, fits the first one and is met by all of them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <string.h>

#define DEPTH ARRA_PRODUCT_DEPTH
#define COLUMNS (2 * WIDTH)       /* of a panel of B */
#define A_PANEL (WIDTH * DEPTH)   /* floats: ROWS <= WIDTH */
#define B_PANEL (COLUMNS * DEPTH) /* floats */
#define PANELS ((ARRA_PRODUCT_SCRATCH - B_PANEL) / A_PANEL)

/* A panel of A lies as it came: rows DEPTH apart, or columns WIDTH apart. */
typedef struct
{
  const float *a, *b;
  gsize depth, columns;
  float *c;
  gsize ldc;
  float alpha, beta;
} Tile;

/* Rows of A, all of which are read along. @n: rows */
static void
pack_rows (const float *a, gsize lda, gsize n, gsize depth, float *to)
{
  for (gsize i = 0; i < n; i++)
    memcpy (to + i / ROWS * A_PANEL + i % ROWS * DEPTH, a + i * lda, depth * sizeof *to);
}

/* The same of an A that is read transposed: @n columns of it. Some rows at a time, so that they are read along, and
 * panels, which are far apart, written along. */
static void
pack_columns (const float *a, gsize lda, gsize n, gsize depth, float *to)
{
  for (gsize first = 0; first < depth; first += WIDTH)
    for (gsize i = 0; i < n; i += ROWS)
      {
        const Mask mask = first_lanes (MIN (ROWS, n - i));
        float *panel = to + i / ROWS * A_PANEL;

        for (gsize k = first; k < MIN (first + WIDTH, depth); k++)
          store_all (panel + k * WIDTH, load (a + k * lda + i, mask));
      }
}

/* @n <= COLUMNS columns of B, zeros behind them. */
static void
pack_panel (const float *b, gsize ldb, gsize n, gsize depth, float *to)
{
  const Mask first = first_lanes (MIN (n, WIDTH)), second = first_lanes (n > WIDTH ? n - WIDTH : 0);

  for (gsize k = 0; k < depth; k++, b += ldb, to += COLUMNS)
    {
      store_all (to, n >= WIDTH ? load_all (b) : load (b, first));
      store_all (to + WIDTH, n == COLUMNS ? load_all (b + WIDTH) : load (b + WIDTH, second));
    }
}

/* WIDTH columns of a B that is read transposed: @n rows of it, zeros behind them. */
ALWAYS_INLINE void
turn (const float *b, gsize ldb, gsize n, Mask mask, float *to)
{
  Vector rows[WIDTH];

  UNROLL
  for (gsize i = 0; i < WIDTH; i++)
    rows[i] = i < n ? load (b + i * ldb, mask) : spread (0);
  transpose (rows);
  UNROLL
  for (gsize i = 0; i < WIDTH; i++)
    store_all (to + i * COLUMNS, rows[i]);
}

static void
pack_panel_turned (const float *b, gsize ldb, gsize n, gsize depth, float *to)
{
  for (gsize first = 0; first < n; first += WIDTH)
    for (gsize k = 0; k < depth; k += WIDTH)
      turn (b + first * ldb + k, ldb, n - first, first_lanes (MIN (WIDTH, depth - k)), to + k * COLUMNS + first);
}

ALWAYS_INLINE void
add_to_row (float *c, Vector sum, const Tile *t, gsize n)
{
  const gboolean whole = n >= WIDTH;
  const Mask mask = first_lanes (whole ? WIDTH : n);
  Vector before = spread (0);

  if (t->beta != 0)
    before = multiply (spread (t->beta), whole ? load_all (c) : load (c, mask));
  sum = multiply_add (spread (t->alpha), sum, before);
  if (whole)
    store_all (c, sum);
  else
    store (c, mask, sum);
}

/* @n rows, @wide: more than one register of columns, and the compiler knows both. */
ALWAYS_INLINE void
multiply_tile (const Tile *t, const gsize row_step, const gsize step, const gsize n, const gboolean wide)
{
  const float *a = t->a, *b = t->b;
  Vector sums[ROWS][2];

  UNROLL
  for (gsize r = 0; r < n; r++)
    {
      sums[r][0] = sums[r][1] = spread (0);
      __builtin_prefetch (t->c + r * t->ldc, 1);
      if (wide)
        __builtin_prefetch (t->c + r * t->ldc + WIDTH, 1);
    }
  for (gsize k = 0; k < t->depth; k++, a += step, b += COLUMNS)
    {
      const Vector first = load_all (b), second = wide ? load_all (b + WIDTH) : first;

      UNROLL
      for (gsize r = 0; r < n; r++)
        {
          const Vector v = spread (a[r * row_step]);

          sums[r][0] = multiply_add (v, first, sums[r][0]);
          if (wide)
            sums[r][1] = multiply_add (v, second, sums[r][1]);
        }
    }
  UNROLL
  for (gsize r = 0; r < n; r++)
    {
      add_to_row (t->c + r * t->ldc, sums[r][0], t, t->columns);
      if (wide)
        add_to_row (t->c + r * t->ldc + WIDTH, sums[r][1], t, t->columns - WIDTH);
    }
}

/* @n <= ROWS rows, in as few steps as there are sizes for. */
ALWAYS_INLINE void
multiply_rows (Tile t, const gsize row_step, const gsize step, gsize n, const gboolean wide)
{
  static const gsize sizes[] = { ROWS, 8, 4, 2, 1 };

  UNROLL
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (; sizes[i] <= ROWS && n >= sizes[i]; n -= sizes[i])
      {
        multiply_tile (&t, row_step, step, sizes[i], wide);
        t.a += sizes[i] * row_step;
        t.c += sizes[i] * t.ldc;
      }
}

static void
multiply_panels (Tile t, gboolean turned, gsize n)
{
  for (; n > 0; n -= MIN (n, ROWS), t.a += A_PANEL, t.c += ROWS * t.ldc)
    if (turned && t.columns > WIDTH)
      multiply_rows (t, 1, WIDTH, MIN (n, ROWS), TRUE);
    else if (turned)
      multiply_rows (t, 1, WIDTH, MIN (n, ROWS), FALSE);
    else if (t.columns > WIDTH)
      multiply_rows (t, DEPTH, 1, MIN (n, ROWS), TRUE);
    else
      multiply_rows (t, DEPTH, 1, MIN (n, ROWS), FALSE);
}

/* @n rows of an A that has not been packed */
static void
multiply_in_place (Tile t, gsize lda, gsize n)
{
  for (; n > 0; n -= MIN (n, ROWS), t.a += ROWS * lda, t.c += ROWS * t.ldc)
    multiply_rows (t, lda, 1, MIN (n, ROWS), FALSE);
}

static void
pack_columns_of_b (const ArraProduct *p, gsize column, gsize n, gsize k, gsize depth, float *to)
{
  if (p->trans_b)
    pack_panel_turned (p->b + column * p->ldb + k, p->ldb, n, depth, to);
  else
    pack_panel (p->b + k * p->ldb + column, p->ldb, n, depth, to);
}

/* @n rows from @row on, and @depth of k from @k on */
static void
multiply_block (const ArraProduct *p, gsize row, gsize n, gsize k, gsize depth, float *scratch)
{
  float *panel = scratch, *block = scratch + B_PANEL;

  if (p->trans_a)
    pack_columns (p->a + k * p->lda + row, p->lda, n, depth, block);
  else
    pack_rows (p->a + row * p->lda + k, p->lda, n, depth, block);
  for (gsize column = 0; column < p->n; column += COLUMNS)
    {
      const gsize columns = MIN (COLUMNS, p->n - column);
      float *c = p->c + row * p->ldc + column;
      const Tile tile = { block, panel, depth, columns, c, p->ldc, p->alpha, k == 0 ? p->beta : 1 };

      pack_columns_of_b (p, column, columns, k, depth, panel);
      multiply_panels (tile, p->trans_a, n);
    }
}

/* Few columns: packing A would cost more than it gains. */
static void
multiply_few (const ArraProduct *p, gsize k, gsize depth, float *panel)
{
  const Tile tile = { p->a + k, panel, depth, p->n, p->c, p->ldc, p->alpha, k == 0 ? p->beta : 1 };

  pack_columns_of_b (p, 0, p->n, k, depth, panel);
  multiply_in_place (tile, p->lda, p->m);
}

static void
multiply_matrices (const ArraProduct *p, float *scratch)
{
  gsize k = 0;

  do
    {
      const gsize depth = MIN (DEPTH, p->k - k);

      if (p->n <= WIDTH && !p->trans_a)
        multiply_few (p, k, depth, scratch);
      else
        for (gsize row = 0; row < p->m; row += PANELS * ROWS)
          multiply_block (p, row, MIN (PANELS * ROWS, p->m - row), k, depth, scratch);
      k += depth;
    }
  while (k < p->k);
}
