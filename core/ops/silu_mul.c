/* silu_mul.c - the gate of a SwiGLU feed-forward layer
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "silu_mul.h"

#define GRAIN 4096 /* elements: fewer are not worth waking a thread for */

typedef struct
{
  const ArraKernels *kernels;
  const float *gate, *up;
  float *out;
} Job;

static void
multiply (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  job->kernels->silu_mul (job->gate + begin, job->up + begin, end - begin, job->out + begin);
}

void
arra_silu_mul (const ArraExec *exec, const float *gate, const float *up, gsize n, float *out)
{
  Job job = { exec->kernels, gate, up, out };

  arra_pool_run (exec->pool, n, GRAIN, multiply, &job);
}
