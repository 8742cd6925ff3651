/* rms_norm.c - root mean square layer normalisation
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rms_norm.h"

#define GRAIN 4 /* rows: fewer are not worth waking a thread for */

typedef struct
{
  const ArraKernels *kernels;
  const float *x, *weight;
  gsize width;
  float eps;
  float *y;
} Job;

static void
normalise (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize row = begin; row < end; row++)
    job->kernels->rms_norm (job->x + row * job->width, job->weight, job->width, job->eps,
                            job->y + row * job->width);
}

void
arra_rms_norm (const ArraExec *exec, const float *x, const float *weight, gsize rows, gsize width, float eps,
               float *y)
{
  Job job = { exec->kernels, x, weight, width, eps, y };

  arra_pool_run (exec->pool, rows, GRAIN, normalise, &job);
}
