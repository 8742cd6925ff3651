/* dropout.c - dropout whose mask is a pure function of seed, stream, row and column
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dropout.h"

#include "noise.h"

#define GRAIN 8 /* rows: fewer are not worth waking a thread for */

typedef struct
{
  const ArraDropout *dropout;
  gsize width;
  const float *from;
  float *to;
  gboolean adds;
} Job;

static guint32
threshold (const ArraDropout *dropout)
{
  return MIN ((guint32) (dropout->rate * 65536 + 0.5), 65535);
}

static void
mask (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  const ArraDropout *dropout = job->dropout;
  guint32 least = threshold (dropout);
  float scale = 65536.0f / (float) (65536 - least);

  for (gsize row = begin; row < end; row++)
    {
      guint32 bits = 0;

      for (gsize i = 0; i < job->width; i++)
        {
          gsize at = row * job->width + i;
          float kept;

          if (i % 2 == 0)
            bits = arra_noise_bits (dropout->seed, dropout->stream, (guint32) row, (guint32) (i / 2));
          else
            bits >>= 16;
          kept = (bits & 0xffff) < least ? 0.0f : scale * job->from[at];
          job->to[at] = job->adds ? job->to[at] + kept : kept;
        }
    }
}

void
arra_dropout (const ArraExec *exec, const ArraDropout *dropout, const float *x, gsize rows, gsize width, float *y)
{
  Job job = { dropout, width, x, y, FALSE };

  arra_pool_run (exec->pool, rows, GRAIN, mask, &job);
}

void
arra_dropout_vjp (const ArraExec *exec, const ArraDropout *dropout, const float *dy, gsize rows, gsize width, float *dx)
{
  Job job = { dropout, width, dy, dx, TRUE };

  arra_pool_run (exec->pool, rows, GRAIN, mask, &job);
}
