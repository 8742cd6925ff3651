/* pixel_norm.c - normalisation of each pixel of feature maps over its channels, with the swish behind it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pixel_norm.h"

#include <string.h>

#include "layer_norm.h"

#define GRAIN 64 /* rows: fewer are not worth waking a thread for */
#define MAX_CHANNELS 4096

typedef struct
{
  const ArraKernels *kernels;
  const float *x, *weight, *bias;
  const float *ones, *zeros;
  gsize width;
  float eps;
  gboolean swish;
  float *y;
} Job;

/* A scale and a shift that change nothing, of the kernels that know the swish. */
static void
set_identity (float *ones, gsize width)
{
  for (gsize i = 0; i < width; i++)
    ones[i] = 1;
  memset (ones + width, 0, width * sizeof *ones);
}

static void
compute (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize row = begin; row < end; row++)
    job->kernels->layer_norm (job->x + row * job->width, job->weight, job->bias, job->width, job->eps,
                              job->y + row * job->width);
  if (job->swish)
    job->kernels->affine_swish (job->y + begin * job->width, end - begin, job->width, job->ones, job->zeros, TRUE,
                                job->y + begin * job->width);
}

void
arra_pixel_norm (const ArraExec *exec,
                 const float *x,
                 const float *weight,
                 const float *bias,
                 gsize rows,
                 gsize width,
                 float eps,
                 gboolean swish,
                 float *y)
{
  float identity[2 * MAX_CHANNELS];
  Job job = { exec->kernels, x, weight, bias, identity, identity + width, width, eps, swish, y };

  g_assert (width <= MAX_CHANNELS);
  set_identity (identity, width);
  arra_pool_run (exec->pool, rows, GRAIN, compute, &job);
}

/* ---- gradients */

gsize
arra_pixel_norm_vjp_scratch (gsize rows, gsize width)
{
  return 2 * rows + rows * width;
}

/* The gradient in front of the swish, over that behind it; @x is what was normalised, @y the gradient. */
static void
pull_swish (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  float *dy = job->y + begin * job->width, sums[2 * MAX_CHANNELS];

  memset (sums, 0, 2 * job->width * sizeof *sums);
  job->kernels->affine_swish_vjp (job->x + begin * job->width, dy, end - begin, job->width, job->ones, job->zeros, dy,
                                  sums);
}

void
arra_pixel_norm_vjp (const ArraExec *exec,
                     const float *x,
                     const float *weight,
                     const float *bias,
                     gsize rows,
                     gsize width,
                     float eps,
                     gboolean swish,
                     float *dy,
                     float *scratch,
                     float *dx,
                     float *dweight,
                     float *dbias)
{
  float identity[2 * MAX_CHANNELS], *normed = scratch + 2 * rows;
  Job job
      = { .kernels = exec->kernels, .x = normed, .ones = identity, .zeros = identity + width, .width = width, .y = dy };

  g_assert (width <= MAX_CHANNELS);
  set_identity (identity, width);
  if (swish)
    {
      arra_layer_norm (exec, x, weight, bias, rows, width, eps, normed);
      arra_pool_run (exec->pool, rows, GRAIN, pull_swish, &job);
    }
  arra_layer_norm_vjp (exec, x, weight, dy, rows, width, eps, scratch, dx, dweight, dbias);
}
