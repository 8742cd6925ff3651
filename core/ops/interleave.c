/* interleave.c - rows of planes as rows of pixels
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "interleave.h"

#define GRAIN 16 /* rows: fewer are not worth waking a thread for */

typedef struct
{
  const float *from;
  float *to;
  gsize channels, pixels;
  gboolean back;
} Job;

static void
run (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  gsize width = job->channels * job->pixels;

  for (gsize row = begin; row < end; row++)
    for (gsize i = 0; i < width; i++)
      {
        gsize planes = row * width + i, together = row * width + i % job->pixels * job->channels + i / job->pixels;

        if (job->back)
          job->to[planes] += job->from[together];
        else
          job->to[together] = job->from[planes];
      }
}

void
arra_interleave (const ArraExec *exec, const float *x, gsize rows, gsize channels, gsize pixels, float *y)
{
  Job job = { x, y, channels, pixels, FALSE };

  arra_pool_run (exec->pool, rows, GRAIN, run, &job);
}

void
arra_interleave_vjp (const ArraExec *exec, const float *dy, gsize rows, gsize channels, gsize pixels, float *dx)
{
  Job job = { dy, dx, channels, pixels, TRUE };

  arra_pool_run (exec->pool, rows, GRAIN, run, &job);
}
