/* test-gelu.c - against the definition in double, in place too, and its gradient
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "gelu.h"
#include "vjp_test.h"

#define N 300

static void
define (const double *const *in, double *y)
{
  for (gsize i = 0; i < N; i++)
    y[i] = in[0][i] / 2 * (1 + erf (in[0][i] / sqrt (2)));
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  for (gsize i = 0; i < N; i++)
    y[i] = in[0][i];
  arra_gelu (exec, y, N, y);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_gelu_vjp (exec, in[0], dy, N, grads[0]);
}

/* the gradient of the tanh form */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  for (gsize i = 0; i < N; i++)
    {
      double x = (double) in[0][i], inner = sqrt (2 / G_PI) * (x + 0.044715 * x * x * x), t = tanh (inner);
      double slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * sqrt (2 / G_PI) * (1 + 3 * 0.044715 * x * x);

      grads[0][i] += dy[i] * (float) slope;
    }
}

/* in place, against the definition */
static void
test_tanh (void)
{
  const ArraExec exec = { 0 };
  float y[N];

  for (gsize i = 0; i < N; i++)
    y[i] = (float) i / 10 - 15;
  arra_gelu_tanh (&exec, y, N, y);
  for (gsize i = 0; i < N; i++)
    {
      double x = (double) ((float) i / 10 - 15);

      g_assert_cmpfloat_with_epsilon ((double) y[i], x / 2 * (1 + tanh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x))),
                                      1e-6);
    }
}

static void
define_tanh (const double *const *in, double *y)
{
  for (gsize i = 0; i < N; i++)
    y[i] = in[0][i] / 2 * (1 + tanh (sqrt (2 / G_PI) * (in[0][i] + 0.044715 * in[0][i] * in[0][i] * in[0][i])));
}

static void
forward_tanh (const ArraExec *exec, const float *const *in, float *y)
{
  arra_gelu_tanh (exec, in[0], N, y);
}

static void
vjp_tanh (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_gelu_tanh_vjp (exec, in[0], dy, N, grads[0]);
}

/* Each is noticed in the place of the other. */
static void
test_tanh_vjp (void)
{
  const VjpCase item = { 1, { N }, N, define_tanh, forward_tanh, vjp_tanh, vjp };

  vjp_check (&item);
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
  g_test_add_func ("/ops/gelu/vjp", test_vjp);
  g_test_add_func ("/ops/gelu/tanh", test_tanh);
  g_test_add_func ("/ops/gelu/tanh-vjp", test_tanh_vjp);
  return g_test_run ();
}
