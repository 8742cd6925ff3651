/* test-linear_rows.c - scattered outputs have the bits of dense ones
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "linear_rows.h"
#include "op_test.h"

#define ROWS 3
#define WIDTH 512
#define OUTPUTS 150

static void
check (const ArraExec *exec, gconstpointer data)
{
  const ArraDType *dtype = data;
  g_autofree float *x = op_random (1, ROWS * WIDTH), *pieces = NULL;
  g_autofree void *bytes = NULL;
  ArraTensor weight = op_matrix (*dtype, 2, OUTPUTS, WIDTH, &bytes);
  ArraBlockQ8A blocks[ROWS * WIDTH / ARRA_QK];
  float dense[ROWS * OUTPUTS], places[2 * ROWS][OUTPUTS] = { { 0 } };
  float *const y[ROWS] = { places[4], places[0], places[2] };
  const float untouched[OUTPUTS] = { 0 };
  ArraLinear part = { &weight, dense };

  pieces = g_new (float, arra_linear_rows_pieces (ROWS, arra_pool_threads (exec->pool)));
  arra_linear (exec, x, ROWS, WIDTH, blocks, &part, 1);
  arra_linear_rows (exec, x, ROWS, blocks, &weight, pieces, y);
  for (guint row = 0; row < ROWS; row++)
    {
      op_assert_same (y[row], dense + row * OUTPUTS, OUTPUTS);
      op_assert_same (places[2 * row + 1], untouched, OUTPUTS);
    }
}

static void
test_rows (void)
{
  const ArraDType types[] = { ARRA_F32, ARRA_BF16, ARRA_F16, ARRA_Q8_0, ARRA_Q4_0, ARRA_Q4_K, ARRA_Q6_K };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    op_each_exec (check, &types[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/linear-rows", test_rows);
  return g_test_run ();
}
