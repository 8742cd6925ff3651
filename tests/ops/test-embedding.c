/* test-embedding.c - rows of a table of every type
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "embedding.h"
#include "op_test.h"

static void
check (const ArraExec *exec, gconstpointer data)
{
  const ArraDType types[] = { ARRA_F32, ARRA_BF16, ARRA_F16, ARRA_Q8_0 };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree void *bytes = NULL;
      ArraTensor table = op_matrix (types[i], 3, 7, 64, &bytes);
      float all[7 * 64], row[64];

      arra_tensor_to_float (&table, 0, 7 * 64, all);
      for (guint32 id = 0; id < 7; id++)
        {
          arra_embedding (exec, &table, id, row);
          op_assert_same (row, all + id * 64, 64);
        }
    }
}

static void
test_embedding (void)
{
  op_each_exec (check, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/embedding", test_embedding);
  return g_test_run ();
}
