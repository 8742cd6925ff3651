/* test-dense.c - against the definition in double, with and without a bias, and its gradients
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dense.h"
#include "vjp_test.h"

#define ROWS 5
#define WIDTH 7
#define OUTPUTS 70

static void
define (const double *const *in, double *y)
{
  for (gsize row = 0; row < ROWS; row++)
    for (gsize o = 0; o < OUTPUTS; o++)
      {
        double sum = in[2][o];

        for (gsize i = 0; i < WIDTH; i++)
          sum += in[0][row * WIDTH + i] * in[1][o * WIDTH + i];
        y[row * OUTPUTS + o] = sum;
      }
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  arra_dense (exec, in[0], in[1], in[2], ROWS, WIDTH, OUTPUTS, y);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_dense_vjp (exec, in[0], in[1], dy, ROWS, WIDTH, OUTPUTS, grads[0], grads[1], grads[2]);
}

/* a row is left out */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_dense_vjp (exec, in[0], in[1], dy, ROWS - 1, WIDTH, OUTPUTS, grads[0], grads[1], grads[2]);
}

static void
test_vjp (void)
{
  const VjpCase item = { 3, { ROWS * WIDTH, OUTPUTS * WIDTH, OUTPUTS }, ROWS * OUTPUTS, define, forward, vjp, wrong };

  vjp_check (&item);
}

static void
check_no_bias (const ArraExec *exec, gconstpointer data)
{
  g_autofree float *x = op_random (1, ROWS * WIDTH), *weight = op_random (2, OUTPUTS * WIDTH),
                   *none = g_new0 (float, OUTPUTS);
  float y[ROWS * OUTPUTS], expected[ROWS * OUTPUTS];
  float dx[ROWS * WIDTH] = { 0 }, dx_expected[ROWS * WIDTH] = { 0 };
  g_autofree float *dweight = g_new0 (float, OUTPUTS *WIDTH);

  arra_dense (exec, x, weight, NULL, ROWS, WIDTH, OUTPUTS, y);
  arra_dense (exec, x, weight, none, ROWS, WIDTH, OUTPUTS, expected);
  op_assert_same (y, expected, ROWS * OUTPUTS);
  arra_dense_vjp (exec, x, weight, y, ROWS, WIDTH, OUTPUTS, dx, dweight, NULL);
  arra_dense_vjp (exec, x, weight, y, ROWS, WIDTH, OUTPUTS, dx_expected, dweight, none);
  op_assert_same (dx, dx_expected, ROWS * WIDTH);
}

static void
test_no_bias (void)
{
  op_each_exec (check_no_bias, NULL);
}

/* more rows than a tile has: the same bits with any number of threads */
static void
test_threads (void)
{
  enum
  {
    N = 700
  };
  g_autofree float *x = op_random (1, N * WIDTH), *weight = op_random (2, OUTPUTS * WIDTH),
                   *bias = op_random (3, OUTPUTS);
  g_autofree float *y = g_new (float, N *OUTPUTS), *kept = g_new (float, N *OUTPUTS);
  g_autoptr (ArraPool) pool = arra_pool_new (3, NULL);
  const ArraExec alone = { arra_kernels_get (ARRA_CPU_C), NULL }, three = { alone.kernels, pool };

  arra_dense (&alone, x, weight, bias, N, WIDTH, OUTPUTS, kept);
  arra_dense (&three, x, weight, bias, N, WIDTH, OUTPUTS, y);
  op_assert_same (y, kept, N * OUTPUTS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/dense/vjp", test_vjp);
  g_test_add_func ("/ops/dense/no-bias", test_no_bias);
  g_test_add_func ("/ops/dense/threads", test_threads);
  return g_test_run ();
}
