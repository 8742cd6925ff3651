/* test-head_norm.c - which row of the parameters serves which head, against the definition in double
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "head_norm.h"
#include "op_test.h"

#define ROWS 9
#define HEADS 6
#define DIM 18

static void
expect (const float *x, const float *weight, const float *bias, float *y)
{
  double mean = 0, variance = 0;

  for (gsize i = 0; i < DIM; i++)
    mean += (double) x[i] / DIM;
  for (gsize i = 0; i < DIM; i++)
    variance += ((double) x[i] - mean) * ((double) x[i] - mean) / DIM;
  for (gsize i = 0; i < DIM; i++)
    y[i] = (float) (((double) x[i] - mean) / sqrt (variance + 1e-5) * (double) weight[i] + (double) bias[i]);
}

static void
check (const ArraExec *exec, gconstpointer data)
{
  const gsize groupings[] = { 1, 2, 3, HEADS };

  for (gsize g = 0; g < G_N_ELEMENTS (groupings); g++)
    {
      gsize groups = groupings[g];
      g_autofree float *x = op_random (1, ROWS * HEADS * DIM), *weight = op_random (2, groups * DIM),
                       *bias = op_random (3, groups * DIM);
      float expected[ROWS * HEADS * DIM];

      for (gsize row = 0; row < ROWS; row++)
        for (gsize head = 0; head < HEADS; head++)
          {
            gsize group = head * groups / HEADS, at = (row * HEADS + head) * DIM;
            expect (x + at, weight + group * DIM, bias + group * DIM, expected + at);
          }
      arra_head_norm (exec, x, weight, bias, groups, ROWS, HEADS, DIM, 1e-5f);
      op_assert_close (x, expected, ROWS * HEADS * DIM, 1e-5);
    }
}

static void
test_head_norm (void)
{
  op_each_exec (check, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/head-norm", test_head_norm);
  return g_test_run ();
}
