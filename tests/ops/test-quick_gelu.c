/* test-quick_gelu.c - against the definition in double, its ends, and its gradient
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "quick_gelu.h"
#include "vjp_test.h"

#define N 301 /* more than a block */

static void
define (const double *const *in, double *y)
{
  for (gsize i = 0; i < N; i++)
    y[i] = in[0][i] / (1 + exp (-1.702 * in[0][i]));
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  arra_quick_gelu (exec, in[0], N, y);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_quick_gelu_vjp (exec, in[0], dy, N, grads[0]);
}

/* the gate alone */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  for (gsize i = 0; i < N; i++)
    grads[0][i] += dy[i] / (1 + expf (-1.702f * in[0][i]));
}

static void
test_vjp (void)
{
  const VjpCase item = { 1, { N }, N, define, forward, vjp, wrong };

  vjp_check (&item);
}

/* large numbers: the number itself, or nothing */
static void
check_ends (const ArraExec *exec, gconstpointer data)
{
  const float x[] = { 100, -100, 3e38f, -3e38f, 0 }, dy[] = { 1, 1, 1, 1, 1 };
  float y[5], dx[5] = { 0 };

  arra_quick_gelu (exec, x, 5, y);
  arra_quick_gelu_vjp (exec, x, dy, 2, dx);
  g_assert_cmpfloat (y[0], ==, 100);
  g_assert_cmpfloat (fabsf (y[1]), <, 1e-30f);
  g_assert_cmpfloat (y[2], ==, 3e38f);
  g_assert_cmpfloat (y[3], ==, 0);
  g_assert_cmpfloat (y[4], ==, 0);
  g_assert_cmpfloat (dx[0], ==, 1);
  g_assert_cmpfloat (fabsf (dx[1]), <, 1e-30f);
}

static void
test_ends (void)
{
  op_each_exec (check_ends, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/quick-gelu/vjp", test_vjp);
  g_test_add_func ("/ops/quick-gelu/ends", test_ends);
  return g_test_run ();
}
