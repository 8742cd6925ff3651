/* position_add.c - learnt positions added to sequences, and the class token put before them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "position_add.h"

#define GRAIN 16 /* rows: fewer are not worth waking a thread for */

typedef struct
{
  const ArraKernels *kernels;
  const float *x, *first, *positions;
  gsize length, width;
  float *y;
} Job;

static void
forward (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  gsize before = job->first != NULL ? 1 : 0, width = job->width;

  for (gsize row = begin; row < end; row++)
    {
      gsize sequence = row / job->length, place = row % job->length;
      const float *token
          = place < before ? job->first : job->x + (sequence * (job->length - before) + place - before) * width;

      for (gsize i = 0; i < width; i++)
        job->y[row * width + i] = token[i] + job->positions[place * width + i];
    }
}

void
arra_position_add (const ArraExec *exec,
                   const float *x,
                   const float *first,
                   const float *positions,
                   gsize batch,
                   gsize length,
                   gsize width,
                   float *y)
{
  Job job = { exec->kernels, x, first, positions, length, width, y };

  arra_pool_run (exec->pool, batch * length, GRAIN, forward, &job);
}

typedef struct
{
  const ArraKernels *kernels;
  const float *dy;
  gsize batch, length, width;
  float *dx, *dfirst, *dpositions;
} VjpJob;

/* An item is a place: nobody else adds to its position. */
static void
vjp (gsize begin, gsize end, guint worker, gpointer data)
{
  const VjpJob *job = data;
  gsize before = job->dfirst != NULL ? 1 : 0, width = job->width;

  for (gsize place = begin; place < end; place++)
    for (gsize sequence = 0; sequence < job->batch; sequence++)
      {
        const float *dy = job->dy + (sequence * job->length + place) * width;
        float *token
            = place < before ? job->dfirst : job->dx + (sequence * (job->length - before) + place - before) * width;

        job->kernels->add (dy, width, token);
        job->kernels->add (dy, width, job->dpositions + place * width);
      }
}

void
arra_position_add_vjp (const ArraExec *exec,
                       const float *dy,
                       gsize batch,
                       gsize length,
                       gsize width,
                       float *dx,
                       float *dfirst,
                       float *dpositions)
{
  VjpJob job = { exec->kernels, dy, batch, length, width, dx, dfirst, dpositions };

  arra_pool_run (exec->pool, length, 1, vjp, &job);
}
