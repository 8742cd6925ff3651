/* silu.c - the sigmoid linear unit
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "silu.h"

#include "detmath.h"

#define GRAIN 2048 /* elements: fewer are not worth waking a thread for */

typedef struct
{
  const float *x, *dy;
  float *out;
} Job;

static void
forward (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize i = begin; i < end; i++)
    job->out[i] = (float) ((double) job->x[i] / (1 + arra_exp (-(double) job->x[i])));
}

void
arra_silu (const ArraExec *exec, const float *x, gsize n, float *y)
{
  Job job = { x, NULL, y };

  arra_pool_run (exec->pool, n, GRAIN, forward, &job);
}

static void
vjp (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize i = begin; i < end; i++)
    {
      double x = (double) job->x[i], s = 1 / (1 + arra_exp (-x));

      job->out[i] += (float) ((double) job->dy[i] * s * (1 + x * (1 - s)));
    }
}

void
arra_silu_vjp (const ArraExec *exec, const float *x, const float *dy, gsize n, float *dx)
{
  Job job = { x, dy, dx };

  arra_pool_run (exec->pool, n, GRAIN, vjp, &job);
}
