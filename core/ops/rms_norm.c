/* rms_norm.c - root mean square layer normalisation
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rms_norm.h"

#include <math.h>

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
    job->kernels->rms_norm (job->x + row * job->width, job->weight, job->width, job->eps, job->y + row * job->width);
}

void
arra_rms_norm (const ArraExec *exec, const float *x, const float *weight, gsize rows, gsize width, float eps, float *y)
{
  Job job = { exec->kernels, x, weight, width, eps, y };

  arra_pool_run (exec->pool, rows, GRAIN, normalise, &job);
}

#define COLUMNS 64 /* columns a thread sums at a time, over all rows in order */

typedef struct
{
  const ArraKernels *kernels;
  const float *x, *weight, *dy;
  gsize rows, width;
  float eps;
  float *scales, *dx, *dweight;
} VjpJob;

static void
vjp_input (gsize begin, gsize end, guint worker, gpointer data)
{
  const VjpJob *job = data;

  for (gsize row = begin; row < end; row++)
    {
      const float *x = job->x + row * job->width, *dy = job->dy + row * job->width;
      float *dx = job->dx + row * job->width;
      float square = job->kernels->dot (x, x, job->width) / (float) job->width;
      float scale = 1.0f / sqrtf (square + job->eps);
      double sum = 0;
      float pull;

      for (gsize i = 0; i < job->width; i++)
        sum += (double) (job->weight[i] * dy[i]) * (double) x[i];
      pull = (float) (sum / (double) job->width) * scale * scale;
      for (gsize i = 0; i < job->width; i++)
        dx[i] += scale * (job->weight[i] * dy[i] - x[i] * pull);
      job->scales[row] = scale;
    }
}

static void
vjp_weight (gsize begin, gsize end, guint worker, gpointer data)
{
  const VjpJob *job = data;
  double sums[COLUMNS] = { 0 };

  for (gsize row = 0; row < job->rows; row++)
    for (gsize i = begin; i < end; i++)
      sums[i - begin] += (double) (job->dy[row * job->width + i] * job->x[row * job->width + i] * job->scales[row]);
  for (gsize i = begin; i < end; i++)
    job->dweight[i] += (float) sums[i - begin];
}

void
arra_rms_norm_vjp (const ArraExec *exec,
                   const float *x,
                   const float *weight,
                   const float *dy,
                   gsize rows,
                   gsize width,
                   float eps,
                   float *scales,
                   float *dx,
                   float *dweight)
{
  VjpJob job = { exec->kernels, x, weight, dy, rows, width, eps, scales, dx, dweight };

  arra_pool_run (exec->pool, rows, GRAIN, vjp_input, &job);
  arra_pool_run (exec->pool, width, COLUMNS, vjp_weight, &job);
}
