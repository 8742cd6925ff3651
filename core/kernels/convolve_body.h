/* convolve_body.h - convolutions of pixels and the gradients of their weights, for any instruction set
 *
 * To be included once, behind a folder's vectors.h, with BLOCK defined: pixels, or inputs, at once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#define AHEAD 24 /* rows of weights that are fetched before they are read */

/* Part of a row of outputs: one or two registers, the last of them perhaps not full. */
typedef struct
{
  Mask first, second;
} Columns;

ALWAYS_INLINE Columns
columns_of (gsize n)
{
  return (Columns) { first_lanes (MIN (n, WIDTH)), first_lanes (n > WIDTH ? MIN (n - WIDTH, WIDTH) : 0) };
}

/* @n sums of a row each, @step floats from one to the next. */
ALWAYS_INLINE void
load_sums (Vector sums[BLOCK][2], const float *from, gsize step, Columns columns, gsize n, gboolean wide)
{
  UNROLL
  for (gsize i = 0; i < n; i++)
    {
      sums[i][0] = load (from + i * step, columns.first);
      if (wide)
        sums[i][1] = load (from + i * step + WIDTH, columns.second);
    }
}

ALWAYS_INLINE void
store_sums (Vector sums[BLOCK][2], float *to, gsize step, Columns columns, gsize n, gboolean wide)
{
  UNROLL
  for (gsize i = 0; i < n; i++)
    {
      store (to + i * step, columns.first, sums[i][0]);
      if (wide)
        store (to + i * step + WIDTH, columns.second, sums[i][1]);
    }
}

/* Adds to each sum its factor, @step floats from one to the next, times the row at @row. */
ALWAYS_INLINE void
add_products (Vector sums[BLOCK][2],
              const float *factors,
              gsize step,
              const float *row,
              Columns columns,
              gsize n,
              gboolean wide)
{
  Vector first = load (row, columns.first), second = first;

  if (wide)
    second = load (row + WIDTH, columns.second);
  UNROLL
  for (gsize i = 0; i < n; i++)
    {
      Vector v = spread (factors[i * step]);

      sums[i][0] = multiply_add (v, first, sums[i][0]);
      if (wide)
        sums[i][1] = multiply_add (v, second, sums[i][1]);
    }
}

/* Weights of many channels come from beyond a core's caches, and in pages that no hardware looks ahead of. Behind the
 * last of them nothing is read. */
ALWAYS_INLINE void
fetch_early (const float *w, gboolean wide)
{
  __builtin_prefetch (w);
  if (wide)
    __builtin_prefetch (w + WIDTH);
}

/* @n pixels of a row, and @wide: two registers of outputs. */
ALWAYS_INLINE void
convolve_block (const ArraConvShape *s,
                const float *x,
                const float *w,
                float *y,
                Columns columns,
                gsize n,
                gboolean wide)
{
  Vector sums[BLOCK][2];

  load_sums (sums, y, s->y_step, columns, n, wide);
  for (gsize t = 0; t < s->n_taps; t++)
    for (gsize i = 0; i < s->n_in; i++, w += s->w_step)
      {
        fetch_early (w + AHEAD * s->w_step, wide);
        add_products (sums, x + s->taps[t] + i, s->x_step, w, columns, n, wide);
      }
  store_sums (sums, y, s->y_step, columns, n, wide);
}

ALWAYS_INLINE void
convolve_columns (const ArraConvShape *s, const float *x, const float *w, float *y, Columns columns, gboolean wide)
{
  for (gsize row = 0; row < s->n_rows; row++, x += s->x_row, y += s->y_row)
    {
      gsize p = 0;

      for (; p + BLOCK <= s->n_pixels; p += BLOCK)
        convolve_block (s, x + p * s->x_step, w, y + p * s->y_step, columns, BLOCK, wide);
#if BLOCK > 8
      for (; p + 8 <= s->n_pixels; p += 8)
        convolve_block (s, x + p * s->x_step, w, y + p * s->y_step, columns, 8, wide);
#endif
      for (; p + 4 <= s->n_pixels; p += 4)
        convolve_block (s, x + p * s->x_step, w, y + p * s->y_step, columns, 4, wide);
      for (; p + 1 <= s->n_pixels; p += 1)
        convolve_block (s, x + p * s->x_step, w, y + p * s->y_step, columns, 1, wide);
    }
}

ALWAYS_INLINE void
convolve (const ArraConvShape *s, const float *x, const float *w, float *y)
{
  for (gsize o = 0; o < s->n_out; o += 2 * WIDTH)
    if (s->n_out - o > WIDTH)
      convolve_columns (s, x, w + o, y + o, columns_of (s->n_out - o), TRUE);
    else
      convolve_columns (s, x, w + o, y + o, columns_of (s->n_out - o), FALSE);
}

/* @n inputs of one tap, and @wide: two registers of outputs. */
ALWAYS_INLINE void
weights_block (const ArraConvShape *s,
               const float *x,
               const float *dy,
               float *dw,
               Columns columns,
               gsize n,
               gboolean wide)
{
  Vector sums[BLOCK][2];

  load_sums (sums, dw, s->w_step, columns, n, wide);
  for (gsize row = 0; row < s->n_rows; row++)
    for (gsize p = 0; p < s->n_pixels; p++)
      add_products (sums, x + row * s->x_row + p * s->x_step, 1, dy + row * s->y_row + p * s->y_step, columns, n, wide);
  store_sums (sums, dw, s->w_step, columns, n, wide);
}

ALWAYS_INLINE void
weights_columns (const ArraConvShape *s, const float *x, const float *dy, float *dw, Columns columns, gboolean wide)
{
  for (gsize t = 0; t < s->n_taps; t++, dw += s->n_in * s->w_step)
    {
      const float *from = x + s->taps[t];
      gsize i = 0;

      for (; i + BLOCK <= s->n_in; i += BLOCK)
        weights_block (s, from + i, dy, dw + i * s->w_step, columns, BLOCK, wide);
#if BLOCK > 8
      for (; i + 8 <= s->n_in; i += 8)
        weights_block (s, from + i, dy, dw + i * s->w_step, columns, 8, wide);
#endif
      for (; i + 4 <= s->n_in; i += 4)
        weights_block (s, from + i, dy, dw + i * s->w_step, columns, 4, wide);
      for (; i + 1 <= s->n_in; i += 1)
        weights_block (s, from + i, dy, dw + i * s->w_step, columns, 1, wide);
    }
}

ALWAYS_INLINE void
convolve_weights (const ArraConvShape *s, const float *x, const float *dy, float *dw)
{
  for (gsize o = 0; o < s->n_out; o += 2 * WIDTH)
    if (s->n_out - o > WIDTH)
      weights_columns (s, x, dy + o, dw + o, columns_of (s->n_out - o), TRUE);
    else
      weights_columns (s, x, dy + o, dw + o, columns_of (s->n_out - o), FALSE);
}
