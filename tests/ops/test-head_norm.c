/* test-head_norm.c - which row of the parameters serves which head, against the definition in double
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "head_norm.h"
#include "op_test.h"
#include "vjp_test.h"

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

/* ---- vjp */

#define V_ROWS 9
#define V_HEADS 4
#define V_DIM 10
#define V_GROUPS 2
#define V_N (V_ROWS * V_HEADS * V_DIM)

static void
define_norm (const double *const *in, double *y)
{
  for (gsize item = 0; item < V_ROWS * V_HEADS; item++)
    {
      const double *x = in[0] + item * V_DIM;
      gsize parameters = item % V_HEADS / (V_HEADS / V_GROUPS) * V_DIM;
      double mean = 0, square = 0;

      for (gsize i = 0; i < V_DIM; i++)
        mean += x[i] / V_DIM;
      for (gsize i = 0; i < V_DIM; i++)
        square += (x[i] - mean) * (x[i] - mean) / V_DIM;
      for (gsize i = 0; i < V_DIM; i++)
        y[item * V_DIM + i] = (x[i] - mean) / sqrt (square + 0.01) * in[1][parameters + i] + in[2][parameters + i];
    }
}

static void
forward_norm (const ArraExec *exec, const float *const *in, float *y)
{
  memcpy (y, in[0], V_N * sizeof *y);
  arra_head_norm (exec, y, in[1], in[2], V_GROUPS, V_ROWS, V_HEADS, V_DIM, 0.01f);
}

static void
vjp_norm (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  float moments[2 * V_ROWS * V_HEADS];

  arra_head_norm_vjp (exec, in[0], in[1], dy, V_GROUPS, V_ROWS, V_HEADS, V_DIM, 0.01f, moments, grads[0], grads[1],
                      grads[2]);
}

/* with the groups' weights in the wrong order */
static void
wrong_norm (const ArraExec *exec, const float *const *in, const float *dy, float *const *grads)
{
  float moments[2 * V_ROWS * V_HEADS], swapped[V_GROUPS * V_DIM];

  for (gsize i = 0; i < V_GROUPS * V_DIM; i++)
    swapped[i] = in[1][(i + V_DIM) % (V_GROUPS * V_DIM)];
  arra_head_norm_vjp (exec, in[0], swapped, dy, V_GROUPS, V_ROWS, V_HEADS, V_DIM, 0.01f, moments, grads[0], grads[1],
                      grads[2]);
}

static void
test_vjp (void)
{
  const VjpCase item
      = { 3, { V_N, V_GROUPS * V_DIM, V_GROUPS * V_DIM }, V_N, define_norm, forward_norm, vjp_norm, wrong_norm };

  vjp_check (&item);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/head-norm", test_head_norm);
  g_test_add_func ("/ops/head-norm/vjp", test_vjp);
  return g_test_run ();
}
