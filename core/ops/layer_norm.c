/* layer_norm.c - layer normalisation of rows
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "layer_norm.h"

#include <math.h>

#define GRAIN 4    /* rows: fewer are not worth waking a thread for */
#define COLUMNS 64 /* columns a thread sums at a time, over all rows in order */

typedef struct
{
  const ArraKernels *kernels;
  const float *x, *weight, *bias;
  gsize width;
  float eps;
  float *y;
} Job;

static void
normalise (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize row = begin; row < end; row++)
    job->kernels->layer_norm (job->x + row * job->width, job->weight, job->bias, job->width, job->eps,
                              job->y + row * job->width);
}

void
arra_layer_norm (const ArraExec *exec,
                 const float *x,
                 const float *weight,
                 const float *bias,
                 gsize rows,
                 gsize width,
                 float eps,
                 float *y)
{
  Job job = { exec->kernels, x, weight, bias, width, eps, y };

  arra_pool_run (exec->pool, rows, GRAIN, normalise, &job);
}

typedef struct
{
  const float *x, *weight, *dy;
  gsize rows, width;
  float eps;
  float *moments; /* [rows][2]: mean, 1 / deviation */
  float *dx, *dweight, *dbias;
} VjpJob;

void
arra_layer_norm_measure (const float *x, gsize n, float eps, float moments[2])
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

#define LANES 8 /* sums side by side, element i in number i % LANES: one alone would wait for itself */

static double
fold (const double lanes[LANES])
{
  double sum = 0;

  for (gsize i = 0; i < LANES; i++)
    sum += lanes[i];
  return sum;
}

/* Sums of the gradient that is pulled back, and of its products with the normalised row. */
static inline void
add_pulled (const float *x,
            const float *weight,
            const float *dy,
            gsize n,
            const float moments[2],
            double sums[LANES],
            double along[LANES])
{
  for (gsize i = 0; i < n; i++)
    {
      const double pulled = (double) (weight[i] * dy[i]);

      sums[i] += pulled;
      along[i] += pulled * (double) ((x[i] - moments[0]) * moments[1]);
    }
}

void
arra_layer_norm_vjp_row (const float *x,
                         const float *weight,
                         const float *dy,
                         gsize n,
                         const float moments[2],
                         float *dx)
{
  double sums[LANES] = { 0 }, alongs[LANES] = { 0 };
  float sum, along;
  gsize i = 0;

  for (; i + LANES <= n; i += LANES)
    add_pulled (x + i, weight + i, dy + i, LANES, moments, sums, alongs);
  add_pulled (x + i, weight + i, dy + i, n - i, moments, sums, alongs);
  sum = (float) (fold (sums) / (double) n);
  along = (float) (fold (alongs) / (double) n);
  for (i = 0; i < n; i++)
    dx[i] += moments[1] * (weight[i] * dy[i] - sum - (x[i] - moments[0]) * moments[1] * along);
}

static void
vjp_input (gsize begin, gsize end, guint worker, gpointer data)
{
  const VjpJob *job = data;

  for (gsize row = begin; row < end; row++)
    {
      gsize at = row * job->width;

      arra_layer_norm_measure (job->x + at, job->width, job->eps, job->moments + 2 * row);
      arra_layer_norm_vjp_row (job->x + at, job->weight, job->dy + at, job->width, job->moments + 2 * row,
                               job->dx + at);
    }
}

static void
vjp_parameters (gsize begin, gsize end, guint worker, gpointer data)
{
  const VjpJob *job = data;
  double dweight[COLUMNS] = { 0 }, dbias[COLUMNS] = { 0 };

  for (gsize row = 0; row < job->rows; row++)
    {
      const float *x = job->x + row * job->width, *dy = job->dy + row * job->width;
      float mean = job->moments[2 * row], scale = job->moments[2 * row + 1];

      for (gsize i = begin; i < end; i++)
        {
          dweight[i - begin] += (double) (dy[i] * (x[i] - mean) * scale);
          dbias[i - begin] += (double) dy[i];
        }
    }
  for (gsize i = begin; i < end; i++)
    {
      job->dweight[i] += (float) dweight[i - begin];
      job->dbias[i] += (float) dbias[i - begin];
    }
}

void
arra_layer_norm_vjp (const ArraExec *exec,
                     const float *x,
                     const float *weight,
                     const float *dy,
                     gsize rows,
                     gsize width,
                     float eps,
                     float *moments,
                     float *dx,
                     float *dweight,
                     float *dbias)
{
  VjpJob job = { x, weight, dy, rows, width, eps, moments, dx, dweight, dbias };

  arra_pool_run (exec->pool, rows, GRAIN, vjp_input, &job);
  arra_pool_run (exec->pool, width, COLUMNS, vjp_parameters, &job);
}
