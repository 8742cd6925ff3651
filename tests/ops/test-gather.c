/* test-gather.c - rows by index, and its gradient
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gather.h"
#include "vjp_test.h"

#define ROWS 6
#define N 4
#define WIDTH 33

static const guint32 chosen[N] = { 5, 0, 3, 1 };

static void
define (const double *const *in, double *y)
{
  for (gsize i = 0; i < N * WIDTH; i++)
    y[i] = in[0][chosen[i / WIDTH] * WIDTH + i % WIDTH];
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  arra_gather (exec, in[0], chosen, N, WIDTH, y);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_gather_vjp (exec, chosen, dy, N, WIDTH, grads[0]);
}

static void
test_vjp (void)
{
  const VjpCase item = { 1, { ROWS * WIDTH }, N * WIDTH, define, forward, vjp, NULL };

  vjp_check (&item);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/gather/vjp", test_vjp);
  return g_test_run ();
}
