/* head_norm.c - layer normalisation of queries and keys, head by head
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "head_norm.h"

#include <math.h>

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

        job->kernels->layer_norm (x, job->weight + parameters, job->bias + parameters, job->head_dim,
                                  job->eps, x);
      }
}

void
arra_head_norm (const ArraExec *exec, float *x, const float *weight, const float *bias, gsize groups,
                gsize rows, gsize heads, gsize head_dim, float eps)
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
measure (const float *x, gsize n, float eps, float moments[2])
{
  double sum = 0, square = 0, mean;

  for (gsize i = 0; i < n; i++)
    sum += (double) x[i];
  mean = sum / (double) n;
  for (gsize i = 0; i < n; i++)
    square += ((double) x[i] - mean) * ((double) x[i] - mean);
  moments[0] = (float) mean;
  moments[1] = (float) (1.0 / sqrt (square / (double) n + (double) eps));
}

static void
vjp_head (const float *x, const float *weight, const float *dy, gsize n, const float moments[2], float *dx)
{
  double sum = 0, along = 0;

  for (gsize i = 0; i < n; i++)
    {
      double pulled = (double) (weight[i] * dy[i]);

      sum += pulled;
      along += pulled * (double) ((x[i] - moments[0]) * moments[1]);
    }
  sum /= (double) n;
  along /= (double) n;
  for (gsize i = 0; i < n; i++)
    dx[i]
        += moments[1] * (weight[i] * dy[i] - (float) sum - (x[i] - moments[0]) * moments[1] * (float) along);
}

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

        measure (job->x + at, job->head_dim, job->eps, job->moments + 2 * item);
        vjp_head (job->x + at, weight, job->dy + at, job->head_dim, job->moments + 2 * item, job->dx + at);
      }
}

/* Parameters @begin..@end-1 of all groups' rows, one after the other. */
static void
vjp_parameters (gsize begin, gsize end, guint worker, gpointer data)
{
  const VjpJob *job = data;
  gsize heads_per_group = job->heads / job->groups;

  for (gsize parameter = begin; parameter < end; parameter++)
    {
      gsize first = parameter / job->head_dim * heads_per_group, column = parameter % job->head_dim;
      double dweight = 0, dbias = 0;

      for (gsize row = 0; row < job->rows; row++)
        for (gsize head = first; head < first + heads_per_group; head++)
          {
            gsize item = row * job->heads + head;
            const float *moments = job->moments + 2 * item;
            float dy = job->dy[item * job->head_dim + column];

            dweight += (double) (dy * (job->x[item * job->head_dim + column] - moments[0]) * moments[1]);
            dbias += (double) dy;
          }
      job->dweight[parameter] += (float) dweight;
      job->dbias[parameter] += (float) dbias;
    }
}

void
arra_head_norm_vjp (const ArraExec *exec, const float *x, const float *weight, const float *dy, gsize groups,
                    gsize rows, gsize heads, gsize head_dim, float eps, float *moments, float *dx,
                    float *dweight, float *dbias)
{
  VjpJob job = { x, weight, dy, groups, rows, heads, head_dim, eps, moments, dx, dweight, dbias };

  g_assert (groups > 0 && heads % groups == 0);
  arra_pool_run (exec->pool, rows, GRAIN, vjp_input, &job);
  arra_pool_run (exec->pool, groups * head_dim, COLUMNS, vjp_parameters, &job);
}
