/* dense.c - a linear layer for training and encoders
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dense.h"

#include "gemm.h"

#define GRAIN 64   /* rows that get their bias at a time */
#define COLUMNS 64 /* columns a thread sums at a time, over all rows in order */

typedef struct
{
  gsize rows, outputs;
  const float *from;
  float *to;
} BiasJob;

static void
add_bias (gsize begin, gsize end, guint worker, gpointer data)
{
  const BiasJob *job = data;

  for (gsize row = begin; row < end; row++)
    for (gsize i = 0; i < job->outputs; i++)
      job->to[row * job->outputs + i] += job->from[i];
}

void
arra_dense (const ArraExec *exec,
            const float *x,
            const float *weight,
            const float *bias,
            gsize rows,
            gsize width,
            gsize outputs,
            float *y)
{
  BiasJob job = { rows, outputs, bias, y };

  arra_sgemm_pool (exec->pool, FALSE, TRUE, rows, outputs, width, 1, x, width, weight, width, 0, y, outputs);
  if (bias != NULL)
    arra_pool_run (exec->pool, rows, GRAIN, add_bias, &job);
}

static void
sum_rows (gsize begin, gsize end, guint worker, gpointer data)
{
  const BiasJob *job = data;
  double sums[COLUMNS] = { 0 };

  for (gsize row = 0; row < job->rows; row++)
    for (gsize i = begin; i < end; i++)
      sums[i - begin] += (double) job->from[row * job->outputs + i];
  for (gsize i = begin; i < end; i++)
    job->to[i] += (float) sums[i - begin];
}

void
arra_dense_vjp (const ArraExec *exec,
                const float *x,
                const float *weight,
                const float *dy,
                gsize rows,
                gsize width,
                gsize outputs,
                float *dx,
                float *dweight,
                float *dbias)
{
  BiasJob job = { rows, outputs, dy, dbias };

  if (dx != NULL)
    arra_sgemm_pool (exec->pool, FALSE, FALSE, rows, width, outputs, 1, dy, outputs, weight, width, 1, dx, width);
  arra_sgemm_pool (exec->pool, TRUE, FALSE, outputs, width, rows, 1, dy, outputs, x, width, 1, dweight, width);
  if (dbias != NULL)
    arra_pool_run (exec->pool, outputs, COLUMNS, sum_rows, &job);
}
