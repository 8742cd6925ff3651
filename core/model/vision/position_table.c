/* position_table.c - a ViT's table of positions for pictures of another size
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "position_table.h"

#include <math.h>
#include <string.h>

#define TAPS 4

typedef struct
{
  gsize at[TAPS]; /* cells that are read */
  float weight[TAPS];
} Taps;

/* Keys' cubic convolution with a = -0.75, at @x cells away. */
static double
cubic (double x)
{
  const double a = -0.75;

  x = fabs (x);
  if (x <= 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

/* What cell @i of @size is made of, out of @grid cells. */
static Taps
taps_of (gsize i, gsize size, gsize grid)
{
  double place = ((double) i + 0.5) * (double) grid / (double) size - 0.5, first = floor (place);
  Taps taps;

  for (gint k = 0; k < TAPS; k++)
    {
      taps.at[k] = (gsize) CLAMP (first + k - 1, 0, (double) (grid - 1));
      taps.weight[k] = (float) cubic (place - (first + k - 1));
    }
  return taps;
}

static void
add_row (const float *from, float factor, gsize width, float *to)
{
  for (gsize i = 0; i < width; i++)
    to[i] += factor * from[i];
}

void
arra_position_table_resize (const float *table, gsize grid, gsize width, gsize rows, gsize columns, float *out)
{
  memcpy (out, table, width * sizeof *out);
  memset (out + width, 0, rows * columns * width * sizeof *out);
  for (gsize cell = 0; cell < rows * columns; cell++)
    {
      const Taps down = taps_of (cell / columns, rows, grid), across = taps_of (cell % columns, columns, grid);

      for (gsize i = 0; i < TAPS * TAPS; i++)
        add_row (table + (1 + down.at[i / TAPS] * grid + across.at[i % TAPS]) * width,
                 down.weight[i / TAPS] * across.weight[i % TAPS], width, out + (1 + cell) * width);
    }
}
