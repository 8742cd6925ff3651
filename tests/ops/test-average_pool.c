/* test-average_pool.c - against the definition in double, and its gradient
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "average_pool.h"
#include "vjp_test.h"

#define N 3
#define PIXELS 35
#define CHANNELS 6

static void
define (const double *const *in, double *y)
{
  for (gsize i = 0; i < N * CHANNELS; i++)
    {
      y[i] = 0;
      for (gsize p = 0; p < PIXELS; p++)
        y[i] += in[0][(i / CHANNELS * PIXELS + p) * CHANNELS + i % CHANNELS] / PIXELS;
    }
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  arra_average_pool (exec, in[0], N, PIXELS, CHANNELS, y);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_average_pool_vjp (exec, dy, N, PIXELS, CHANNELS, grads[0]);
}

/* the maps of the batch change places */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  float turned[N * CHANNELS];

  for (gsize i = 0; i < N * CHANNELS; i++)
    turned[i] = dy[(i + CHANNELS) % (N * CHANNELS)];
  arra_average_pool_vjp (exec, turned, N, PIXELS, CHANNELS, grads[0]);
}

static void
test_vjp (void)
{
  const VjpCase item = { 1, { N * PIXELS * CHANNELS }, N * CHANNELS, define, forward, vjp, wrong };

  vjp_check (&item);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/average-pool/vjp", test_vjp);
  return g_test_run ();
}
