/* quick_gelu.c - CLIP's cheap form of the Gaussian error linear unit
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "quick_gelu.h"

#define GRAIN 8192 /* elements: fewer are not worth waking a thread for */
#define BLOCK 256  /* whose exponentials are taken together */
#define SLOPE 1.702f

typedef struct
{
  const ArraKernels *kernels;
  const float *x, *dy;
  float *out;
} Job;

/* exp (-SLOPE x) */
static void
decay (const ArraKernels *kernels, const float *x, gsize n, float *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = -SLOPE * x[i];
  kernels->exp (out, n, out);
}

static void
forward (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  float decayed[BLOCK];

  for (gsize first = begin; first < end; first += BLOCK)
    {
      gsize n = MIN (BLOCK, end - first);
      const float *x = job->x + first;

      decay (job->kernels, x, n, decayed);
      for (gsize i = 0; i < n; i++)
        job->out[first + i] = x[i] / (1.0f + decayed[i]);
    }
}

void
arra_quick_gelu (const ArraExec *exec, const float *x, gsize n, float *y)
{
  Job job = { exec->kernels, x, NULL, y };

  arra_pool_run (exec->pool, n, GRAIN, forward, &job);
}

static void
vjp (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  float decayed[BLOCK];

  for (gsize first = begin; first < end; first += BLOCK)
    {
      gsize n = MIN (BLOCK, end - first);
      const float *x = job->x + first, *dy = job->dy + first;
      float *dx = job->out + first;

      decay (job->kernels, x, n, decayed);
      for (gsize i = 0; i < n; i++)
        {
          float share = 1.0f / (1.0f + decayed[i]);

          dx[i] += dy[i] * share * (1.0f + SLOPE * x[i] * (1.0f - share));
        }
    }
}

void
arra_quick_gelu_vjp (const ArraExec *exec, const float *x, const float *dy, gsize n, float *dx)
{
  Job job = { exec->kernels, x, dy, dx };

  arra_pool_run (exec->pool, n, GRAIN, vjp, &job);
}
