/* test-max_pool.c - the windows of PyTorch, ties, and its gradient
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "max_pool.h"
#include "vjp_test.h"

#define ROWS 3
#define WIDTH 10
#define OUTPUTS 4 /* windows 0-2, 2-4, 5-7, 7-9 */

static void
define (const double *const *in, double *y)
{
  static const gsize begin[OUTPUTS] = { 0, 2, 5, 7 }, end[OUTPUTS] = { 3, 5, 8, 10 };

  for (gsize row = 0; row < ROWS; row++)
    for (gsize o = 0; o < OUTPUTS; o++)
      {
        double most = in[0][row * WIDTH + begin[o]];

        for (gsize i = begin[o]; i < end[o]; i++)
          most = fmax (most, in[0][row * WIDTH + i]);
        y[row * OUTPUTS + o] = most;
      }
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  arra_max_pool (exec, in[0], ROWS, WIDTH, OUTPUTS, y);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_max_pool_vjp (exec, in[0], dy, ROWS, WIDTH, OUTPUTS, grads[0]);
}

static void
test_vjp (void)
{
  const VjpCase item = { 1, { ROWS * WIDTH }, ROWS * OUTPUTS, define, forward, vjp, NULL };

  vjp_check (&item);
}

static void
test_ties (void)
{
  const ArraExec exec = { arra_kernels_get (ARRA_CPU_C), NULL };
  const float x[4] = { 1, 1, 2, 2 }, dy[2] = { 3, 5 }, expected[4] = { 3, 0, 5, 0 };
  float dx[4] = { 0 };

  arra_max_pool_vjp (&exec, x, dy, 1, 4, 2, dx);
  op_assert_same (dx, expected, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/max-pool/vjp", test_vjp);
  g_test_add_func ("/ops/max-pool/ties", test_ties);
  return g_test_run ();
}
