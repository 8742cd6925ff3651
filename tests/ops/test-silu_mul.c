/* test-silu_mul.c - against the definition in double, in place too
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "op_test.h"
#include "silu_mul.h"

#define N 9001 /* several chunks, the last one short */

static void
check (const ArraExec *exec, gconstpointer data)
{
  g_autofree float *gate = op_random (1, N), *up = op_random (2, N), *out = g_new (float, N),
                   *expected = g_new (float, N);

  for (gsize i = 0; i < N; i++)
    {
      gate[i] *= 10;
      expected[i] = (float) ((double) gate[i] / (1 + exp (-(double) gate[i])) * (double) up[i]);
    }
  arra_silu_mul (exec, gate, up, N, out);
  op_assert_close (out, expected, N, 1e-5);
  arra_silu_mul (exec, gate, up, N, gate);
  op_assert_same (gate, out, N);
}

static void
test_silu_mul (void)
{
  op_each_exec (check, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/silu-mul", test_silu_mul);
  return g_test_run ();
}
