/* test-squared_error.c - against the definition in double, and its gradient
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "squared_error.h"
#include "vjp_test.h"

#define ROWS 5
#define WIDTH 24

static const guint32 items[ROWS] = { 0, 0, 1, 2, 2 };

static float
feature (gsize item, gsize i)
{
  return (float) ((item * 7 + i * 3) % 11) / 5.0f - 1.0f;
}

static float *
features (void)
{
  float *values = g_new (float, 3 * WIDTH);

  for (gsize i = 0; i < 3 * WIDTH; i++)
    values[i] = feature (i / WIDTH, i % WIDTH);
  return values;
}

static void
define (const double *const *in, double *y)
{
  double sum = 0;

  for (gsize row = 0; row < ROWS; row++)
    {
      for (gsize i = 0; i < WIDTH; i++)
        sum += pow (in[0][row * WIDTH + i] - (double) feature (items[row], i), 2);
    }
  *y = sum;
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  g_autofree float *f = features ();
  float each[ROWS];

  *y = (float) arra_squared_error (exec, in[0], f, items, ROWS, WIDTH, each);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  g_autofree float *f = features ();

  arra_squared_error_vjp (exec, in[0], f, items, ROWS, WIDTH, dy[0], grads[0]);
}

/* the factor 2 is forgotten */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  g_autofree float *f = features ();

  arra_squared_error_vjp (exec, in[0], f, items, ROWS, WIDTH, dy[0] / 2, grads[0]);
}

static void
test_vjp (void)
{
  const VjpCase item = { 1, { ROWS * WIDTH }, 1, define, forward, vjp, wrong };

  vjp_check (&item);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/squared-error/vjp", test_vjp);
  return g_test_run ();
}
