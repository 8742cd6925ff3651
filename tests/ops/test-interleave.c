/* test-interleave.c - planes become pixels, and gradients go back
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "interleave.h"
#include "vjp_test.h"

#define ROWS 5
#define CHANNELS 3
#define PIXELS 4
#define N (ROWS * CHANNELS * PIXELS)

static void
define (const double *const *in, double *y)
{
  for (gsize row = 0; row < ROWS; row++)
    for (gsize c = 0; c < CHANNELS; c++)
      for (gsize i = 0; i < PIXELS; i++)
        y[(row * PIXELS + i) * CHANNELS + c] = in[0][(row * CHANNELS + c) * PIXELS + i];
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  arra_interleave (exec, in[0], ROWS, CHANNELS, PIXELS, y);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_interleave_vjp (exec, dy, ROWS, CHANNELS, PIXELS, grads[0]);
}

/* planes and pixels exchanged */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_interleave_vjp (exec, dy, ROWS, PIXELS, CHANNELS, grads[0]);
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
  g_test_add_func ("/ops/interleave/vjp", test_vjp);
  return g_test_run ();
}
