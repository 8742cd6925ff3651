/* test-cross_entropy.c - cross-entropy and z-loss against the definition in double, large logits, and the gradient
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cross_entropy.h"
#include "vjp_test.h"

#define ROWS 6
#define VOCAB 300

static const guint32 targets[ROWS] = { 0, 299, 7, 7, 150, 256 };

static void
define (const double *const *in, double *y)
{
  y[0] = y[1] = 0;
  for (gsize row = 0; row < ROWS; row++)
    {
      double sum = 0;

      for (gsize i = 0; i < VOCAB; i++)
        sum += exp (in[0][row * VOCAB + i]);
      y[0] += log (sum) - in[0][row * VOCAB + targets[row]];
      y[1] += log (sum) * log (sum);
    }
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  float logsumexp[ROWS];
  double cross_entropy, z;

  arra_cross_entropy (exec, in[0], targets, ROWS, VOCAB, logsumexp, &cross_entropy, &z);
  y[0] = (float) cross_entropy;
  y[1] = (float) z;
}

static void
vjp_scaled (const ArraExec *exec, const float *logits, float scale, float z_scale, float *grad)
{
  g_autofree float *d = g_memdup2 (logits, ROWS * VOCAB * sizeof *d);
  float logsumexp[ROWS];
  double cross_entropy, z;

  arra_cross_entropy (exec, logits, targets, ROWS, VOCAB, logsumexp, &cross_entropy, &z);
  arra_cross_entropy_vjp (exec, d, targets, ROWS, VOCAB, logsumexp, scale, z_scale, d);
  for (gsize i = 0; i < ROWS * VOCAB; i++)
    grad[i] += d[i];
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  vjp_scaled (exec, in[0], dy[0], dy[1], grads[0]);
}

/* the z-loss has no gradient */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  vjp_scaled (exec, in[0], dy[0], 0, grads[0]);
}

static void
test_vjp (void)
{
  const VjpCase item = { 1, { ROWS * VOCAB }, 2, define, forward, vjp, wrong };

  vjp_check (&item);
}

static void
check_large (const ArraExec *exec, gconstpointer data)
{
  const float logits[3] = { 300, 299, -1e30f };
  const guint32 target = 0;
  float logsumexp, d[3];
  double cross_entropy, z;

  arra_cross_entropy (exec, logits, &target, 1, 3, &logsumexp, &cross_entropy, &z);
  g_assert_cmpfloat_with_epsilon (cross_entropy, log (1 + exp (-1)), 1e-4);
  arra_cross_entropy_vjp (exec, logits, &target, 1, 3, &logsumexp, 1, 0, d);
  g_assert_cmpfloat_with_epsilon (d[0], -1 / (1 + exp (1)), 1e-4);
  g_assert_cmpfloat_with_epsilon (d[1], 1 / (1 + exp (1)), 1e-4);
  g_assert_cmpfloat (d[2], ==, 0);
}

static void
test_large (void)
{
  op_each_exec (check_large, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/cross-entropy/vjp", test_vjp);
  g_test_add_func ("/ops/cross-entropy/large", test_large);
  return g_test_run ();
}
