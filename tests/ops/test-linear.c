/* test-linear.c - products with matrices of every type, several parts at once, against sums in double
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "linear.h"
#include "op_test.h"
#include "panels.h"

#define ROWS 5
#define WIDTH 512

static const gint64 outputs[] = { 70, 1, 130 }; /* borders of parts fall inside a chunk */

/* [ROWS][n] = x W^T in double; for quantised types x is what its blocks hold. */
static float *
expected_product (const ArraExec *exec, const float *x, const ArraTensor *weight)
{
  gsize n = (gsize) weight->shape[0];
  g_autofree float *w = g_new (float, n *WIDTH), *seen = g_memdup2 (x, ROWS * WIDTH * sizeof (float));
  float *y = g_new (float, ROWS *n);
  ArraBlockQ8A blocks[ROWS * WIDTH / ARRA_QK];

  arra_tensor_to_float (weight, 0, n * WIDTH, w);
  exec->kernels->quantize_q8a (x, ROWS * WIDTH, blocks);
  for (gsize i = 0; i < ROWS * WIDTH && arra_dtype_takes_blocks (weight->dtype); i++)
    seen[i] = blocks[i / ARRA_QK].d * (float) blocks[i / ARRA_QK].q[i % ARRA_QK];
  for (gsize row = 0; row < ROWS; row++)
    for (gsize r = 0; r < n; r++)
      {
        double sum = 0;

        for (gsize i = 0; i < WIDTH; i++)
          sum += (double) w[r * WIDTH + i] * (double) seen[row * WIDTH + i];
        y[row * n + r] = (float) sum;
      }
  return y;
}

/* Three matrices of the given types in one call. */
static void
check (const ArraExec *exec, const ArraDType types[3])
{
  g_autofree float *x = op_random (1, ROWS * WIDTH);
  ArraBlockQ8A blocks[ROWS * WIDTH / ARRA_QK];
  ArraTensor weights[3];
  ArraLinear parts[3];
  void *data[3];

  for (guint i = 0; i < 3; i++)
    {
      weights[i] = op_matrix (types[i], 2 + i, outputs[i], WIDTH, &data[i]);
      parts[i] = (ArraLinear) { &weights[i], g_new (float, ROWS *outputs[i]) };
    }
  arra_linear (exec, x, ROWS, WIDTH, blocks, parts, 3);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree float *expected = expected_product (exec, x, &weights[i]);

      op_assert_close (parts[i].y, expected, ROWS * (gsize) outputs[i], 2e-4);
      g_free (parts[i].y);
      g_free (data[i]);
    }
}

static void
check_types (const ArraExec *exec, gconstpointer data)
{
  const ArraDType types[][3] = { { ARRA_F32, ARRA_F32, ARRA_F32 },    { ARRA_BF16, ARRA_F16, ARRA_BF16 },
                                 { ARRA_Q8_0, ARRA_Q8_0, ARRA_Q8_0 }, { ARRA_Q8_0, ARRA_F32, ARRA_Q8_0 },
                                 { ARRA_Q4_0, ARRA_Q4_K, ARRA_Q6_K }, { ARRA_Q4_K, ARRA_BF16, ARRA_Q6_K } };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    check (exec, types[i]);
}

static void
test_types (void)
{
  op_each_exec (check_types, NULL);
}

/* A row's result is that row's alone. */
static void
check_rows (const ArraExec *exec, gconstpointer data)
{
  const ArraDType *dtype = data;
  g_autofree float *x = op_random (1, ROWS * WIDTH);
  float together[ROWS * 130], apart[130];
  ArraBlockQ8A blocks[ROWS * WIDTH / ARRA_QK];
  g_autofree void *bytes = NULL;
  ArraTensor weight = op_matrix (*dtype, 9, 130, WIDTH, &bytes);
  ArraLinear all = { &weight, together }, one = { &weight, apart };

  arra_linear (exec, x, ROWS, WIDTH, blocks, &all, 1);
  for (gsize row = 0; row < ROWS; row++)
    {
      arra_linear (exec, x + row * WIDTH, 1, WIDTH, blocks, &one, 1);
      op_assert_same (apart, together + row * 130, 130);
    }
}

static void
test_rows (void)
{
  const ArraDType types[] = { ARRA_F32, ARRA_BF16, ARRA_F16, ARRA_Q8_0, ARRA_Q4_0, ARRA_Q4_K, ARRA_Q6_K };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    op_each_exec (check_rows, &types[i]);
}

/* The same blocks in panels */
static ArraTensor
panels_of (const ArraTensor *rows, ArraDType dtype, void **data)
{
  const ArraPanelLayout *layout = arra_dtype_traits (dtype)->layout;
  const gsize n = (gsize) rows->shape[0], row = rows->n_bytes / n;
  ArraTensor panels = *rows;

  *data = g_malloc (rows->n_bytes);
  for (gsize r = 0; r < n; r += ARRA_PANEL_ROWS)
    arra_panels_pack (layout, (const guint8 *) rows->data + r * row, row, row / layout->bytes,
                      (guint8 *) *data + r * row);
  panels.dtype = dtype;
  panels.data = *data;
  return panels;
}

/* Chunks begin and end within panels: each is still computed once, whole. */
static void
check_panels (const ArraExec *exec, gconstpointer data)
{
  const ArraDType *types = data;
  const gint64 counts[] = { 70, 136, 24 };
  g_autofree float *x = op_random (1, ROWS * WIDTH);
  ArraBlockQ8A blocks[ROWS * WIDTH / ARRA_QK];
  ArraTensor rows[3], panels[3];
  ArraLinear by_rows[3], by_panels[3];
  void *bytes[3], *panel_bytes[3] = { NULL };

  for (guint i = 0; i < 3; i++)
    {
      rows[i] = op_matrix (types[0], 2 + i, counts[i], WIDTH, &bytes[i]);
      panels[i] = i == 0 ? rows[i] : panels_of (&rows[i], types[1], &panel_bytes[i]);
      by_rows[i] = (ArraLinear) { &rows[i], g_new0 (float, ROWS *counts[i]) };
      by_panels[i] = (ArraLinear) { &panels[i], g_new0 (float, ROWS *counts[i]) };
    }
  arra_linear (exec, x, ROWS, WIDTH, blocks, by_rows, 3);
  arra_linear (exec, x, ROWS, WIDTH, blocks, by_panels, 3);
  for (guint i = 0; i < 3; i++)
    {
      op_assert_same (by_panels[i].y, by_rows[i].y, ROWS * (gsize) counts[i]);
      g_free (by_rows[i].y);
      g_free (by_panels[i].y);
      g_free (bytes[i]);
      g_free (panel_bytes[i]);
    }
}

static void
test_panels (void)
{
  const ArraDType types[][2] = { { ARRA_Q8_0, ARRA_Q8_0_PANELS },
                                 { ARRA_Q4_0, ARRA_Q4_0_PANELS },
                                 { ARRA_Q4_K, ARRA_Q4_K_PANELS },
                                 { ARRA_Q6_K, ARRA_Q6_K_PANELS } };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    op_each_exec (check_panels, types[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/linear/types", test_types);
  g_test_add_func ("/ops/linear/rows", test_rows);
  g_test_add_func ("/ops/linear/panels", test_panels);
  return g_test_run ();
}
