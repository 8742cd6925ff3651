/* gather.c - rows chosen by index
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gather.h"

#include <string.h>

#define GRAIN 64 /* rows: fewer are not worth waking a thread for */

typedef struct
{
  const ArraKernels *kernels;
  const guint32 *rows;
  gsize width;
  const float *from;
  float *to;
} Job;

static void
gather (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize i = begin; i < end; i++)
    memcpy (job->to + i * job->width, job->from + job->rows[i] * job->width, job->width * sizeof (float));
}

void
arra_gather (const ArraExec *exec, const float *x, const guint32 *rows, gsize n, gsize width, float *y)
{
  Job job = { exec->kernels, rows, width, x, y };

  arra_pool_run (exec->pool, n, GRAIN, gather, &job);
}

static void
scatter (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize i = begin; i < end; i++)
    job->kernels->add (job->from + i * job->width, job->width, job->to + job->rows[i] * job->width);
}

void
arra_gather_vjp (const ArraExec *exec, const guint32 *rows, const float *dy, gsize n, gsize width, float *dx)
{
  Job job = { exec->kernels, rows, width, dy, dx };

  arra_pool_run (exec->pool, n, GRAIN, scatter, &job);
}
