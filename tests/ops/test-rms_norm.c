/* test-rms_norm.c - against the definition in double, in place too
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "op_test.h"
#include "rms_norm.h"
#include "vjp_test.h"

#define ROWS 11
#define WIDTH 37

static void
check (const ArraExec *exec, gconstpointer data)
{
  g_autofree float *x = op_random (1, ROWS * WIDTH), *weight = op_random (2, WIDTH);
  float y[ROWS * WIDTH], expected[ROWS * WIDTH];

  for (gsize row = 0; row < ROWS; row++)
    {
      double sum = 0;

      for (gsize i = 0; i < WIDTH; i++)
        sum += (double) x[row * WIDTH + i] * (double) x[row * WIDTH + i];
      for (gsize i = 0; i < WIDTH; i++)
        expected[row * WIDTH + i]
            = (float) ((double) x[row * WIDTH + i] / sqrt (sum / WIDTH + 0.01) * (double) weight[i]);
    }
  arra_rms_norm (exec, x, weight, ROWS, WIDTH, 0.01f, y);
  op_assert_close (y, expected, ROWS * WIDTH, 1e-5);
  arra_rms_norm (exec, x, weight, ROWS, WIDTH, 0.01f, x);
  op_assert_same (x, y, ROWS * WIDTH);
}

static void
test_rms_norm (void)
{
  op_each_exec (check, NULL);
}

/* ---- vjp */

#define V_ROWS 5
#define V_WIDTH 69
#define V_EPS 0.01f

static void
define_norm (const double *const *in, double *y)
{
  for (gsize row = 0; row < V_ROWS; row++)
    {
      const double *x = in[0] + row * V_WIDTH;
      double sum = 0;

      for (gsize i = 0; i < V_WIDTH; i++)
        sum += x[i] * x[i];
      for (gsize i = 0; i < V_WIDTH; i++)
        y[row * V_WIDTH + i] = x[i] / sqrt (sum / V_WIDTH + (double) V_EPS) * in[1][i];
    }
}

static void
forward_norm (const ArraExec *exec, const float *const *in, float *y)
{
  arra_rms_norm (exec, in[0], in[1], V_ROWS, V_WIDTH, V_EPS, y);
}

static void
vjp_norm (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  float scales[V_ROWS];

  arra_rms_norm_vjp (exec, in[0], in[1], dy, V_ROWS, V_WIDTH, V_EPS, scales, grads[0], grads[1]);
}

/* as if the scale did not depend on x */
static void
wrong_norm (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  float scales[V_ROWS];
  g_autofree float *unused = g_new0 (float, V_ROWS *V_WIDTH);

  arra_rms_norm_vjp (exec, in[0], in[1], dy, V_ROWS, V_WIDTH, V_EPS, scales, unused, grads[1]);
  for (gsize i = 0; i < V_ROWS * V_WIDTH; i++)
    grads[0][i] += scales[i / V_WIDTH] * in[1][i % V_WIDTH] * dy[i];
}

static void
test_vjp (void)
{
  const VjpCase item
      = { 2, { V_ROWS * V_WIDTH, V_WIDTH }, V_ROWS * V_WIDTH, define_norm, forward_norm, vjp_norm, wrong_norm };

  vjp_check (&item);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/rms-norm", test_rms_norm);
  g_test_add_func ("/ops/rms-norm/vjp", test_vjp);
  return g_test_run ();
}
