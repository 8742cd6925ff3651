/* max_pool.c - the largest of each window along a row
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "max_pool.h"

#define GRAIN 16 /* rows: fewer are not worth waking a thread for */

typedef struct
{
  const float *x, *dy;
  gsize width, outputs;
  float *out;
} Job;

static gsize
largest (const float *x, gsize width, gsize outputs, gsize i)
{
  gsize begin = i * width / outputs, end = ((i + 1) * width + outputs - 1) / outputs, best = begin;

  for (gsize at = begin + 1; at < end; at++)
    if (x[at] > x[best])
      best = at;
  return best;
}

static void
forward (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize row = begin; row < end; row++)
    for (gsize i = 0; i < job->outputs; i++)
      {
        const float *x = job->x + row * job->width;
        job->out[row * job->outputs + i] = x[largest (x, job->width, job->outputs, i)];
      }
}

void
arra_max_pool (const ArraExec *exec, const float *x, gsize rows, gsize width, gsize outputs, float *y)
{
  Job job = { x, NULL, width, outputs, y };

  g_assert (outputs > 0 && outputs <= width);
  arra_pool_run (exec->pool, rows, GRAIN, forward, &job);
}

static void
vjp (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize row = begin; row < end; row++)
    for (gsize i = 0; i < job->outputs; i++)
      {
        gsize at = largest (job->x + row * job->width, job->width, job->outputs, i);
        job->out[row * job->width + at] += job->dy[row * job->outputs + i];
      }
}

void
arra_max_pool_vjp (const ArraExec *exec,
                   const float *x,
                   const float *dy,
                   gsize rows,
                   gsize width,
                   gsize outputs,
                   float *dx)
{
  Job job = { x, dy, width, outputs, dx };

  arra_pool_run (exec->pool, rows, GRAIN, vjp, &job);
}
