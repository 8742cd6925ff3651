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
