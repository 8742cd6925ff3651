/* l2_norm.c - rows brought to length 1
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "l2_norm.h"

#include <math.h>

#define GRAIN 16 /* rows: fewer are not worth waking a thread for */

typedef struct
{
  const float *x, *dy;
  gsize width;
  float *out;
} Job;

static double
product (const float *a, const float *b, gsize n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += (double) a[i] * (double) b[i];
  return sum;
}

static void
forward (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize row = begin; row < end; row++)
    {
      const float *x = job->x + row * job->width;
      double length = MAX (sqrt (product (x, x, job->width)), ARRA_L2_NORM_EPS);

      for (gsize i = 0; i < job->width; i++)
        job->out[row * job->width + i] = (float) ((double) x[i] / length);
    }
}

void
arra_l2_norm (const ArraExec *exec, const float *x, gsize rows, gsize width, float *y)
{
  Job job = { x, NULL, width, y };

  arra_pool_run (exec->pool, rows, GRAIN, forward, &job);
}

static void
vjp (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize row = begin; row < end; row++)
    {
      const float *x = job->x + row * job->width, *dy = job->dy + row * job->width;
      double length = MAX (sqrt (product (x, x, job->width)), ARRA_L2_NORM_EPS);
      double along = product (x, dy, job->width) / (length * length);

      for (gsize i = 0; i < job->width; i++)
        job->out[row * job->width + i] += (float) (((double) dy[i] - (double) x[i] * along) / length);
    }
}

void
arra_l2_norm_vjp (const ArraExec *exec, const float *x, const float *dy, gsize rows, gsize width, float *dx)
{
  Job job = { x, dy, width, dx };

  arra_pool_run (exec->pool, rows, GRAIN, vjp, &job);
}
