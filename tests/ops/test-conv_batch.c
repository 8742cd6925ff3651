/* test-conv_batch.c - convolutions of batches against their definition in double, and their gradients
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "conv_batch.h"
#include "vjp_test.h"

static ArraConvBatch conv; /* of the case at hand */

static gsize
side (void)
{
  return conv.form == ARRA_CONV_1X1 ? 1 : 3;
}

static gsize
n_x (void)
{
  return conv.n * conv.height * conv.width * conv.in_channels;
}

static gsize
n_w (void)
{
  return conv.out_channels * conv.in_channels * side () * side ();
}

static gsize
n_y (void)
{
  gsize height, width;

  arra_conv_batch_output_size (&conv, &height, &width);
  return conv.n * height * width * conv.out_channels;
}

/* A pixel of the input; outside, what the padding says. */
static double
pixel_at (const double *x, gsize item, gssize row, gssize column, gsize channel)
{
  gssize y = arra_padding_index (conv.padding, row, conv.height);
  gssize at = arra_padding_index (conv.padding, column, conv.width);

  return y < 0 || at < 0 ? 0
                         : x[((item * conv.height + (gsize) y) * conv.width + (gsize) at) * conv.in_channels + channel];
}

/* The same of a map that interpolation made twice as large. */
static double
smooth_at (const double *x, gsize item, gssize row, gssize column, gsize channel)
{
  double v = ((double) row - 0.5) / 2, h = ((double) column - 0.5) / 2, sum = 0;

  for (gssize y = (gssize) floor (v); y <= (gssize) floor (v) + 1; y++)
    for (gssize c = (gssize) floor (h); c <= (gssize) floor (h) + 1; c++)
      sum += (1 - fabs (v - (double) y)) * (1 - fabs (h - (double) c)) * pixel_at (x, item, y, c, channel);
  return sum;
}

/* The input at a place of the map that the kernel runs over: the upsampled one; outside, what the padding
 * says. */
static double
input_at (const double *x, gsize item, gssize row, gssize column, gsize channel)
{
  gssize up = conv.form == ARRA_CONV_UP ? 2 : 1;

  if (conv.form == ARRA_CONV_UP_SMOOTH)
    return smooth_at (x, item, row, column, channel);
  return pixel_at (x, item, row < 0 ? -1 : row / up, column < 0 ? -1 : column / up, channel);
}

static double
output_at (const double *x, const double *w, gsize item, gsize row, gsize column, gsize o)
{
  gssize stride = conv.form == ARRA_CONV_DOWN ? 2 : 1;
  gssize before = conv.form == ARRA_CONV_1X1 || conv.form == ARRA_CONV_DOWN ? 0 : 1;
  double sum = 0;

  for (gsize i = 0; i < conv.in_channels; i++)
    for (gsize k = 0; k < side () * side (); k++)
      sum += w[(o * conv.in_channels + i) * side () * side () + k]
             * input_at (x, item, (gssize) row * stride + (gssize) (k / side ()) - before,
                         (gssize) column * stride + (gssize) (k % side ()) - before, i);
  return sum;
}

static void
define (const double *const *in, double *y)
{
  gsize height, width;

  arra_conv_batch_output_size (&conv, &height, &width);
  for (gsize i = 0; i < conv.n * height * width; i++)
    for (gsize o = 0; o < conv.out_channels; o++)
      y[i * conv.out_channels + o]
          = in[2][o] + output_at (in[0], in[1], i / (height * width), i / width % height, i % width, o);
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  g_autofree float *scratch = g_new (float, arra_conv_batch_scratch (&conv, arra_pool_threads (exec->pool)));

  arra_conv_batch (exec, &conv, in[0], in[1], in[2], NULL, scratch, y);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  g_autofree float *scratch = g_new (float, arra_conv_batch_vjp_scratch (&conv, arra_pool_threads (exec->pool)));

  arra_conv_batch_vjp (exec, &conv, in[0], in[1], dy, scratch, grads[0], grads[1], grads[2]);
}

/* a kernel that is not turned round on the way back */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  gsize taps = side () * side ();
  g_autofree float *turned = g_new (float, n_w ());
  const float *const instead[] = { in[0], turned, in[2] };

  for (gsize i = 0; i < n_w (); i++)
    turned[i] = in[1][i / taps * taps + (taps - 1 - i % taps)];
  vjp (exec, instead, dy, grads);
}

static void
test_vjp (gconstpointer data)
{
  VjpCase item = { 3, { 0 }, 0, define, forward, vjp, wrong };

  conv = *(const ArraConvBatch *) data;
  item.sizes[0] = n_x ();
  item.sizes[1] = n_w ();
  item.sizes[2] = conv.out_channels;
  item.n_out = n_y ();
  if (conv.form == ARRA_CONV_1X1)
    item.wrong = NULL;
  vjp_check (&item);
}

static double
product (const float *a, const float *b, gsize n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += (double) a[i] * (double) b[i];
  return sum;
}

/* What is outside counts as zero. */
static void
unpadded (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  ArraPadding padding = conv.padding;

  conv.padding = ARRA_PADDING_ZEROS;
  vjp (exec, in, dy, grads);
  conv.padding = padding;
}

static void
test_padding (gconstpointer data)
{
  VjpCase item = { 3, { 0 }, 0, define, forward, vjp, unpadded };

  conv = *(const ArraConvBatch *) data;
  item.sizes[0] = n_x ();
  item.sizes[1] = n_w ();
  item.sizes[2] = conv.out_channels;
  item.n_out = n_y ();
  vjp_check (&item);
}

/* Many strips and chunks. The map is linear in x and in the weights, so <dy, y> is <dx, x> and <dw, w>. */
static void
check_large (const ArraExec *exec, gconstpointer data)
{
  g_autofree float *x = op_random (1, n_x ()), *w = op_random (2, n_w ()), *dy = op_random (3, n_y ());
  g_autofree float *b = g_new0 (float, conv.out_channels), *db = g_new0 (float, conv.out_channels);
  g_autofree float *y = g_new (float, n_y ()), *dx = g_new0 (float, n_x ()), *dw = g_new0 (float, n_w ());
  const float *const in[] = { x, w, b };
  float *const grads[] = { dx, dw, db };
  double norm;

  forward (exec, in, y);
  vjp (exec, in, dy, grads);
  norm = sqrt (product (y, y, n_y ()) * product (dy, dy, n_y ()));
  g_assert_cmpfloat (fabs (product (dy, y, n_y ()) - product (dx, x, n_x ())) / norm, <, 1e-7);
  g_assert_cmpfloat (fabs (product (dy, y, n_y ()) - product (dw, w, n_w ())) / norm, <, 1e-7);
  if (exec->pool != NULL)
    {
      const ArraExec alone = { exec->kernels, NULL };
      g_autofree float *y2 = g_new (float, n_y ()), *dx2 = g_new0 (float, n_x ()), *dw2 = g_new0 (float, n_w ());
      float *const again[] = { dx2, dw2, db };

      forward (&alone, in, y2);
      vjp (&alone, in, dy, again);
      op_assert_same (y2, y, n_y ());
      op_assert_same (dx2, dx, n_x ());
      op_assert_same (dw2, dw, n_w ());
    }
}

static void
test_large (gconstpointer data)
{
  g_autoptr (ArraPool) pool = arra_pool_new (2, NULL);
  const ArraExec exec = { arra_kernels_default (NULL), pool };

  conv = *(const ArraConvBatch *) data;
  check_large (&exec, NULL);
}

static void
test_residual (void)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };

  conv = (ArraConvBatch) { ARRA_CONV_3X3, 2, 4, 3, 2, 5, ARRA_PADDING_ZEROS };
  g_autofree float *x = op_random (1, n_x ()), *w = op_random (2, n_w ()), *b = op_random (3, 5);
  g_autofree float *r = op_random (4, n_y ()), *plain = g_new (float, n_y ()), *y = g_new (float, n_y ());
  g_autofree float *scratch = g_new (float, arra_conv_batch_scratch (&conv, 1));

  arra_conv_batch (&exec, &conv, x, w, b, NULL, scratch, plain);
  arra_conv_batch (&exec, &conv, x, w, b, r, scratch, y);
  for (gsize i = 0; i < n_y (); i++)
    plain[i] += r[i];
  op_assert_close (y, plain, n_y (), 1e-5);
}

int
main (int argc, char **argv)
{
  static const ArraConvBatch small[] = {
    { ARRA_CONV_1X1, 2, 2, 3, 5, 3, ARRA_PADDING_ZEROS },       { ARRA_CONV_3X3, 2, 3, 4, 3, 2, ARRA_PADDING_ZEROS },
    { ARRA_CONV_DOWN, 2, 4, 6, 2, 3, ARRA_PADDING_ZEROS },      { ARRA_CONV_UP, 2, 2, 3, 3, 2, ARRA_PADDING_ZEROS },
    { ARRA_CONV_UP_SMOOTH, 2, 2, 3, 3, 2, ARRA_PADDING_ZEROS },
  };
  static const ArraConvBatch padded[] = {
    { ARRA_CONV_3X3, 2, 3, 4, 3, 2, ARRA_PADDING_REPLICATE },
    { ARRA_CONV_3X3, 2, 3, 4, 3, 2, ARRA_PADDING_WRAP },
    { ARRA_CONV_3X3, 1, 1, 2, 2, 3, ARRA_PADDING_REPLICATE },
    { ARRA_CONV_3X3, 1, 1, 2, 2, 3, ARRA_PADDING_WRAP },
    { ARRA_CONV_DOWN, 2, 4, 6, 2, 3, ARRA_PADDING_REPLICATE },
    { ARRA_CONV_DOWN, 2, 4, 6, 2, 3, ARRA_PADDING_WRAP },
    { ARRA_CONV_UP, 2, 2, 3, 3, 2, ARRA_PADDING_REPLICATE },
    { ARRA_CONV_UP, 2, 2, 3, 3, 2, ARRA_PADDING_WRAP },
    { ARRA_CONV_UP_SMOOTH, 2, 2, 3, 3, 2, ARRA_PADDING_REPLICATE },
    { ARRA_CONV_UP_SMOOTH, 2, 3, 2, 3, 2, ARRA_PADDING_WRAP },
  };
  static const ArraConvBatch large[] = {
    { ARRA_CONV_1X1, 2, 96, 64, 40, 20, ARRA_PADDING_ZEROS },
    { ARRA_CONV_3X3, 2, 96, 64, 20, 36, ARRA_PADDING_WRAP },
    { ARRA_CONV_DOWN, 3, 96, 128, 17, 33, ARRA_PADDING_REPLICATE },
    { ARRA_CONV_UP, 2, 96, 48, 24, 18, ARRA_PADDING_REPLICATE },
    { ARRA_CONV_UP_SMOOTH, 2, 96, 48, 24, 18, ARRA_PADDING_WRAP },
  };
  static const char *const names[] = { "1x1", "3x3", "down", "up", "up-smooth" };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *vjp_path = g_strconcat ("/conv-batch/vjp/", names[i], NULL);
      g_autofree char *large_path = g_strconcat ("/conv-batch/large/", names[i], NULL);

      g_test_add_data_func (vjp_path, &small[i], test_vjp);
      g_test_add_data_func (large_path, &large[i], test_large);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (padded); i++)
    {
      g_autofree char *path = g_strdup_printf ("/conv-batch/padding/%zu", i);

      g_test_add_data_func (path, &padded[i], test_padding);
    }
  g_test_add_func ("/conv-batch/residual", test_residual);
  return g_test_run ();
}
