/* add.c - the sum of a residual branch and the stream
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "add.h"

#define GRAIN 32768 /* elements: fewer are not worth waking a thread for */

typedef struct
{
  const ArraKernels *kernels;
  const float *x;
  float *y;
} Job;

static void
add (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  job->kernels->add (job->x + begin, end - begin, job->y + begin);
}

void
arra_add (const ArraExec *exec, const float *x, gsize n, float *y)
{
  Job job = { exec->kernels, x, y };

  arra_pool_run (exec->pool, n, GRAIN, add, &job);
}

void
arra_add_vjp (const ArraExec *exec, const float *dy, gsize n, float *da, float *db)
{
  arra_add (exec, dy, n, da);
  arra_add (exec, dy, n, db);
}
