/* vjp_test.c - vjps against 4-point finite differences
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vjp_test.h"

#include <math.h>

#define STEP 1e-4
#define ALREADY 0.25f /* what gradients hold before */

typedef struct
{
  float *inputs[VJP_INPUTS], *grads[VJP_INPUTS];
  double *wide[VJP_INPUTS], *expected[VJP_INPUTS];
  float *dy, *y;
  double *y_wide;
} Numbers;

static void
begin (Numbers *n, const VjpCase *item)
{
  for (guint i = 0; i < item->n_inputs; i++)
    {
      n->inputs[i] = op_random (10 + i, item->sizes[i]);
      n->grads[i] = g_new (float, item->sizes[i]);
      n->wide[i] = g_new (double, item->sizes[i]);
      n->expected[i] = g_new (double, item->sizes[i]);
      for (gsize k = 0; k < item->sizes[i]; k++)
        n->wide[i][k] = (double) n->inputs[i][k];
    }
  n->dy = op_random (9, item->n_out);
  n->y = g_new (float, item->n_out);
  n->y_wide = g_new (double, item->n_out);
}

static void
end (Numbers *n, const VjpCase *item)
{
  for (guint i = 0; i < item->n_inputs; i++)
    {
      g_free (n->inputs[i]);
      g_free (n->grads[i]);
      g_free (n->wide[i]);
      g_free (n->expected[i]);
    }
  g_free (n->dy);
  g_free (n->y);
  g_free (n->y_wide);
}

/* The sum of dy * y with one input moved. */
static double
loss (Numbers *n, const VjpCase *item, double *moved, double by)
{
  double kept = *moved, sum = 0;

  *moved = kept + by;
  item->define ((const double *const *) n->wide, n->y_wide);
  *moved = kept;
  for (gsize i = 0; i < item->n_out; i++)
    sum += (double) n->dy[i] * n->y_wide[i];
  return sum;
}

static void
differentiate (Numbers *n, const VjpCase *item)
{
  for (guint i = 0; i < item->n_inputs; i++)
    for (gsize k = 0; k < item->sizes[i]; k++)
      {
        double *x = &n->wide[i][k];

        n->expected[i][k] = (8 * (loss (n, item, x, STEP) - loss (n, item, x, -STEP))
                             - (loss (n, item, x, 2 * STEP) - loss (n, item, x, -2 * STEP)))
                            / (12 * STEP);
      }
}

static void
run (Numbers *n, const VjpCase *item, VjpFunc vjp, const ArraExec *exec)
{
  for (guint i = 0; i < item->n_inputs; i++)
    for (gsize k = 0; k < item->sizes[i]; k++)
      n->grads[i][k] = ALREADY;
  vjp (exec, (const float *const *) n->inputs, n->dy, n->grads);
}

static gsize
largest (const double *x, gsize n)
{
  gsize best = 0;

  for (gsize i = 1; i < n; i++)
    if (fabs (x[i]) > fabs (x[best]))
      best = i;
  return best;
}

static double
error_of (const Numbers *n, const VjpCase *item, guint input)
{
  double most = fabs (n->expected[input][largest (n->expected[input], item->sizes[input])]), error = 0;

  for (gsize k = 0; k < item->sizes[input]; k++)
    error = fmax (error, fabs ((double) n->grads[input][k] - (double) ALREADY - n->expected[input][k]));
  return error / most;
}

static double
worst (const Numbers *n, const VjpCase *item)
{
  double error = 0;

  for (guint i = 0; i < item->n_inputs; i++)
    error = fmax (error, error_of (n, item, i));
  return error;
}

static void
check_forward (Numbers *n, const VjpCase *item, const ArraExec *exec)
{
  item->define ((const double *const *) n->wide, n->y_wide);
  item->forward (exec, (const float *const *) n->inputs, n->y);
  for (gsize i = 0; i < item->n_out; i++)
    if (!(fabs ((double) n->y[i] - n->y_wide[i]) <= 1e-5 * fmax (1, fabs (n->y_wide[i]))))
      g_error ("[%zu] is %.9g, %.9g expected", i, (double) n->y[i], n->y_wide[i]);
}

static void
check_sabotage (Numbers *n, const VjpCase *item, const ArraExec *exec)
{
  for (guint i = 0; i < item->n_inputs; i++)
    {
      gsize at = largest (n->expected[i], item->sizes[i]);

      run (n, item, item->vjp, exec);
      n->grads[i][at] += 0.01f * (float) n->expected[i][at];
      g_assert_cmpfloat (worst (n, item), >, 10 * VJP_BOUND);
    }
  if (item->wrong == NULL)
    return;
  run (n, item, item->wrong, exec);
  g_assert_cmpfloat (worst (n, item), >, 10 * VJP_BOUND);
}

static void
check_threads (Numbers *n, const VjpCase *item, const ArraExec *exec)
{
  const ArraExec alone = { exec->kernels, NULL };
  float *kept[VJP_INPUTS];

  run (n, item, item->vjp, exec);
  for (guint i = 0; i < item->n_inputs; i++)
    kept[i] = g_memdup2 (n->grads[i], item->sizes[i] * sizeof (float));
  run (n, item, item->vjp, &alone);
  for (guint i = 0; i < item->n_inputs; i++)
    {
      op_assert_same (n->grads[i], kept[i], item->sizes[i]);
      g_free (kept[i]);
    }
}

typedef struct
{
  const VjpCase *item;
  Numbers numbers;
} Check;

static void
check_exec (const ArraExec *exec, gconstpointer data)
{
  const VjpCase *item = ((const Check *) data)->item;
  Numbers n = ((const Check *) data)->numbers;

  check_forward (&n, item, exec);
  run (&n, item, item->vjp, exec);
  for (guint i = 0; i < item->n_inputs; i++)
    {
      g_test_message ("input %u: error %.3g", i, error_of (&n, item, i));
      g_assert_cmpfloat (error_of (&n, item, i), <=, VJP_BOUND);
    }
  check_sabotage (&n, item, exec);
  check_threads (&n, item, exec);
}

void
vjp_check (const VjpCase *item)
{
  Check check = { .item = item };

  begin (&check.numbers, item);
  differentiate (&check.numbers, item);
  op_each_exec (check_exec, &check);
  end (&check.numbers, item);
}
