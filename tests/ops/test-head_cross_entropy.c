/* test-head_cross_entropy.c - against the definition in double, its gradient, and large logits
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "head_cross_entropy.h"
#include "vjp_test.h"

#define ROWS 4
#define HEADS 3
#define WIDTH 9

static const guint32 starts[HEADS + 1] = { 0, 2, 5, WIDTH };
static const float weights[WIDTH] = { 1, 0.5f, 2, 1, 1, 0.25f, 4, 1, 1.5f };
static const gint32 labels[ROWS * HEADS] = { 0, 2, 1, 1, -1, 3, 0, 0, 2, -1, 1, 0 };
static const ArraHeads heads = { HEADS, starts, weights };

static void
define (const double *const *in, double *y)
{
  *y = 0;
  for (gsize row = 0; row < ROWS; row++)
    for (gsize h = 0; h < HEADS; h++)
      {
        const double *logits = in[0] + row * WIDTH;
        gint32 label = labels[row * HEADS + h];
        double sum = 0;

        for (gsize c = starts[h]; c < starts[h + 1]; c++)
          sum += exp (logits[c]);
        if (label >= 0)
          *y += (double) weights[starts[h] + (gsize) label] * (log (sum) - logits[starts[h] + (gsize) label]);
      }
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  *y = (float) arra_head_cross_entropy (exec, in[0], labels, ROWS, &heads);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_head_cross_entropy_vjp (exec, in[0], labels, ROWS, &heads, dy[0], grads[0]);
}

/* weights are forgotten */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  const ArraHeads plain = { HEADS, starts, NULL };

  arra_head_cross_entropy_vjp (exec, in[0], labels, ROWS, &plain, dy[0], grads[0]);
}

static void
test_vjp (void)
{
  const VjpCase item = { 1, { ROWS * WIDTH }, 1, define, forward, vjp, wrong };

  vjp_check (&item);
}

static void
test_softmax (void)
{
  const float logits[WIDTH] = { 1000, 999, -1000, -1000, -1000, 0, 0, 0, 500 };
  float p[WIDTH];

  arra_head_softmax (logits, 1, &heads, p);
  g_assert_cmpfloat_with_epsilon (p[0], 1 / (1 + exp (-1)), 1e-6);
  g_assert_cmpfloat_with_epsilon (p[0] + p[1], 1, 1e-6);
  for (gsize i = 2; i < 5; i++)
    g_assert_cmpfloat_with_epsilon (p[i], 1.0 / 3, 1e-6);
  g_assert_cmpfloat_with_epsilon (p[8], 1, 1e-6);
  g_assert_cmpfloat_with_epsilon (p[5], 0, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/head-cross-entropy/vjp", test_vjp);
  g_test_add_func ("/ops/head-cross-entropy/softmax", test_softmax);
  return g_test_run ();
}
