/* test-attention_batch.c - attention within each map against its definition, and its gradients
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "attention_batch.h"
#include "vjp_test.h"

static ArraAttentionBatch shape; /* of the case at hand */

static gsize
size (void)
{
  return shape.n * shape.pixels * shape.channels;
}

static void
define_query (const double *const *in, gsize row, double *y)
{
  gsize c = shape.channels, first = row / shape.pixels * shape.pixels;
  double sum = 0;

  for (gsize k = 0; k < c; k++)
    y[row * c + k] = 0;
  for (gsize j = first; j < first + shape.pixels; j++)
    {
      double weight = 0;

      for (gsize k = 0; k < c; k++)
        weight += in[0][row * c + k] * in[1][j * c + k];
      weight = exp (weight / sqrt ((double) c));
      sum += weight;
      for (gsize k = 0; k < c; k++)
        y[row * c + k] += weight * in[2][j * c + k];
    }
  for (gsize k = 0; k < c; k++)
    y[row * c + k] /= sum;
}

static void
define (const double *const *in, double *y)
{
  for (gsize row = 0; row < shape.n * shape.pixels; row++)
    define_query (in, row, y);
}

static float *
scratch_for (const ArraExec *exec)
{
  return g_new (float, arra_attention_batch_scratch (&shape, arra_pool_threads (exec->pool)));
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  g_autofree float *scratch = scratch_for (exec);

  arra_attention_batch (exec, &shape, in[0], in[1], in[2], scratch, y);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  g_autofree float *scratch = scratch_for (exec);

  arra_attention_batch_vjp (exec, &shape, in[0], in[1], in[2], dy, scratch, grads[0], grads[1], grads[2]);
}

/* queries and keys exchanged */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  float *const instead[] = { grads[1], grads[0], grads[2] };

  vjp (exec, in, dy, instead);
}

static void
test_vjp (void)
{
  shape = (ArraAttentionBatch) { 2, 4, 3 };
  const VjpCase item = { 3, { size (), size (), size () }, size (), define, forward, vjp, wrong };

  vjp_check (&item);
}

/* More queries than are taken at once. */
static void
test_many (void)
{
  const ArraExec exec = { arra_kernels_default (NULL), NULL };

  shape = (ArraAttentionBatch) { 2, 70, 8 };
  g_autofree float *q = op_random (1, size ()), *k = op_random (2, size ()), *v = op_random (3, size ());
  g_autofree float *y = g_new (float, size ()), *expected = g_new (float, size ());
  g_autofree double *wide = g_new (double, 4 * size ());
  const float *const in[] = { q, k, v };
  const double *const wide_in[] = { wide, wide + size (), wide + 2 * size () };

  for (gsize i = 0; i < 3 * size (); i++)
    wide[i] = (double) in[i / size ()][i % size ()];
  define (wide_in, wide + 3 * size ());
  for (gsize i = 0; i < size (); i++)
    expected[i] = (float) wide[3 * size () + i];
  forward (&exec, in, y);
  op_assert_close (y, expected, size (), 1e-5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attention-batch/vjp", test_vjp);
  g_test_add_func ("/attention-batch/many", test_many);
  return g_test_run ();
}
