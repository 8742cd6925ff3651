/* test-embedding.c - rows of a table of every type
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "embedding.h"
#include "op_test.h"
#include "vjp_test.h"

#define WIDTH 512

static void
check (const ArraExec *exec, gconstpointer data)
{
  const ArraDType types[] = { ARRA_F32, ARRA_BF16, ARRA_F16, ARRA_Q8_0, ARRA_Q4_0, ARRA_Q4_K, ARRA_Q6_K };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree void *bytes = NULL;
      ArraTensor table = op_matrix (types[i], 3, 7, WIDTH, &bytes);
      float all[7 * WIDTH], row[WIDTH];

      arra_tensor_to_float (&table, 0, 7 * WIDTH, all);
      for (guint32 id = 0; id < 7; id++)
        {
          arra_embedding (exec, &table, id, row);
          op_assert_same (row, all + id * WIDTH, WIDTH);
        }
    }
}

static void
test_embedding (void)
{
  op_each_exec (check, NULL);
}

/* ---- vjp */

#define V_ROWS 7
#define V_WIDTH 70
#define V_TABLE 5

static const guint32 v_ids[V_ROWS] = { 3, 0, 3, 4, 1, 3, 0 };

static void
define_embedding (const double *const *in, double *y)
{
  for (gsize i = 0; i < V_ROWS * V_WIDTH; i++)
    y[i] = in[0][v_ids[i / V_WIDTH] * V_WIDTH + i % V_WIDTH];
}

static void
forward_embedding (const ArraExec *exec, const float *const *in, float *y)
{
  const ArraTensor table = { ARRA_F32, 2, { V_TABLE, V_WIDTH }, in[0], V_TABLE * V_WIDTH * sizeof (float) };

  for (gsize row = 0; row < V_ROWS; row++)
    arra_embedding (exec, &table, v_ids[row], y + row * V_WIDTH);
}

static void
vjp_embedding (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_embedding_vjp (exec, v_ids, dy, V_ROWS, V_WIDTH, grads[0]);
}

/* an id that comes twice counts once */
static void
wrong_embedding (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  arra_embedding_vjp (exec, v_ids, dy, V_ROWS - 2, V_WIDTH, grads[0]);
}

static void
test_vjp (void)
{
  const VjpCase item = {
    1, { V_TABLE * V_WIDTH }, V_ROWS * V_WIDTH, define_embedding, forward_embedding, vjp_embedding, wrong_embedding
  };

  vjp_check (&item);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/embedding", test_embedding);
  g_test_add_func ("/ops/embedding/vjp", test_vjp);
  return g_test_run ();
}
