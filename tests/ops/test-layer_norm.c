/* test-layer_norm.c - against the definition in double, and its gradients
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "layer_norm.h"
#include "vjp_test.h"

#define ROWS 5
#define WIDTH 70 /* more than a thread sums at a time */
#define EPS 1e-5f

static void
define (const double *const *in, double *y)
{
  for (gsize row = 0; row < ROWS; row++)
    {
      const double *x = in[0] + row * WIDTH;
      double mean = 0, variance = 0;

      for (gsize i = 0; i < WIDTH; i++)
        mean += x[i] / WIDTH;
      for (gsize i = 0; i < WIDTH; i++)
        variance += (x[i] - mean) * (x[i] - mean) / WIDTH;
      for (gsize i = 0; i < WIDTH; i++)
        y[row * WIDTH + i] = (x[i] - mean) / sqrt (variance + (double) EPS) * in[1][i] + in[2][i];
    }
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  arra_layer_norm (exec, in[0], in[1], in[2], ROWS, WIDTH, EPS, y);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  float moments[2 * ROWS];

  arra_layer_norm_vjp (exec, in[0], in[1], dy, ROWS, WIDTH, EPS, moments, grads[0], grads[1], grads[2]);
}

/* as if the mean were nothing that changes */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  float moments[2 * ROWS];

  arra_layer_norm_vjp (exec, in[0], in[1], dy, ROWS, WIDTH, EPS, moments, grads[0], grads[1], grads[2]);
  for (gsize row = 0; row < ROWS; row++)
    {
      float mean = 0;

      for (gsize i = 0; i < WIDTH; i++)
        mean += in[1][i] * dy[row * WIDTH + i] / WIDTH;
      for (gsize i = 0; i < WIDTH; i++)
        grads[0][row * WIDTH + i] += moments[2 * row + 1] * mean;
    }
}

static void
test_vjp (void)
{
  const VjpCase item = { 3, { ROWS * WIDTH, WIDTH, WIDTH }, ROWS * WIDTH, define, forward, vjp, wrong };

  vjp_check (&item);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/layer-norm/vjp", test_vjp);
  return g_test_run ();
}
