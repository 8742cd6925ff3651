/* test-leaky_relu.c - against the definition in double, and its gradient
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "leaky_relu.h"
#include "vjp_test.h"

#define N 301

static void
define (const double *const *in, double *y)
{
  for (gsize i = 0; i < N; i++)
    y[i] = in[0][i] > 0 ? in[0][i] : (double) ARRA_LEAKY_RELU_SLOPE * in[0][i];
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  arra_leaky_relu (exec, in[0], N, y);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_leaky_relu_vjp (exec, in[0], dy, N, grads[0]);
}

/* nothing comes through below zero */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  for (gsize i = 0; i < N; i++)
    grads[0][i] += in[0][i] > 0 ? dy[i] : 0;
}

static void
test_vjp (void)
{
  const VjpCase item = { 1, { N }, N, define, forward, vjp, wrong };

  vjp_check (&item);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/leaky-relu/vjp", test_vjp);
  return g_test_run ();
}
