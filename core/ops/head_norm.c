/* head_norm.c - layer normalisation of queries and keys, head by head
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "head_norm.h"

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
