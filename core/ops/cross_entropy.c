/* cross_entropy.c - cross-entropy over a vocabulary, and the z-loss of its logits
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cross_entropy.h"

#include <math.h>

#define GRAIN 4   /* rows: fewer are not worth waking a thread for */
#define BLOCK 256 /* logits whose exponentials are taken together */

typedef struct
{
  const ArraKernels *kernels;
  const float *logits;
  const guint32 *targets;
  gsize vocab;
  float *logsumexp;
  float scale, z_scale;
  float *dlogits;
} Job;

static double
sum_exp (const ArraKernels *kernels, const float *x, gsize n, float most)
{
  float block[BLOCK];
  double sum = 0;

  for (gsize first = 0; first < n; first += BLOCK)
    {
      gsize size = MIN (BLOCK, n - first);

      for (gsize i = 0; i < size; i++)
        block[i] = x[first + i] - most;
      kernels->exp (block, size, block);
      for (gsize i = 0; i < size; i++)
        sum += (double) block[i];
    }
  return sum;
}

static void
reduce (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize row = begin; row < end; row++)
    {
      const float *logits = job->logits + row * job->vocab;
      float most = job->kernels->max (logits, job->vocab);

      job->logsumexp[row] = (float) ((double) most + log (sum_exp (job->kernels, logits, job->vocab, most)));
    }
}

void
arra_cross_entropy (const ArraExec *exec,
                    const float *logits,
                    const guint32 *targets,
                    gsize rows,
                    gsize vocab,
                    float *logsumexp,
                    double *cross_entropy,
                    double *z)
{
  Job job = { exec->kernels, logits, targets, vocab, logsumexp, 0, 0, NULL };

  arra_pool_run (exec->pool, rows, GRAIN, reduce, &job);
  *cross_entropy = *z = 0;
  for (gsize row = 0; row < rows; row++)
    {
      g_assert (targets[row] < vocab);
      *cross_entropy += (double) logsumexp[row] - (double) logits[row * vocab + targets[row]];
      *z += (double) logsumexp[row] * (double) logsumexp[row];
    }
}

static void
vjp (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize row = begin; row < end; row++)
    {
      const float *logits = job->logits + row * job->vocab;
      float *d = job->dlogits + row * job->vocab;
      float most = job->logsumexp[row], factor = job->scale + 2.0f * job->z_scale * most;

      for (gsize i = 0; i < job->vocab; i++)
        d[i] = logits[i] - most;
      job->kernels->exp (d, job->vocab, d);
      for (gsize i = 0; i < job->vocab; i++)
        d[i] *= factor;
      d[job->targets[row]] -= job->scale;
    }
}

void
arra_cross_entropy_vjp (const ArraExec *exec,
                        const float *logits,
                        const guint32 *targets,
                        gsize rows,
                        gsize vocab,
                        const float *logsumexp,
                        float scale,
                        float z_scale,
                        float *dlogits)
{
  Job job = { exec->kernels, logits, targets, vocab, (float *) logsumexp, scale, z_scale, dlogits };

  arra_pool_run (exec->pool, rows, GRAIN, vjp, &job);
}
