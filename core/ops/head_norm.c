/* head_norm.c - layer normalisation of queries and keys, head by head
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "head_norm.h"

#include "layer_norm.h"

#define GRAIN 4 /* rows: fewer are not worth waking a thread for */

typedef struct
{
  const ArraKernels *kernels;
  float *x;
  const float *weight, *bias;
  gsize groups, heads, head_dim;
  float eps;
} Job;

static void
normalise (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  gsize heads_per_group = job->heads / job->groups;

  for (gsize row = begin; row < end; row++)
    for (gsize head = 0; head < job->heads; head++)
      {
        float *x = job->x + (row * job->heads + head) * job->head_dim;
        gsize parameters = head / heads_per_group * job->head_dim;

        job->kernels->layer_norm (x, job->weight + parameters, job->bias + parameters, job->head_dim, job->eps, x);
      }
}

void
arra_head_norm (const ArraExec *exec,
                float *x,
                const float *weight,
                const float *bias,
                gsize groups,
                gsize rows,
                gsize heads,
                gsize head_dim,
                float eps)
{
  Job job = { exec->kernels, x, weight, bias, groups, heads, head_dim, eps };

  g_assert (groups > 0 && heads % groups == 0);
  arra_pool_run (exec->pool, rows, GRAIN, normalise, &job);
}

#define COLUMNS 16 /* parameters a thread sums at a time, over all rows in order */

typedef struct
{
  const float *x, *weight, *dy;
  gsize groups, rows, heads, head_dim;
  float eps;
  float *moments; /* [rows][heads][2]: mean, 1 / deviation */
  float *dx, *dweight, *dbias;
} VjpJob;

static void
vjp_input (gsize begin, gsize end, guint worker, gpointer data)
{
  const VjpJob *job = data;
  gsize heads_per_group = job->heads / job->groups;

  for (gsize row = begin; row < end; row++)
    for (gsize head = 0; head < job->heads; head++)
      {
        gsize item = row * job->heads + head, at = item * job->head_dim;
        const float *weight = job->weight + head / heads_per_group * job->head_dim;

        arra_layer_norm_measure (job->x + at, job->head_dim, job->eps, job->moments + 2 * item);
        arra_layer_norm_vjp_row (job->x + at, weight, job->dy + at, job->head_dim, job->moments + 2 * item,
                                 job->dx + at);
      }
}

/* @n parameters of one group from column @column on, summed over its heads of all rows. */
static void
sum_columns (const VjpJob *job, gsize group, gsize column, gsize n)
{
  const gsize heads = job->heads / job->groups, to = group * job->head_dim + column;
  double dweight[COLUMNS] = { 0 }, dbias[COLUMNS] = { 0 };

  for (gsize k = 0; k < job->rows * heads; k++)
    {
      const gsize item = k / heads * job->heads + group * heads + k % heads;
      const float *x = job->x + item * job->head_dim + column, *dy = job->dy + item * job->head_dim + column;
      const float mean = job->moments[2 * item], scale = job->moments[2 * item + 1];

      for (gsize i = 0; i < n; i++)
        {
          dweight[i] += (double) (dy[i] * (x[i] - mean) * scale);
          dbias[i] += (double) dy[i];
        }
    }
  for (gsize i = 0; i < n; i++)
    {
      job->dweight[to + i] += (float) dweight[i];
      job->dbias[to + i] += (float) dbias[i];
    }
}

/* Parameters @begin..@end-1 of all groups' rows, one after the other. */
static void
vjp_parameters (gsize begin, gsize end, guint worker, gpointer data)
{
  const VjpJob *job = data;

  for (gsize parameter = begin, n; parameter < end; parameter += n)
    {
      const gsize column = parameter % job->head_dim;

      n = MIN (end - parameter, job->head_dim - column);
      sum_columns (job, parameter / job->head_dim, column, n);
    }
}

void
arra_head_norm_vjp (const ArraExec *exec,
                    const float *x,
                    const float *weight,
                    const float *dy,
                    gsize groups,
                    gsize rows,
                    gsize heads,
                    gsize head_dim,
                    float eps,
                    float *moments,
                    float *dx,
                    float *dweight,
                    float *dbias)
{
  VjpJob job = { x, weight, dy, groups, rows, heads, head_dim, eps, moments, dx, dweight, dbias };

  g_assert (groups > 0 && heads % groups == 0);
  arra_pool_run (exec->pool, rows, GRAIN, vjp_input, &job);
  arra_pool_run (exec->pool, groups * head_dim, COLUMNS, vjp_parameters, &job);
}
