/* test-add.c - sums over several chunks
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "add.h"
#include "op_test.h"

#define N 70001 /* several chunks, the last one short */

static void
check (const ArraExec *exec, gconstpointer data)
{
  g_autofree float *x = op_random (1, N), *y = op_random (2, N), *expected = g_new (float, N);

  for (gsize i = 0; i < N; i++)
    expected[i] = y[i] + x[i];
  arra_add (exec, x, N, y);
  op_assert_same (y, expected, N);
}

static void
test_add (void)
{
  op_each_exec (check, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/add", test_add);
  return g_test_run ();
}
