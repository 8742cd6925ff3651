/* test-pixel_norm.c - pixels' normalisation against its definition, and gradients against finite differences
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pixel_norm.h"

#include <math.h>
#include <string.h>

#include "noise.h"

#define ROWS 150 /* more than a thread takes at a time */
#define WIDTH 20
#define SIZE (ROWS * WIDTH)
#define EPS 1e-3

static void
fill (float *x, guint32 stream, gsize n)
{
  for (gsize i = 0; i < n; i++)
    x[i] = (float) arra_noise_bits (5, stream, 0, (guint32) i) * 0x1p-31f - 1.0f;
}

static double
define (const float *x, const double *weight, const double *bias, gsize c, gboolean swish)
{
  double mean = 0, square = 0, v;

  for (gsize i = 0; i < WIDTH; i++)
    mean += (double) x[i] / WIDTH;
  for (gsize i = 0; i < WIDTH; i++)
    square += pow ((double) x[i] - mean, 2) / WIDTH;
  v = ((double) x[c] - mean) / sqrt (square + EPS) * weight[c] + bias[c];
  return swish ? v / (1 + exp (-v)) : v;
}

/* The sum of all results, each times a number of its own. */
static double
sum (const float *x, const double *weight, const double *bias, const float *dy, gboolean swish)
{
  double all = 0;

  for (gsize i = 0; i < SIZE; i++)
    all += (double) dy[i] * define (x + i / WIDTH * WIDTH, weight, bias, i % WIDTH, swish);
  return all;
}

typedef struct
{
  float x[SIZE], weight[WIDTH], bias[WIDTH], dy[SIZE];
  double weights[WIDTH], biases[WIDTH];
} Case;

static void
make (Case *c)
{
  fill (c->x, 1, SIZE);
  fill (c->weight, 2, WIDTH);
  fill (c->bias, 3, WIDTH);
  fill (c->dy, 4, SIZE);
  for (gsize i = 0; i < WIDTH; i++)
    {
      c->weights[i] = (double) c->weight[i];
      c->biases[i] = (double) c->bias[i];
    }
}

static void
test_forward (gconstpointer data)
{
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  gboolean swish = GPOINTER_TO_INT (data);
  static Case c;
  static float y[SIZE];

  make (&c);
  arra_pixel_norm (&exec, c.x, c.weight, c.bias, ROWS, WIDTH, (float) EPS, swish, y);
  for (gsize i = 0; i < SIZE; i++)
    g_assert_cmpfloat_with_epsilon ((double) y[i],
                                    define (c.x + i / WIDTH * WIDTH, c.weights, c.biases, i % WIDTH, swish), 1e-5);
}

static void
test_gradient (gconstpointer data)
{
  const ArraExec exec = { arra_kernels_default (NULL), NULL };
  gboolean swish = GPOINTER_TO_INT (data);
  static Case c;
  static float dy[SIZE], dx[SIZE];
  float dweight[WIDTH] = { 0 }, dbias[WIDTH] = { 0 }, step = 1e-3f;
  g_autofree float *scratch = g_new (float, arra_pixel_norm_vjp_scratch (ROWS, WIDTH));

  make (&c);
  memcpy (dy, c.dy, sizeof dy);
  memset (dx, 0, sizeof dx);
  arra_pixel_norm_vjp (&exec, c.x, c.weight, c.bias, ROWS, WIDTH, (float) EPS, swish, dy, scratch, dx, dweight, dbias);
  for (gsize i = 0; i < SIZE; i += 137)
    {
      float kept = c.x[i];
      double more, less, moved;

      c.x[i] = kept + step;
      more = sum (c.x, c.weights, c.biases, c.dy, swish);
      moved = (double) c.x[i];
      c.x[i] = kept - step;
      less = sum (c.x, c.weights, c.biases, c.dy, swish);
      moved -= (double) c.x[i];
      c.x[i] = kept;
      g_assert_cmpfloat_with_epsilon ((more - less) / moved, (double) dx[i], 1e-4);
    }
  for (gsize i = 0; i < WIDTH; i += 3)
    {
      double kept = c.weights[i], more, before = sum (c.x, c.weights, c.biases, c.dy, swish);

      c.weights[i] = kept + 1e-6;
      more = sum (c.x, c.weights, c.biases, c.dy, swish);
      c.weights[i] = kept;
      g_assert_cmpfloat_with_epsilon ((more - before) * 1e6, (double) dweight[i], 1e-3);
      kept = c.biases[i];
      c.biases[i] = kept + 1e-6;
      more = sum (c.x, c.weights, c.biases, c.dy, swish);
      c.biases[i] = kept;
      g_assert_cmpfloat_with_epsilon ((more - before) * 1e6, (double) dbias[i], 1e-3);
    }
}

static void
test_threads (void)
{
  g_autoptr (ArraPool) pool = arra_pool_new (2, NULL);
  const ArraExec alone = { arra_kernels_default (NULL), NULL }, two = { alone.kernels, pool };
  static Case c;
  static float a[SIZE], b[SIZE];

  make (&c);
  arra_pixel_norm (&alone, c.x, c.weight, c.bias, ROWS, WIDTH, (float) EPS, TRUE, a);
  arra_pixel_norm (&two, c.x, c.weight, c.bias, ROWS, WIDTH, (float) EPS, TRUE, b);
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/pixel-norm/forward", GINT_TO_POINTER (FALSE), test_forward);
  g_test_add_data_func ("/pixel-norm/forward-swish", GINT_TO_POINTER (TRUE), test_forward);
  g_test_add_data_func ("/pixel-norm/gradient", GINT_TO_POINTER (FALSE), test_gradient);
  g_test_add_data_func ("/pixel-norm/gradient-swish", GINT_TO_POINTER (TRUE), test_gradient);
  g_test_add_func ("/pixel-norm/threads", test_threads);
  return g_test_run ();
}
