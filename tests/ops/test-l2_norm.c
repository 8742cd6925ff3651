/* test-l2_norm.c - against the definition in double, and its gradient
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "l2_norm.h"
#include "vjp_test.h"

#define ROWS 5
#define WIDTH 9

static void
define (const double *const *in, double *y)
{
  for (gsize row = 0; row < ROWS; row++)
    {
      double square = 0;

      for (gsize i = 0; i < WIDTH; i++)
        square += in[0][row * WIDTH + i] * in[0][row * WIDTH + i];
      for (gsize i = 0; i < WIDTH; i++)
        y[row * WIDTH + i] = in[0][row * WIDTH + i] / sqrt (square);
    }
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  arra_l2_norm (exec, in[0], ROWS, WIDTH, y);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_l2_norm_vjp (exec, in[0], dy, ROWS, WIDTH, grads[0]);
}

/* as if the length did not change */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  for (gsize row = 0; row < ROWS; row++)
    {
      float square = 0;

      for (gsize i = 0; i < WIDTH; i++)
        square += in[0][row * WIDTH + i] * in[0][row * WIDTH + i];
      for (gsize i = 0; i < WIDTH; i++)
        grads[0][row * WIDTH + i] += dy[row * WIDTH + i] / sqrtf (square);
    }
}

static void
test_vjp (void)
{
  const VjpCase item = { 1, { ROWS * WIDTH }, ROWS * WIDTH, define, forward, vjp, wrong };

  vjp_check (&item);
}

/* a row of zeros stays one */
static void
check_zero (const ArraExec *exec, gconstpointer data)
{
  const float zero[WIDTH] = { 0 };
  float y[WIDTH];

  arra_l2_norm (exec, zero, 1, WIDTH, y);
  op_assert_same (y, zero, WIDTH);
}

static void
test_zero (void)
{
  op_each_exec (check_zero, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/l2-norm/vjp", test_vjp);
  g_test_add_func ("/ops/l2-norm/zero", test_zero);
  return g_test_run ();
}
