/* test-rms_norm.c - against the definition in double, in place too
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "op_test.h"
#include "rms_norm.h"

#define ROWS 11
#define WIDTH 37

static void
check (const ArraExec *exec, gconstpointer data)
{
  g_autofree float *x = op_random (1, ROWS * WIDTH), *weight = op_random (2, WIDTH);
  float y[ROWS * WIDTH], expected[ROWS * WIDTH];

  for (gsize row = 0; row < ROWS; row++)
    {
      double sum = 0;

      for (gsize i = 0; i < WIDTH; i++)
        sum += (double) x[row * WIDTH + i] * (double) x[row * WIDTH + i];
      for (gsize i = 0; i < WIDTH; i++)
        expected[row * WIDTH + i]
            = (float) ((double) x[row * WIDTH + i] / sqrt (sum / WIDTH + 0.01) * (double) weight[i]);
    }
  arra_rms_norm (exec, x, weight, ROWS, WIDTH, 0.01f, y);
  op_assert_close (y, expected, ROWS * WIDTH, 1e-5);
  arra_rms_norm (exec, x, weight, ROWS, WIDTH, 0.01f, x);
  op_assert_same (x, y, ROWS * WIDTH);
}

static void
test_rms_norm (void)
{
  op_each_exec (check, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/rms-norm", test_rms_norm);
  return g_test_run ();
}
