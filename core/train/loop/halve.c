/* halve.c - pictures of half the size
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "halve.h"

void
arra_halve (const float *x, gsize n, gsize height, gsize width, float *half)
{
  gsize row = 6 * width;

  for (gsize y = 0; y < n * height; y++, x += 2 * row)
    for (gsize i = 0; i < width; i++)
      for (gsize c = 0; c < 3; c++)
        {
          const float *corner = x + 6 * i + c;

          *half++ = 0.25f * ((corner[0] + corner[3]) + (corner[row] + corner[row + 3]));
        }
}

void
arra_halve_vjp (const float *dhalf, gsize n, gsize height, gsize width, float *dx)
{
  for (gsize y = 0; y < 2 * n * height; y++)
    for (gsize i = 0; i < 2 * width; i++)
      for (gsize c = 0; c < 3; c++)
        *dx++ += 0.25f * dhalf[(y / 2 * width + i / 2) * 3 + c];
}
