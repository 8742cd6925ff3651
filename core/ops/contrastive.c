/* contrastive.c - the symmetric contrastive loss of pictures and texts
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "contrastive.h"

#include <math.h>

#include "gemm.h"

#define GRAIN 8 /* rows: fewer are not worth waking a thread for */

typedef struct
{
  const ArraKernels *kernels;
  const guint32 *groups;
  gsize n;
  float *logits, *losses;
} Job;

gsize
arra_contrastive_work (gsize n)
{
  return 2 * n * n + 2 * n + 1;
}

/* Rows of logits become what is wrong with their softmax; their losses are kept. */
static void
compare (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize row = begin; row < end; row++)
    {
      float *logits = job->logits + row * job->n, own = logits[row], most, sum;

      for (gsize i = 0; i < job->n; i++)
        if (i != row && job->groups[i] == job->groups[row])
          logits[i] = -INFINITY;
      most = job->kernels->max (logits, job->n);
      sum = job->kernels->softmax (logits, job->n);
      job->losses[row] = (float) (log ((double) sum) + (double) most - (double) own);
      logits[row] -= 1;
    }
}

/* Adds the turned @columns to @rows, brings both to the mean, and sums its products with the logits. */
static double
join (gsize n, float *rows, const float *columns, const float *images, const float *texts, gsize width)
{
  float mean = 0.5f / (float) n;
  double along = 0;

  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < n; j++)
      {
        double cosine = 0;

        rows[i * n + j] = mean * (rows[i * n + j] + columns[j * n + i]);
        for (gsize k = 0; k < width; k++)
          cosine += (double) images[i * width + k] * (double) texts[j * width + k];
        along += (double) rows[i * n + j] * cosine;
      }
  return along;
}

double
arra_contrastive (const ArraExec *exec,
                  const ArraContrastive *shape,
                  const float *images,
                  const float *texts,
                  const float *log_scale,
                  float *work)
{
  gsize n = shape->n, width = shape->width;
  float scale = expf (*log_scale), *columns = work + n * n, *losses = columns + n * n;
  Job rows = { exec->kernels, shape->groups, n, work, losses };
  Job turned = { exec->kernels, shape->groups, n, columns, losses + n };
  double sum = 0;

  arra_sgemm_pool (exec->pool, FALSE, TRUE, n, n, width, scale, images, width, texts, width, 0, work, n);
  arra_sgemm_pool (exec->pool, FALSE, TRUE, n, n, width, scale, texts, width, images, width, 0, columns, n);
  arra_pool_run (exec->pool, n, GRAIN, compare, &rows);
  arra_pool_run (exec->pool, n, GRAIN, compare, &turned);
  for (gsize i = 0; i < 2 * n; i++)
    sum += (double) losses[i];
  losses[2 * n] = (float) join (n, work, columns, images, texts, width);
  return sum / (double) (2 * n);
}

void
arra_contrastive_vjp (const ArraExec *exec,
                      const ArraContrastive *shape,
                      const float *images,
                      const float *texts,
                      const float *log_scale,
                      const float *work,
                      float scale,
                      float *dimages,
                      float *dtexts,
                      float *dlog_scale)
{
  gsize n = shape->n, width = shape->width;
  float factor = scale * expf (*log_scale);

  arra_sgemm_pool (exec->pool, FALSE, FALSE, n, width, n, factor, work, n, texts, width, 1, dimages, width);
  arra_sgemm_pool (exec->pool, TRUE, FALSE, n, width, n, factor, work, n, images, width, 1, dtexts, width);
  *dlog_scale += factor * work[2 * n * n + 2 * n];
}
