/* test-window.c - convolution and pooling by windows, against their definitions
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "window.h"

#include <math.h>

#include "op_test.h"

typedef struct
{
  ArraWindow window;
  gsize n, height, width, in, out;
  gboolean read, bias, relu;
} Case;

static const Case cases[] = {
  { { 1, 1, 1, 0, 0 }, 2, 7, 5, 9, 4, FALSE, TRUE, FALSE },  { { 3, 3, 2, 0, 0 }, 1, 11, 9, 3, 5, FALSE, TRUE, TRUE },
  { { 1, 7, 1, 0, 3 }, 1, 9, 10, 4, 3, FALSE, FALSE, TRUE }, { { 5, 5, 1, 2, 2 }, 2, 6, 6, 2, 7, TRUE, TRUE, FALSE },
  { { 7, 7, 2, 3, 3 }, 1, 16, 16, 1, 8, FALSE, TRUE, TRUE }, { { 3, 3, 1, 1, 1 }, 1, 4, 4, 6, 2, TRUE, FALSE, FALSE },
};

static gsize
out_height (const Case *c)
{
  return arra_window_output (c->height, c->window.height, c->window.stride, c->window.top);
}

static gsize
out_width (const Case *c)
{
  return arra_window_output (c->width, c->window.width, c->window.stride, c->window.left);
}

/* The map has two channels more than the operation may touch. */
static ArraWindowMap
map_of (float *data, const Case *c, gsize height, gsize width, gsize channels)
{
  return (ArraWindowMap) { data + 1, c->n, height, width, channels, channels + 2 };
}

/* Where pixel @y, @x of the window of output @item lies in the input; FALSE: outside. */
static gboolean
place (const Case *c, gsize item, gsize y, gsize x, gsize *at)
{
  gsize rows = out_height (c), columns = out_width (c), n = item / (rows * columns);
  gssize row = (gssize) (item / columns % rows * c->window.stride + y) - (gssize) c->window.top;
  gssize column = (gssize) (item % columns * c->window.stride + x) - (gssize) c->window.left;

  *at = ((n * c->height + (gsize) row) * c->width + (gsize) column) * (c->in + 2) + 1;
  return row >= 0 && row < (gssize) c->height && column >= 0 && column < (gssize) c->width;
}

static double
defined (const Case *c, const ArraWindowConv *conv, const float *x, gsize item, gsize out)
{
  double sum = conv->bias != NULL ? (double) conv->bias[out] : 0;
  gsize at;

  for (gsize y = 0; y < c->window.height; y++)
    for (gsize k = 0; k < c->window.width; k++)
      for (gsize i = 0; place (c, item, y, k, &at) && i < c->in; i++)
        {
          double value = (double) x[at + i];

          if (c->read)
            value = fmax (value * (double) conv->scale[i] + (double) conv->shift[i], 0);
          sum += value * (double) conv->weight[((y * c->window.width + k) * c->in + i) * c->out + out];
        }
  return c->relu ? fmax (sum, 0) : sum;
}

static void
check_conv (const ArraExec *exec, gconstpointer data)
{
  const Case *c = data;
  gsize items = c->n * out_height (c) * out_width (c), weights = c->window.height * c->window.width * c->in * c->out;
  g_autofree float *x = op_random (1, c->n * c->height * c->width * (c->in + 2)), *weight = op_random (2, weights);
  g_autofree float *bias = op_random (3, c->out), *scale = op_random (4, c->in), *shift = op_random (5, c->in);
  g_autofree float *scratch
      = g_new (float, arra_window_conv_scratch (&c->window, c->in, arra_pool_threads (exec->pool)));
  g_autofree float *y = op_random (6, items * (c->out + 2)), *before = op_random (6, items * (c->out + 2));
  const ArraWindowConv conv
      = { c->window, weight, c->bias ? bias : NULL, c->read ? scale : NULL, c->read ? shift : NULL, c->relu };
  const ArraWindowMap in = map_of (x, c, c->height, c->width, c->in);
  const ArraWindowMap out = map_of (y, c, out_height (c), out_width (c), c->out);

  arra_window_conv (exec, &conv, &in, scratch, &out);
  for (gsize item = 0; item < items; item++)
    for (gsize i = 0; i < c->out + 2; i++)
      {
        gsize at = item * (c->out + 2) + i;

        if (i == 0 || i == c->out + 1)
          g_assert_cmpfloat (y[at], ==, before[at]);
        else
          g_assert_cmpfloat (fabs ((double) y[at] - defined (c, &conv, x, item, i - 1)), <, 2e-4);
      }
}

static void
test_conv (gconstpointer data)
{
  op_each_exec (check_conv, data);
}

static void
check_pools (const ArraExec *exec, gconstpointer data)
{
  const Case *c = data;
  gsize items = c->n * out_height (c) * out_width (c), at;
  g_autofree float *x = op_random (1, c->n * c->height * c->width * (c->in + 2));
  g_autofree float *most = g_new (float, items *(c->in + 2)), *mean = g_new (float, items *(c->in + 2));
  const ArraWindowMap in = map_of (x, c, c->height, c->width, c->in);
  const ArraWindowMap largest = map_of (most, c, out_height (c), out_width (c), c->in);
  const ArraWindowMap middle = map_of (mean, c, out_height (c), out_width (c), c->in);

  arra_window_max (exec, &c->window, &in, &largest);
  arra_window_mean (exec, &c->window, &in, &middle);
  for (gsize item = 0; item < items; item++)
    for (gsize i = 0; i < c->in; i++)
      {
        double sum = 0, best = -HUGE_VAL, count = 0;

        for (gsize k = 0; k < c->window.height * c->window.width; k++)
          if (place (c, item, k / c->window.width, k % c->window.width, &at))
            {
              sum += (double) x[at + i];
              best = fmax (best, (double) x[at + i]);
              count++;
            }
        g_assert_cmpfloat ((double) most[item * (c->in + 2) + 1 + i], ==, best);
        g_assert_cmpfloat (fabs ((double) mean[item * (c->in + 2) + 1 + i] - sum / count), <, 1e-5);
      }
}

static void
test_pools (gconstpointer data)
{
  op_each_exec (check_pools, data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *conv = g_strdup_printf ("/ops/window/conv/%zu", i);
      g_autofree char *pools = g_strdup_printf ("/ops/window/pools/%zu", i);

      g_test_add_data_func (conv, &cases[i], test_conv);
      g_test_add_data_func (pools, &cases[i], test_pools);
    }
  return g_test_run ();
}
