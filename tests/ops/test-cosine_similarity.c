/* test-cosine_similarity.c - against the definition in double, and its gradient
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cosine_similarity.h"
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
      double product = 0, xx = 0, ff = 0;

      for (gsize i = 0; i < WIDTH; i++)
        {
          double x = in[0][row * WIDTH + i], f = (double) feature (items[row], i);

          product += x * f;
          xx += x * x;
          ff += f * f;
        }
      sum += product / (sqrt (xx) * sqrt (ff));
    }
  *y = sum;
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  g_autofree float *f = features ();
  float each[ROWS];

  *y = (float) arra_cosine_similarity (exec, in[0], f, items, ROWS, WIDTH, each);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  g_autofree float *f = features ();

  arra_cosine_similarity_vjp (exec, in[0], f, items, ROWS, WIDTH, dy[0], grads[0]);
}

/* as if the length of x did not change */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  g_autofree float *f = features ();

  for (gsize row = 0; row < ROWS; row++)
    {
      double xx = 0, ff = 0;

      for (gsize i = 0; i < WIDTH; i++)
        {
          xx += (double) in[0][row * WIDTH + i] * (double) in[0][row * WIDTH + i];
          ff += (double) f[items[row] * WIDTH + i] * (double) f[items[row] * WIDTH + i];
        }
      for (gsize i = 0; i < WIDTH; i++)
        grads[0][row * WIDTH + i] += dy[0] * f[items[row] * WIDTH + i] / (float) sqrt (xx * ff);
    }
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
  g_test_add_func ("/ops/cosine-similarity/vjp", test_vjp);
  return g_test_run ();
}
