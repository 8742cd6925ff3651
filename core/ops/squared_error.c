/* squared_error.c - the squared distance between rows and the features they are aligned with
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "squared_error.h"

#define GRAIN 16 /* rows: fewer are not worth waking a thread for */

typedef struct
{
  const float *x, *features;
  const guint32 *items;
  gsize width;
  float *errors;
  float scale;
  float *dx;
} Job;

static void
forward (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize row = begin; row < end; row++)
    {
      const float *x = job->x + row * job->width, *feature = job->features + job->items[row] * job->width;
      double sum = 0;

      for (gsize i = 0; i < job->width; i++)
        sum += ((double) x[i] - (double) feature[i]) * ((double) x[i] - (double) feature[i]);
      job->errors[row] = (float) sum;
    }
}

double
arra_squared_error (const ArraExec *exec,
                    const float *x,
                    const float *features,
                    const guint32 *items,
                    gsize rows,
                    gsize width,
                    float *errors)
{
  Job job = { x, features, items, width, errors, 0, NULL };
  double sum = 0;

  arra_pool_run (exec->pool, rows, GRAIN, forward, &job);
  for (gsize row = 0; row < rows; row++)
    sum += (double) errors[row];
  return sum;
}

static void
vjp (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize row = begin; row < end; row++)
    for (gsize i = 0; i < job->width; i++)
      {
        gsize at = row * job->width + i;
        job->dx[at] += job->scale * 2.0f * (job->x[at] - job->features[job->items[row] * job->width + i]);
      }
}

void
arra_squared_error_vjp (const ArraExec *exec,
                        const float *x,
                        const float *features,
                        const guint32 *items,
                        gsize rows,
                        gsize width,
                        float scale,
                        float *dx)
{
  Job job = { x, features, items, width, NULL, scale, dx };

  arra_pool_run (exec->pool, rows, GRAIN, vjp, &job);
}
