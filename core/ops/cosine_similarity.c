/* cosine_similarity.c - the cosine between rows and the features they are aligned with
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cosine_similarity.h"

#include <math.h>

#define GRAIN 16 /* rows: fewer are not worth waking a thread for */

typedef struct
{
  const float *x, *features;
  const guint32 *items;
  gsize width;
  float *cosines;
  float scale;
  float *dx;
} Job;

typedef struct
{
  double cosine, x_norm, feature_norm;
} Angle;

static Angle
measure (const float *x, const float *feature, gsize width)
{
  double product = 0, xx = 0, ff = 0;
  Angle angle;

  for (gsize i = 0; i < width; i++)
    {
      product += (double) x[i] * (double) feature[i];
      xx += (double) x[i] * (double) x[i];
      ff += (double) feature[i] * (double) feature[i];
    }
  angle.x_norm = MAX (sqrt (xx), ARRA_COSINE_EPS);
  angle.feature_norm = MAX (sqrt (ff), ARRA_COSINE_EPS);
  angle.cosine = product / (angle.x_norm * angle.feature_norm);
  return angle;
}

static void
forward (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize row = begin; row < end; row++)
    {
      const float *x = job->x + row * job->width, *feature = job->features + job->items[row] * job->width;

      job->cosines[row] = (float) measure (x, feature, job->width).cosine;
    }
}

double
arra_cosine_similarity (const ArraExec *exec,
                        const float *x,
                        const float *features,
                        const guint32 *items,
                        gsize rows,
                        gsize width,
                        float *cosines)
{
  Job job = { x, features, items, width, cosines, 0, NULL };
  double sum = 0;

  arra_pool_run (exec->pool, rows, GRAIN, forward, &job);
  for (gsize row = 0; row < rows; row++)
    sum += (double) cosines[row];
  return sum;
}

static void
vjp (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize row = begin; row < end; row++)
    {
      const float *x = job->x + row * job->width, *feature = job->features + job->items[row] * job->width;
      Angle angle = measure (x, feature, job->width);
      double towards = (double) job->scale / (angle.x_norm * angle.feature_norm);
      double back = (double) job->scale * angle.cosine / (angle.x_norm * angle.x_norm);

      for (gsize i = 0; i < job->width; i++)
        job->dx[row * job->width + i] += (float) (towards * (double) feature[i] - back * (double) x[i]);
    }
}

void
arra_cosine_similarity_vjp (const ArraExec *exec,
                            const float *x,
                            const float *features,
                            const guint32 *items,
                            gsize rows,
                            gsize width,
                            float scale,
                            float *dx)
{
  Job job = { x, features, items, width, NULL, scale, dx };

  arra_pool_run (exec->pool, rows, GRAIN, vjp, &job);
}
