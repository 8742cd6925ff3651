/* test-attention.c - causal attention with shared key/value heads, against the definition in double
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "attention.h"
#include "op_test.h"

#define ROWS 7
#define HEADS 6
#define KV_HEADS 2
#define DIM 20
#define CAPACITY 40

static void
expect (const float *q, const float *keys, const float *values, gsize stride, gsize n, float *out)
{
  double sum = 0, weights[CAPACITY];

  for (gsize p = 0; p < n; p++)
    {
      double dot = 0;

      for (gsize i = 0; i < DIM; i++)
        dot += (double) q[i] * (double) keys[p * stride + i];
      sum += weights[p] = exp (dot * 0.25);
    }
  for (gsize i = 0; i < DIM; i++)
    {
      double mean = 0;

      for (gsize p = 0; p < n; p++)
        mean += weights[p] / sum * (double) values[p * stride + i];
      out[i] = (float) mean;
    }
}

/* Rows of two sequences, one cached head by head and one position by position, seeing 1 to CAPACITY
 * positions. */
static void
check (const ArraExec *exec, gconstpointer data)
{
  g_autofree float *q = op_random (1, ROWS * HEADS * DIM);
  g_autofree float *keys = op_random (2, KV_HEADS * CAPACITY * DIM),
                   *values = op_random (3, KV_HEADS * CAPACITY * DIM);
  g_autofree float *more_keys = op_random (4, KV_HEADS * 50 * DIM),
                   *more_values = op_random (5, KV_HEADS * 50 * DIM);
  float expected[ROWS * HEADS * DIM], out[ROWS * HEADS * DIM], scores[2 * 48];
  ArraAttentionRow rows[ROWS];

  for (gsize row = 0; row < ROWS; row++)
    {
      rows[row] = (ArraAttentionRow){ keys, values, CAPACITY * DIM, DIM, row == 6 ? CAPACITY : row * 5 + 1 };
      if (row % 2 == 1)
        rows[row] = (ArraAttentionRow){ more_keys, more_values, DIM, KV_HEADS * DIM, row };
      for (gsize head = 0; head < HEADS; head++)
        {
          gsize kv = head / (HEADS / KV_HEADS) * rows[row].head_stride, at = (row * HEADS + head) * DIM;
          expect (q + at, rows[row].keys + kv, rows[row].values + kv, rows[row].position_stride,
                  rows[row].n_positions, expected + at);
        }
    }
  arra_attention (exec, q, rows, ROWS, HEADS, KV_HEADS, DIM, 0.25f, scores, 48, out);
  op_assert_close (out, expected, ROWS * HEADS * DIM, 2e-6);
}

static void
test_attention (void)
{
  op_each_exec (check, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/attention", test_attention);
  return g_test_run ();
}
