/* average_pool.c - the mean of each channel over the pixels of a feature map
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "average_pool.h"

typedef struct
{
  const float *in;
  gsize pixels, channels;
  float *out;
} Job;

static void
forward (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize map = begin; map < end; map++)
    for (gsize c = 0; c < job->channels; c++)
      {
        const float *x = job->in + map * job->pixels * job->channels + c;
        double sum = 0;

        for (gsize p = 0; p < job->pixels; p++)
          sum += (double) x[p * job->channels];
        job->out[map * job->channels + c] = (float) (sum / (double) job->pixels);
      }
}

void
arra_average_pool (const ArraExec *exec, const float *x, gsize n, gsize pixels, gsize channels, float *y)
{
  Job job = { x, pixels, channels, y };

  arra_pool_run (exec->pool, n, 1, forward, &job);
}

static void
vjp (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize map = begin; map < end; map++)
    for (gsize p = 0; p < job->pixels; p++)
      for (gsize c = 0; c < job->channels; c++)
        job->out[(map * job->pixels + p) * job->channels + c] += job->in[map * job->channels + c] / (float) job->pixels;
}

void
arra_average_pool_vjp (const ArraExec *exec, const float *dy, gsize n, gsize pixels, gsize channels, float *dx)
{
  Job job = { dy, pixels, channels, dx };

  arra_pool_run (exec->pool, n, 1, vjp, &job);
}
