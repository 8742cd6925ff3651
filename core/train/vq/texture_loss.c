/* texture_loss.c - how much texture pictures have, place by place, beside others
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "texture_loss.h"

#include <math.h>

#define FLAT 1e-6 /* added to mean squares: a root has no slope at zero */

/* The neighbour that a pixel is compared with. */
static const struct
{
  gsize down;
  gssize across;
} directions[] = { { 0, 1 }, { 1, 0 }, { 1, 1 }, { 1, -1 } };

#define N_DIRECTIONS G_N_ELEMENTS (directions)

/* Pixels in rows and columns that all have such a neighbour; in one colour. */
typedef struct
{
  gsize first, rows, columns; /* the first number, and how many pixels */
  gsize row, column;          /* numbers, from one to the next */
  gssize next;                /* from a pixel to its neighbour */
} Cell;

/* Those of a square, which may be cut off by the picture's end. */
static Cell
cell_at (gsize height, gsize width, gsize top, gsize left, gsize direction, gsize colour)
{
  gsize down = directions[direction].down;
  gssize across = directions[direction].across;
  gsize first = across < 0 && left == 0 ? 1 : left;
  gsize end = MIN (left + TEXTURE_CELL, across > 0 ? width - 1 : width);

  return (Cell) { .first = 3 * (top * width + first) + colour,
                  .rows = MIN (TEXTURE_CELL, height - down - top),
                  .columns = end - first,
                  .row = 3 * width,
                  .column = 3,
                  .next = 3 * ((gssize) (down * width) + across) };
}

/* Those of the whole picture at one place within squares of @period pixels; there may be none. */
static Cell
comb_at (gsize height, gsize width, gsize period, gsize place, gsize direction, gsize colour)
{
  gsize down = directions[direction].down, top = place / period, left = place % period;
  gssize across = directions[direction].across;
  gsize first = across < 0 && left == 0 ? period : left;
  gsize below = height - MIN (down + top, height), beside = width - MIN (first + (across > 0 ? 1 : 0), width);

  return (Cell) { .first = 3 * (top * width + first) + colour,
                  .rows = (below + period - 1) / period,
                  .columns = (beside + period - 1) / period,
                  .row = 3 * width * period,
                  .column = 3 * period,
                  .next = 3 * ((gssize) (down * width) + across) };
}

static float
difference (const float *x, gssize next)
{
  return x[next] - x[0];
}

static double
strength (const Cell *cell, const float *pixels)
{
  double sum = FLAT;

  for (gsize y = 0; y < cell->rows; y++)
    for (gsize x = 0; x < cell->columns; x++)
      {
        double d = (double) difference (pixels + cell->first + y * cell->row + x * cell->column, cell->next);

        sum += d * d / (double) (cell->rows * cell->columns);
      }
  return sqrt (sum);
}

/* Adds @slope times the gradient of the strength, which is @root. */
static void
push (const Cell *cell, const float *pixels, double root, double slope, float *grad)
{
  float factor = (float) (slope / (root * (double) (cell->rows * cell->columns)));

  for (gsize y = 0; y < cell->rows; y++)
    for (gsize x = 0; x < cell->columns; x++)
      {
        gsize at = cell->first + y * cell->row + x * cell->column;
        float d = factor * difference (pixels + at, cell->next);

        grad[at] -= d;
        grad[(gsize) ((gssize) at + cell->next)] += d;
      }
}

/* How far the strength of @made is from that of @wanted; @slope times the gradient is added to @grad. */
static double
compare (const Cell *cell, const float *made, const float *wanted, double slope, float *grad)
{
  double has = strength (cell, made), should = strength (cell, wanted);

  push (cell, made, has, has > should ? slope : -slope, grad);
  return fabs (has - should);
}

double
arra_texture_loss (const float *made, const float *wanted, gsize height, gsize width, double factor, float *grad)
{
  gsize across = (width + TEXTURE_CELL - 1) / TEXTURE_CELL;
  gsize n = (height + TEXTURE_CELL - 1) / TEXTURE_CELL * across;
  double share = 1 / (double) (n * N_DIRECTIONS * 3), sum = 0;

  for (gsize i = 0; i < n * N_DIRECTIONS * 3; i++)
    {
      gsize square = i / (3 * N_DIRECTIONS);
      const Cell cell = cell_at (height, width, square / across * TEXTURE_CELL, square % across * TEXTURE_CELL,
                                 i / 3 % N_DIRECTIONS, i % 3);

      sum += compare (&cell, made, wanted, factor * share, grad);
    }
  return sum * share;
}

double
arra_comb_loss (const float *made,
                const float *wanted,
                gsize height,
                gsize width,
                gsize period,
                double factor,
                float *grad)
{
  gsize n = period * period * N_DIRECTIONS * 3;
  double share = 1 / (double) n, sum = 0;

  for (gsize i = 0; i < n; i++)
    {
      const Cell cell = comb_at (height, width, period, i / (3 * N_DIRECTIONS), i / 3 % N_DIRECTIONS, i % 3);

      if (cell.rows > 0 && cell.columns > 0)
        sum += compare (&cell, made, wanted, factor * share, grad);
    }
  return sum * share;
}
