/* test-attention.c - causal attention with shared key/value heads, against the definition in double
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "attention.h"
#include "dtype_kernels.h"
#include "op_test.h"
#include "vjp_test.h"

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
  g_autofree float *keys = op_random (2, KV_HEADS * CAPACITY * DIM), *values = op_random (3, KV_HEADS * CAPACITY * DIM);
  g_autofree float *more_keys = op_random (4, KV_HEADS * 50 * DIM), *more_values = op_random (5, KV_HEADS * 50 * DIM);
  float expected[ROWS * HEADS * DIM], out[ROWS * HEADS * DIM], scores[2 * ARRA_ATTEND_QUERIES * 48];
  ArraAttentionRow rows[ROWS];

  for (gsize row = 0; row < ROWS; row++)
    {
      rows[row] = (ArraAttentionRow) {
        keys, values, CAPACITY * DIM, DIM, row == 6 ? CAPACITY : row * 5 + 1, .dtype = ARRA_F32
      };
      if (row % 2 == 1)
        rows[row] = (ArraAttentionRow) { more_keys, more_values, DIM, KV_HEADS * DIM, row, .dtype = ARRA_F32 };
      for (gsize head = 0; head < HEADS; head++)
        {
          gsize kv = head / (HEADS / KV_HEADS) * rows[row].head_stride, at = (row * HEADS + head) * DIM;
          expect (q + at, (const float *) rows[row].keys + kv, (const float *) rows[row].values + kv,
                  rows[row].position_stride, rows[row].n_positions, expected + at);
        }
    }
  arra_attention (exec, q, rows, ROWS, HEADS, KV_HEADS, DIM, 0.25f, scores, 48, out);
  op_assert_close (out, expected, ROWS * HEADS * DIM, 2e-6);
}

#define N_DIM 32 /* numbers of a head that are one block of Q8_0 */

/* Over a narrower type, what attention over the floats gives that it stands for, bit for bit. @data: the type */
static void
check_narrow (const ArraExec *exec, gconstpointer data)
{
  const ArraDType dtype = *(const ArraDType *) data;
  const gsize n = (gsize) KV_HEADS * CAPACITY * N_DIM;
  g_autofree float *q = op_random (1, ROWS * HEADS * N_DIM), *cache = op_random (2, n);
  g_autofree guint8 *narrow = g_malloc (n * sizeof (guint16));
  float expected[ROWS * HEADS * N_DIM], out[ROWS * HEADS * N_DIM], scores[2 * ARRA_ATTEND_QUERIES * 48];
  ArraAttentionRow rows[ROWS];

  g_assert_true (arra_dtype_traits (dtype)->narrow (cache, n, narrow));
  arra_dtype_widen (dtype, exec->kernels, narrow, n, cache);
  for (gsize row = 0; row < ROWS; row++)
    rows[row] = (ArraAttentionRow) { cache, cache, CAPACITY * N_DIM, N_DIM, row * 5 + 1, .dtype = ARRA_F32 };
  arra_attention (exec, q, rows, ROWS, HEADS, KV_HEADS, N_DIM, 0.25f, scores, 48, expected);
  for (gsize row = 0; row < ROWS; row++)
    rows[row] = (ArraAttentionRow) { narrow, narrow, CAPACITY * N_DIM, N_DIM, row * 5 + 1, .dtype = dtype };
  arra_attention (exec, q, rows, ROWS, HEADS, KV_HEADS, N_DIM, 0.25f, scores, 48, out);
  g_assert_cmpmem (out, sizeof out, expected, sizeof expected);
}

/* Rows that follow each other in a sequence are computed together where they can be: each is what it is alone. */
static void
check_together (const ArraExec *exec, gconstpointer data)
{
  const gsize n = (gsize) KV_HEADS * CAPACITY * N_DIM, row_size = HEADS * N_DIM;
  g_autofree float *q = op_random (1, ROWS * row_size), *keys = op_random (2, n), *values = op_random (3, n);
  float expected[ROWS * HEADS * N_DIM], out[ROWS * HEADS * N_DIM], scores[2 * ARRA_ATTEND_QUERIES * 48];
  ArraAttentionRow rows[ROWS];

  for (gsize row = 0; row < ROWS; row++)
    {
      rows[row]
          = (ArraAttentionRow) { keys, values, CAPACITY * N_DIM, N_DIM, row < 5 ? row + 34 : row, .dtype = ARRA_F32 };
      arra_attention (exec, q + row * row_size, &rows[row], 1, HEADS, KV_HEADS, N_DIM, 0.25f, scores, 48,
                      expected + row * row_size);
    }
  arra_attention (exec, q, rows, ROWS, HEADS, KV_HEADS, N_DIM, 0.25f, scores, 48, out);
  g_assert_cmpmem (out, sizeof out, expected, sizeof expected);
}

/* The last positions of rows lie elsewhere, each row's at a place of its own, or behind the others: each row is what it
 * is where all lie in one sequence. */
static void
check_tails (const ArraExec *exec, gconstpointer data)
{
  const gsize n = (gsize) KV_HEADS * CAPACITY * N_DIM, row_size = HEADS * N_DIM, shared = 33;
  g_autofree float *q = op_random (1, ROWS * row_size), *keys = op_random (2, n), *values = op_random (3, n);
  g_autofree float *tails = g_new0 (float, 2 * ROWS * n);
  float expected[ROWS * HEADS * N_DIM], out[ROWS * HEADS * N_DIM], scores[2 * ARRA_ATTEND_QUERIES * 48];
  ArraAttentionRow rows[ROWS];

  for (gsize row = 0; row < ROWS; row++)
    {
      float *k = tails + 2 * row * n, *v = k + n;

      rows[row] = (ArraAttentionRow) { keys, values, CAPACITY * N_DIM, N_DIM, shared + row, .dtype = ARRA_F32 };
      arra_attention (exec, q + row * row_size, &rows[row], 1, HEADS, KV_HEADS, N_DIM, 0.25f, scores, 48,
                      expected + row * row_size);
      if (row == 3)
        continue;
      for (gsize head = 0; head < KV_HEADS; head++)
        {
          memcpy (k + head * 8 * N_DIM, keys + (head * CAPACITY + shared) * N_DIM, row * N_DIM * sizeof *k);
          memcpy (v + head * 8 * N_DIM, values + (head * CAPACITY + shared) * N_DIM, row * N_DIM * sizeof *v);
        }
      rows[row].tail_keys = k;
      rows[row].tail_values = v;
      rows[row].tail_head_stride = 8 * N_DIM;
      rows[row].n_tail = row;
    }
  arra_attention (exec, q, rows, ROWS, HEADS, KV_HEADS, N_DIM, 0.25f, scores, 48, out);
  g_assert_cmpmem (out, sizeof out, expected, sizeof expected);
}

static void
test_attention (void)
{
  static const ArraDType narrow[] = { ARRA_F16, ARRA_Q8_0 };

  op_each_exec (check, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (narrow); i++)
    op_each_exec (check_narrow, &narrow[i]);
  op_each_exec (check_together, NULL);
  op_each_exec (check_tails, NULL);
}

/* ---- vjp: two sequences, longer than a block of queries */

#define V_ROWS 132
#define V_HEADS 2
#define V_DIM 2
#define V_Q (V_ROWS * V_HEADS * V_DIM)
#define V_KV (V_ROWS * V_DIM)

static const ArraSequenceShape v_shape = { 2, 66, V_HEADS, 1, V_DIM, 0.7f, FALSE, NULL };

static void
define_attention (const double *const *in, double *y)
{
  for (gsize row = 0; row < V_ROWS; row++)
    for (gsize head = 0; head < V_HEADS; head++)
      {
        const double *q = in[0] + (row * V_HEADS + head) * V_DIM;
        gsize first = row / 66 * 66;
        double total = 0, *out = y + (row * V_HEADS + head) * V_DIM;

        for (gsize i = 0; i < V_DIM; i++)
          out[i] = 0;
        for (gsize p = first; p <= row; p++)
          {
            gsize at = p * V_DIM;
            double score = 0;

            for (gsize i = 0; i < V_DIM; i++)
              score += q[i] * in[1][at + i];
            score = exp (score * (double) v_shape.scale);
            total += score;
            for (gsize i = 0; i < V_DIM; i++)
              out[i] += score * in[2][at + i];
          }
        for (gsize i = 0; i < V_DIM; i++)
          out[i] /= total;
      }
}

static void
forward_attention (const ArraExec *exec, const float *const *in, float *y)
{
  ArraAttentionRow rows[V_ROWS];
  float scores[2 * ARRA_ATTEND_QUERIES * 66];

  for (gsize row = 0; row < V_ROWS; row++)
    {
      gsize first = row / 66 * 66 * V_DIM;
      rows[row] = (ArraAttentionRow) { in[1] + first, in[2] + first, V_DIM, V_DIM, row % 66 + 1, .dtype = ARRA_F32 };
    }
  arra_attention (exec, in[0], rows, V_ROWS, V_HEADS, 1, V_DIM, v_shape.scale, scores, 66, y);
}

static void
vjp_attention_with (const ArraExec *exec,
                    const ArraSequenceShape *shape,
                    const float *const *in,
                    const float *dy,
                    float *const *grads)
{
  g_autofree float *scratch = g_new (float, arra_attention_vjp_scratch (66, 2));

  arra_attention_vjp (exec, shape, in[0], in[1], in[2], dy, scratch, grads[0], grads[1], grads[2]);
}

static void
vjp_attention (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  vjp_attention_with (exec, &v_shape, in, dy, grads);
}

/* sequences cut in the wrong place */
static void
wrong_attention (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  const ArraSequenceShape shape = { 2, 65, V_HEADS, 1, V_DIM, 0.7f, FALSE, NULL };

  vjp_attention_with (exec, &shape, in, dy, grads);
}

static void
test_vjp (void)
{
  const VjpCase item
      = { 3, { V_Q, V_KV, V_KV }, V_Q, define_attention, forward_attention, vjp_attention, wrong_attention };

  vjp_check (&item);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/attention", test_attention);
  g_test_add_func ("/ops/attention/vjp", test_vjp);
  return g_test_run ();
}
