/* test-norm_batch.c - group normalisation and swish against their definition, and their gradients
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "norm_batch.h"
#include "vjp_test.h"

#define N 2
#define PIXELS 5
#define CHANNELS 6
#define GROUPS 2
#define SIZE (N * PIXELS * CHANNELS)

static gboolean swish;

static ArraNormBatch
shape (void)
{
  return (ArraNormBatch) { N, PIXELS, CHANNELS, GROUPS, 1e-3, swish };
}

static gboolean
in_group (gsize i, gsize item, gsize group)
{
  return i / (PIXELS * CHANNELS) == item && i % CHANNELS / (CHANNELS / GROUPS) == group;
}

static void
define_group (const double *const *in, gsize item, gsize group, double *y)
{
  double count = PIXELS * CHANNELS / GROUPS, mean = 0, square = 0;

  for (gsize i = 0; i < SIZE; i++)
    mean += in_group (i, item, group) ? in[0][i] / count : 0;
  for (gsize i = 0; i < SIZE; i++)
    square += in_group (i, item, group) ? (in[0][i] - mean) * (in[0][i] - mean) / count : 0;
  for (gsize i = 0; i < SIZE; i++)
    if (in_group (i, item, group))
      {
        double v = (in[0][i] - mean) / sqrt (square + 1e-3) * in[1][i % CHANNELS] + in[2][i % CHANNELS];

        y[i] = swish ? v / (1 + exp (-v)) : v;
      }
}

static void
define (const double *const *in, double *y)
{
  for (gsize i = 0; i < N * GROUPS; i++)
    define_group (in, i / GROUPS, i % GROUPS, y);
}

/* Forward, and the gradients when @dy is there. */
static void
both (const ArraExec *exec, const float *const *in, float *y, const float *dy, float *const *grads)
{
  const ArraNormBatch norm = shape ();
  g_autofree float *scratch = g_new (float, arra_norm_batch_scratch (&norm));
  float affine[N * 2 * CHANNELS];
  double groups[N * GROUPS * 2];
  const ArraNormBatchKept kept = { affine, groups };

  arra_norm_batch (exec, &norm, in[0], in[1], in[2], scratch, &kept, y);
  if (dy != NULL)
    {
      g_autofree float *over = g_memdup2 (dy, SIZE * sizeof *dy);

      arra_norm_batch_vjp (exec, &norm, in[0], in[1], &kept, over, scratch, grads[0], grads[1], grads[2]);
    }
}

static void
forward (const ArraExec *exec, const float *const *in, float *y)
{
  both (exec, in, y, NULL, NULL);
}

static void
vjp (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  float y[SIZE];

  both (exec, in, y, dy, grads);
}

/* the mean is taken for a constant */
static void
wrong (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  vjp (exec, in, dy, grads);
  for (gsize i = 0; i < SIZE; i++)
    grads[0][i] += 0.01f;
}

static void
test_vjp (gconstpointer data)
{
  const VjpCase item = { 3, { SIZE, CHANNELS, CHANNELS }, SIZE, define, forward, vjp, wrong };

  swish = GPOINTER_TO_INT (data);
  vjp_check (&item);
}

/* Several tiles: the sums of all are one group's, whatever the number of threads. */
static void
test_tiles (void)
{
  const ArraNormBatch norm = { 1, 3000, 4, 1, 1e-6, TRUE };
  g_autoptr (ArraPool) pool = arra_pool_new (2, NULL);
  const ArraExec execs[] = { { arra_kernels_default (NULL), NULL }, { arra_kernels_default (NULL), pool } };
  g_autofree float *x = op_random (1, 12000), *scratch = g_new (float, arra_norm_batch_scratch (&norm));
  float weight[4] = { 1, 1, 1, 1 }, bias[4] = { 0 }, affine[2][8];
  double groups[2][2], mean = 0;
  g_autofree float *y = g_new (float, 12000), *dx[2] = { NULL, NULL };

  for (gsize i = 0; i < 12000; i++)
    mean += (double) x[i] / 12000;
  for (guint i = 0; i < 2; i++)
    {
      const ArraNormBatchKept kept = { affine[i], groups[i] };
      g_autofree float *dy = op_random (2, 12000);
      float *grads = g_new0 (float, 12008);

      arra_norm_batch (&execs[i], &norm, x, weight, bias, scratch, &kept, y);
      arra_norm_batch_vjp (&execs[i], &norm, x, weight, &kept, dy, scratch, grads, grads + 12000, grads + 12004);
      g_assert_cmpfloat_with_epsilon (groups[i][0], mean, 1e-9);
      dx[i] = grads;
    }
  op_assert_same (dx[0], dx[1], 12008);
  g_free (dx[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/norm-batch/vjp/plain", GINT_TO_POINTER (FALSE), test_vjp);
  g_test_add_data_func ("/norm-batch/vjp/swish", GINT_TO_POINTER (TRUE), test_vjp);
  g_test_add_func ("/norm-batch/tiles", test_tiles);
  return g_test_run ();
}
