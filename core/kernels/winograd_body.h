/* winograd_body.h - squares of pixels to Winograd's products and back, F(4x4, 3x3) (arXiv 1509.09308), for any
 * instruction set
 *
 * To be included once, behind a folder's vectors.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

ALWAYS_INLINE void
forward (const Vector *d, gsize step, Vector *t)
{
  const Vector d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  const Vector four = spread (4), minus_four = spread (-4), minus_five = spread (-5);
  const Vector p = multiply_add (minus_four, d2, d4), q = multiply_add (minus_four, d1, d3);
  const Vector r = subtract (d4, d2), s = multiply (spread (2), subtract (d3, d1));

  t[0] = multiply_add (four, d0, multiply_add (minus_five, d2, d4));
  t[step] = add (p, q);
  t[2 * step] = subtract (p, q);
  t[3 * step] = add (r, s);
  t[4 * step] = subtract (r, s);
  t[5 * step] = multiply_add (four, d1, multiply_add (minus_five, d3, d5));
}

ALWAYS_INLINE void
back (const Vector *m, gsize step, Vector *y)
{
  const Vector m0 = m[0], m5 = m[5 * step];
  const Vector a = add (m[step], m[2 * step]), b = subtract (m[step], m[2 * step]);
  const Vector c = add (m[3 * step], m[4 * step]), e = subtract (m[3 * step], m[4 * step]);

  y[0] = add (add (m0, a), c);
  y[step] = multiply_add (spread (2), e, b);
  y[2 * step] = multiply_add (spread (4), c, a);
  y[3 * step] = add (multiply_add (spread (8), e, b), m5);
}

/* @n <= WIDTH channels of a register; @whole: WIDTH, and the compiler knows it */
ALWAYS_INLINE Vector
take (const float *p, const gboolean whole, Mask mask)
{
  return whole ? load_all (p) : load (p, mask);
}

ALWAYS_INLINE void
give (float *p, const gboolean whole, Mask mask, Vector v)
{
  if (whole)
    store_all (p, v);
  else
    store (p, mask, v);
}

/* Columns of the square first, each as it is loaded. */
ALWAYS_INLINE void
forward_square (const float *x, gsize row, gsize channels, float *v, gsize step, const gboolean whole, Mask mask)
{
  Vector d[36];

  UNROLL
  for (gsize i = 0; i < 6; i++)
    {
      UNROLL
      for (gsize k = 0; k < 6; k++)
        d[6 * k + i] = take (x + k * row + i * channels, whole, mask);
      forward (d + i, 6, d + i);
    }
  UNROLL
  for (gsize i = 0; i < 6; i++)
    {
      forward (d + 6 * i, 1, d + 6 * i);
      UNROLL
      for (gsize k = 0; k < 6; k++)
        give (v + (6 * i + k) * step, whole, mask, d[6 * i + k]);
    }
}

ALWAYS_INLINE void
back_square (const float *m, gsize step, gsize channels, float *y, gsize row, const gboolean whole, Mask mask)
{
  Vector d[36];

  UNROLL
  for (gsize i = 0; i < 6; i++)
    {
      UNROLL
      for (gsize k = 0; k < 6; k++)
        d[6 * k + i] = take (m + (6 * k + i) * step, whole, mask);
      back (d + i, 6, d + i);
    }
  UNROLL
  for (gsize i = 0; i < 4; i++)
    {
      back (d + 6 * i, 1, d + 6 * i);
      UNROLL
      for (gsize k = 0; k < 4; k++)
        give (y + i * row + k * channels, whole, mask, d[6 * i + k]);
    }
}

static void
winograd_in (const float *x, gsize row, gsize channels, float *v, gsize step)
{
  const Mask all = first_lanes (WIDTH);
  gsize c = 0;

  for (; c + WIDTH <= channels; c += WIDTH)
    forward_square (x + c, row, channels, v + c, step, TRUE, all);
  if (c < channels)
    forward_square (x + c, row, channels, v + c, step, FALSE, first_lanes (channels - c));
}

static void
winograd_out (const float *m, gsize step, gsize channels, float *y, gsize row)
{
  const Mask all = first_lanes (WIDTH);
  gsize c = 0;

  for (; c + WIDTH <= channels; c += WIDTH)
    back_square (m + c, step, channels, y + c, row, TRUE, all);
  if (c < channels)
    back_square (m + c, step, channels, y + c, row, FALSE, first_lanes (channels - c));
}
