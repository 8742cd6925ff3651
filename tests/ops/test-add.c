/* test-add.c - sums over several chunks
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "add.h"
#include "op_test.h"
#include "vjp_test.h"

#define N 70001 /* several chunks, the last one short */

static void
check (const ArraExec *exec, gconstpointer data)
{
  g_autofree float *x = op_random (1, N), *y = op_random (2, N), *expected = g_new (float, N);

  for (gsize i = 0; i < N; i++)
    expected[i] = y[i] + x[i];
  arra_add (exec, x, N, y);
  op_assert_same (y, expected, N);
}

static void
test_add (void)
{
  op_each_exec (check, NULL);
}

/* ---- vjp */

#define V 70

static void
define_add (const double *const *in, double *y)
{
  for (gsize i = 0; i < V; i++)
    y[i] = in[0][i] + in[1][i];
}

static void
forward_add (const ArraExec *exec, const float *const *in, float *y)
{
  for (gsize i = 0; i < V; i++)
    y[i] = in[1][i];
  arra_add (exec, in[0], V, y);
}

static void
vjp_add (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_add_vjp (exec, dy, V, grads[0], grads[1]);
}

static void
test_vjp (void)
{
  const VjpCase item = { 2, { V, V }, V, define_add, forward_add, vjp_add, NULL };

  vjp_check (&item);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/add", test_add);
  g_test_add_func ("/ops/add/vjp", test_vjp);
  return g_test_run ();
}
