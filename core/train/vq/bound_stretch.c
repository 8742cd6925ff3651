/* bound_stretch.c - a matrix that does not stretch what it is applied to
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bound_stretch.h"

#include <math.h>
#include <string.h>

/* @direction [rows] turns towards that of the largest singular value of @matrix [rows][columns], which is
 * returned. @across: [columns] */
static double
turn (const float *matrix, gsize rows, gsize columns, float *direction, double *across)
{
  double length = 0, stretched = 0;

  memset (across, 0, columns * sizeof *across);
  for (gsize r = 0; r < rows; r++)
    for (gsize c = 0; c < columns; c++)
      across[c] += (double) direction[r] * (double) matrix[r * columns + c];
  for (gsize c = 0; c < columns; c++)
    length += across[c] * across[c];
  length = sqrt (length) + 1e-12;
  for (gsize r = 0; r < rows; r++)
    {
      double sum = 0;

      for (gsize c = 0; c < columns; c++)
        sum += across[c] / length * (double) matrix[r * columns + c];
      stretched += sum * sum;
      direction[r] = (float) sum;
    }
  stretched = sqrt (stretched) + 1e-12;
  for (gsize r = 0; r < rows; r++)
    direction[r] = (float) ((double) direction[r] / stretched);
  return stretched;
}

void
arra_bound_stretch (float *matrix, gsize rows, gsize columns, guint rounds, float *direction, double *across)
{
  double largest = 0;

  for (guint round = 0; round < rounds; round++)
    largest = turn (matrix, rows, columns, direction, across);
  for (gsize i = 0; i < rows * columns && largest > 1; i++)
    matrix[i] /= (float) largest;
}
