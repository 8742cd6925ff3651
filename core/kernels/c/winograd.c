/* winograd.c - squares of pixels to Winograd's products and back (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <math.h>

/* Six numbers, @step apart, times the matrix B of F(4, 3). */
static void
forward (const float *d, gsize step, float *t)
{
  const float d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  const float p = fmaf (-4, d2, d4), q = fmaf (-4, d1, d3), r = d4 - d2, s = 2 * (d3 - d1);

  t[0] = fmaf (4, d0, fmaf (-5, d2, d4));
  t[step] = p + q;
  t[2 * step] = p - q;
  t[3 * step] = r + s;
  t[4 * step] = r - s;
  t[5 * step] = fmaf (4, d1, fmaf (-5, d3, d5));
}

/* Six numbers, @step apart, times A: four, as far apart. */
static void
back (const float *m, gsize step, float *y)
{
  const float a = m[step] + m[2 * step], b = m[step] - m[2 * step], c = m[3 * step] + m[4 * step],
              e = m[3 * step] - m[4 * step];

  y[0] = m[0] + a + c;
  y[step] = fmaf (2, e, b);
  y[2 * step] = fmaf (4, c, a);
  y[3 * step] = fmaf (8, e, b) + m[5 * step];
}

void
arra_c_winograd_in (const float *x, gsize row, gsize channels, float *v, gsize step)
{
  for (gsize c = 0; c < channels; c++)
    {
      float d[36];

      for (gsize i = 0; i < 36; i++)
        d[i] = x[i / 6 * row + i % 6 * channels + c];
      for (gsize i = 0; i < 6; i++)
        forward (d + i, 6, d + i);
      for (gsize i = 0; i < 6; i++)
        forward (d + 6 * i, 1, d + 6 * i);
      for (gsize i = 0; i < 36; i++)
        v[i * step + c] = d[i];
    }
}

void
arra_c_winograd_out (const float *m, gsize step, gsize channels, float *y, gsize row)
{
  for (gsize c = 0; c < channels; c++)
    {
      float d[36];

      for (gsize i = 0; i < 36; i++)
        d[i] = m[i * step + c];
      for (gsize i = 0; i < 6; i++)
        back (d + i, 6, d + i);
      for (gsize i = 0; i < 4; i++)
        back (d + 6 * i, 1, d + 6 * i);
      for (gsize i = 0; i < 16; i++)
        y[i / 4 * row + i % 4 * channels + c] = d[i / 4 * 6 + i % 4];
    }
}
