/* winograd.c - 3x3 convolutions by Winograd's F(4x4, 3x3)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "winograd.h"

#include <string.h>

#define PRODUCTS 36
#define PANEL 32 /* channels whose weights lie together, as one pass over the inputs takes them */
#define APART 16 /* floats more from one product to the next, or all would fall into the same sets of a cache */
#define SIDE ARRA_WINOGRAD_SIDE

typedef struct
{
  const ArraConv2d *conv;
  float *weights;
} Transform;

static gsize
panels_of (gsize n)
{
  return (n + PANEL - 1) / PANEL;
}

gsize
arra_winograd_weights (gsize in_channels, gsize out_channels)
{
  return PRODUCTS * in_channels * panels_of (out_channels) * PANEL;
}

/* Where the weights of product @k are for the panel of output @first. */
static gsize
weights_at (const ArraConv2d *conv, gsize k, gsize first)
{
  const gsize together = first - first % ARRA_WINOGRAD_OUTPUTS,
              n_panels = panels_of (MIN (ARRA_WINOGRAD_OUTPUTS, conv->out_channels - together));

  return (PRODUCTS * together + (k * n_panels + (first - together) / PANEL) * PANEL) * conv->in_channels;
}

/* Floats of one product of a tile of @n squares. */
static gsize
product_floats (gsize n, gsize channels)
{
  return (n * channels + 15) / 16 * 16 + APART;
}

gsize
arra_winograd_scratch (const ArraConv2d *conv, gsize n_pixels)
{
  const gsize n = n_pixels / (SIDE * SIDE);

  return PRODUCTS
         * (product_floats (n, conv->in_channels)
            + product_floats (n, MIN (ARRA_WINOGRAD_OUTPUTS, conv->out_channels)));
}

/* Three rows of outputs, @step rows apart, times the matrix G: six, @to_step rows apart. */
static void
transform (const float (*g)[PANEL], gsize step, float (*u)[PANEL], gsize to_step)
{
  for (gsize o = 0; o < PANEL; o++)
    {
      const float g0 = g[0][o], g1 = g[step][o], g2 = g[2 * step][o];
      const float outer = g0 + g2, far = g0 * (1.0f / 24) + g2 * (1.0f / 6), middle = g1 * (1.0f / 12);

      u[0][o] = g0 * 0.25f;
      u[to_step][o] = (outer + g1) * (-1.0f / 6);
      u[2 * to_step][o] = (outer - g1) * (-1.0f / 6);
      u[3 * to_step][o] = far + middle;
      u[4 * to_step][o] = far - middle;
      u[5 * to_step][o] = g2;
    }
}

/* The panel of outputs @first of input channel @i; those that it is too wide for are zero. */
static void
transform_panel (const Transform *t, gsize i, gsize first)
{
  const gsize n_in = t->conv->in_channels, n_out = t->conv->out_channels, n = MIN (PANEL, n_out - first);
  float taps[9][PANEL] = { { 0 } }, rows[6 * 3][PANEL], products[PRODUCTS][PANEL];

  for (gsize tap = 0; tap < 9; tap++)
    memcpy (taps[tap], t->conv->weight + (tap * n_in + i) * n_out + first, n * sizeof (float));
  for (gsize x = 0; x < 3; x++)
    transform (taps + x, 3, rows + x, 3);
  for (gsize y = 0; y < 6; y++)
    transform (rows + 3 * y, 1, products + 6 * y, 1);
  for (gsize k = 0; k < PRODUCTS; k++)
    memcpy (t->weights + weights_at (t->conv, k, first) + i * PANEL, products[k], sizeof products[k]);
}

static void
transform_inputs (gsize begin, gsize end, guint worker, gpointer data)
{
  const Transform *t = data;

  for (gsize first = 0; first < t->conv->out_channels; first += PANEL)
    for (gsize i = begin; i < end; i++)
      transform_panel (t, i, first);
}

void
arra_winograd_transform (const ArraExec *exec, const ArraConv2d *conv, float *weights)
{
  Transform t = { conv, weights };

  g_assert (conv->kernel == 3 && conv->stride == 1);
  arra_pool_run (exec->pool, conv->in_channels, 4, transform_inputs, &t);
}

static gsize
squares_of (const ArraWinogradTile *tile)
{
  return tile->height / SIDE * (tile->width / SIDE);
}

void
arra_winograd_read (const ArraWinogradTile *tile, const float *halo)
{
  const gsize n_in = tile->conv->in_channels, columns = tile->width / SIDE, n = squares_of (tile),
              row = (tile->width + 2) * n_in;

  for (gsize i = 0; i < n; i++)
    tile->kernels->winograd_in (halo + i / columns * SIDE * row + i % columns * SIDE * n_in, row, n_in,
                                tile->scratch + i * n_in, product_floats (n, n_in));
}

/* The third of six takes the difference of the second pixel and the third, and of the fourth and the fifth. */
static gboolean
is_zero (const ArraWinogradTile *tile, gsize k)
{
  return tile->doubled && (k / 6 == 2 || k % 6 == 2);
}

/* Product @k of all squares, of @n channels from @first on. */
static void
multiply (const ArraWinogradTile *tile, gsize k, gsize first, gsize n, const float *v, float *m)
{
  const gsize n_in = tile->conv->in_channels, tap = 0;
  ArraConvShape shape = { .taps = &tap,
                          .n_taps = 1,
                          .n_in = n_in,
                          .w_step = PANEL,
                          .n_rows = 1,
                          .n_pixels = squares_of (tile),
                          .x_step = n_in,
                          .y_step = n };

  memset (m, 0, shape.n_pixels * n * sizeof *m);
  for (gsize o = 0; o < n && !is_zero (tile, k); o += PANEL)
    {
      shape.n_out = MIN (PANEL, n - o);
      tile->kernels->convolve (&shape, v, tile->weights + weights_at (tile->conv, k, first + o), m + o);
    }
}

void
arra_winograd_make (const ArraWinogradTile *tile, gsize first, gsize n, float *result)
{
  const gsize columns = tile->width / SIDE, squares = squares_of (tile);
  const gsize v_step = product_floats (squares, tile->conv->in_channels), m_step = product_floats (squares, n);
  const float *v = tile->scratch;
  float *m = tile->scratch + PRODUCTS * v_step;

  for (gsize k = 0; k < PRODUCTS; k++)
    multiply (tile, k, first, n, v + k * v_step, m + k * m_step);
  for (gsize i = 0; i < squares; i++)
    tile->kernels->winograd_out (m + i * n, m_step, n,
                                 result + (i / columns * SIDE * tile->width + i % columns * SIDE) * n, tile->width * n);
}
