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

#define BLOCK 256 /* elements whose exponentials are taken together */

typedef struct
{
  const ArraKernels *kernels;
  const float *gate, *up, *dy;
  float *dgate, *dup;
} VjpJob;

static void
vjp_block (const VjpJob *job, gsize first, gsize n)
{
  float sigmoid[BLOCK];

  for (gsize i = 0; i < n; i++)
    sigmoid[i] = -job->gate[first + i];
  job->kernels->exp (sigmoid, n, sigmoid);
  for (gsize i = 0; i < n; i++)
    {
      float s = 1.0f / (1.0f + sigmoid[i]), g = job->gate[first + i], dy = job->dy[first + i];

      job->dup[first + i] += dy * (g * s);
      job->dgate[first + i] += dy * job->up[first + i] * (s * (1.0f + g * (1.0f - s)));
    }
}

static void
vjp (gsize begin, gsize end, guint worker, gpointer data)
{
  for (gsize first = begin; first < end; first += BLOCK)
    vjp_block (data, first, MIN (BLOCK, end - first));
}

void
arra_silu_mul_vjp (const ArraExec *exec,
                   const float *gate,
                   const float *up,
                   const float *dy,
                   gsize n,
                   float *dgate,
                   float *dup)
{
  VjpJob job = { exec->kernels, gate, up, dy, dgate, dup };

  arra_pool_run (exec->pool, n, GRAIN, vjp, &job);
}
