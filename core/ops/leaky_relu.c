/* leaky_relu.c - the leaky rectified linear unit
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "leaky_relu.h"

#define GRAIN 32768 /* elements: fewer are not worth waking a thread for */

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
    job->out[i] = job->x[i] > 0 ? job->x[i] : ARRA_LEAKY_RELU_SLOPE * job->x[i];
}

void
arra_leaky_relu (const ArraExec *exec, const float *x, gsize n, float *y)
{
  Job job = { x, NULL, y };

  arra_pool_run (exec->pool, n, GRAIN, forward, &job);
}

static void
vjp (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize i = begin; i < end; i++)
    job->out[i] += job->x[i] > 0 ? job->dy[i] : ARRA_LEAKY_RELU_SLOPE * job->dy[i];
}

void
arra_leaky_relu_vjp (const ArraExec *exec, const float *x, const float *dy, gsize n, float *dx)
{
  Job job = { x, dy, dx };

  arra_pool_run (exec->pool, n, GRAIN, vjp, &job);
}
