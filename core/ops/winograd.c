/* winograd.c - 3x3 convolutions by Winograd's F(4x4, 3x3)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "winograd.h"

#include <string.h>

#define PRODUCTS 36
#define OUTPUTS 16 /* channels whose weights are transformed together */
#define SIDE ARRA_WINOGRAD_SIDE

typedef struct
{
  const ArraConv2d *conv;
  float *weights;
} Transform;

gsize
arra_winograd_weights (gsize in_channels, gsize out_channels)
{
  return PRODUCTS * in_channels * out_channels;
}

gsize
arra_winograd_scratch (const ArraConv2d *conv, gsize n_pixels)
{
  return PRODUCTS * n_pixels / (SIDE * SIDE) * (conv->in_channels + conv->out_channels);
}

/* Three rows of outputs, @step rows apart, times the matrix G: six, @to_step rows apart. */
static void
transform (const float (*g)[OUTPUTS], gsize step, float (*u)[OUTPUTS], gsize to_step)
{
  for (gsize o = 0; o < OUTPUTS; o++)
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

/* @n outputs, at most OUTPUTS, of input channel @i, from output @first on. */
static void
transform_outputs (const Transform *t, gsize i, gsize first, gsize n)
{
  const gsize n_in = t->conv->in_channels, n_out = t->conv->out_channels;
  float taps[9][OUTPUTS] = { { 0 } }, rows[6 * 3][OUTPUTS], products[PRODUCTS][OUTPUTS];

  for (gsize tap = 0; tap < 9; tap++)
    memcpy (taps[tap], t->conv->weight + (tap * n_in + i) * n_out + first, n * sizeof (float));
  for (gsize x = 0; x < 3; x++)
    transform (taps + x, 3, rows + x, 3);
  for (gsize y = 0; y < 6; y++)
    transform (rows + 3 * y, 1, products + 6 * y, 1);
  for (gsize k = 0; k < PRODUCTS; k++)
    memcpy (t->weights + (k * n_in + i) * n_out + first, products[k], n * sizeof (float));
}

static void
transform_inputs (gsize begin, gsize end, guint worker, gpointer data)
{
  const Transform *t = data;
  const gsize n_out = t->conv->out_channels;

  for (gsize i = begin; i < end; i++)
    for (gsize first = 0; first < n_out; first += OUTPUTS)
      transform_outputs (t, i, first, MIN (OUTPUTS, n_out - first));
}

void
arra_winograd_transform (const ArraExec *exec, const ArraConv2d *conv, float *weights)
{
  Transform t = { conv, weights };

  g_assert (conv->kernel == 3 && conv->stride == 1);
  arra_pool_run (exec->pool, conv->in_channels, 4, transform_inputs, &t);
}

/* For each of the products, those of all squares with the weights. */
static void
multiply (const ArraKernels *kernels, const ArraConv2d *conv, const float *weights, gsize n, const float *v, float *m)
{
  const gsize n_in = conv->in_channels, n_out = conv->out_channels, tap = 0;
  const ArraConvShape shape = { .taps = &tap,
                                .n_taps = 1,
                                .n_in = n_in,
                                .n_out = n_out,
                                .w_step = n_out,
                                .n_rows = 1,
                                .n_pixels = n,
                                .x_step = n_in,
                                .y_step = n_out };

  memset (m, 0, PRODUCTS * n * n_out * sizeof *m);
  for (gsize k = 0; k < PRODUCTS; k++)
    kernels->convolve (&shape, v + k * n * n_in, weights + k * n_in * n_out, m + k * n * n_out);
}

void
arra_winograd_multiply (const ArraKernels *kernels,
                        const ArraConv2d *conv,
                        const float *weights,
                        const float *halo,
                        gsize height,
                        gsize width,
                        float *scratch,
                        float *result)
{
  const gsize n_in = conv->in_channels, n_out = conv->out_channels, columns = width / SIDE,
              n = columns * (height / SIDE);
  float *v = scratch, *m = scratch + PRODUCTS * n * n_in;

  for (gsize i = 0; i < n; i++)
    kernels->winograd_in (halo + (i / columns * SIDE * (width + 2) + i % columns * SIDE) * n_in, (width + 2) * n_in,
                          n_in, v + i * n_in, n * n_in);
  multiply (kernels, conv, weights, n, v, m);
  for (gsize i = 0; i < n; i++)
    kernels->winograd_out (m + i * n_out, n * n_out, n_out,
                           result + (i / columns * SIDE * width + i % columns * SIDE) * n_out, width * n_out);
}
