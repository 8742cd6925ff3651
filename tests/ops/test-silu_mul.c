/* test-silu_mul.c - against the definition in double, in place too
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "op_test.h"
#include "silu_mul.h"
#include "vjp_test.h"

#define N 9001 /* several chunks, the last one short */

static void
check (const ArraExec *exec, gconstpointer data)
{
  g_autofree float *gate = op_random (1, N), *up = op_random (2, N), *out = g_new (float, N),
                   *expected = g_new (float, N);

  for (gsize i = 0; i < N; i++)
    {
      gate[i] *= 10;
      expected[i] = (float) ((double) gate[i] / (1 + exp (-(double) gate[i])) * (double) up[i]);
    }
  arra_silu_mul (exec, gate, up, N, out);
  op_assert_close (out, expected, N, 1e-5);
  arra_silu_mul (exec, gate, up, N, gate);
  op_assert_same (gate, out, N);
}

static void
test_silu_mul (void)
{
  op_each_exec (check, NULL);
}

/* ---- vjp */

#define V 300

static void
define_silu_mul (const double *const *in, double *y)
{
  for (gsize i = 0; i < V; i++)
    y[i] = in[0][i] / (1 + exp (-in[0][i])) * in[1][i];
}

static void
forward_silu_mul (const ArraExec *exec, const float *const *in, float *y)
{
  arra_silu_mul (exec, in[0], in[1], V, y);
}

static void
vjp_silu_mul (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_silu_mul_vjp (exec, in[0], in[1], dy, V, grads[0], grads[1]);
}

/* gate and up the wrong way round */
static void
wrong_silu_mul (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_silu_mul_vjp (exec, in[1], in[0], dy, V, grads[1], grads[0]);
}

static void
test_vjp (void)
{
  const VjpCase item = { 2, { V, V }, V, define_silu_mul, forward_silu_mul, vjp_silu_mul, wrong_silu_mul };

  vjp_check (&item);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/silu-mul", test_silu_mul);
  g_test_add_func ("/ops/silu-mul/vjp", test_vjp);
  return g_test_run ();
}
