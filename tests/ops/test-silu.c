/* test-silu.c - against the definition in double, in place too, and its gradient
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "silu.h"
#include "vjp_test.h"

#define N 300

static void
define (const double *const *in, double *y)
{
  for (gsize i = 0; i < N; i++)
    y[i] = in[0][i] / (1 + exp (-in[0][i]));
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  for (gsize i = 0; i < N; i++)
    y[i] = in[0][i];
  arra_silu (exec, y, N, y);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_silu_vjp (exec, in[0], dy, N, grads[0]);
}

/* the sigmoid alone */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  for (gsize i = 0; i < N; i++)
    grads[0][i] += dy[i] / (1 + expf (-in[0][i]));
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
  g_test_add_func ("/ops/silu/vjp", test_vjp);
  return g_test_run ();
}
