/* patches.c - pictures as rows of patches
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "patches.h"

#define CHANNELS 3

typedef struct
{
  const ArraPatches *shape;
  const float *from;
  float *to;
  gboolean back;
} Job;

/* One line of a patch's channel: @pixel in the pictures, @row in the rows. */
static void
move (const Job *job, gsize pixel, gsize row)
{
  for (gsize i = 0; i < job->shape->patch; i++)
    if (job->back)
      job->to[pixel + i] += job->from[row + i * CHANNELS];
    else
      job->to[row + i * CHANNELS] = job->from[pixel + i];
}

/* An item is one channel of one row of patches. */
static void
run (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  const ArraPatches *s = job->shape;
  gsize patch = s->patch, across = s->width / patch, down = s->height / patch;

  for (gsize item = begin; item < end; item++)
    {
      gsize channel = item % CHANNELS, band = item / CHANNELS; /* band: picture * down + row of patches */
      gsize plane = (band / down * CHANNELS + channel) * s->height + band % down * patch;

      for (gsize column = 0; column < across; column++)
        for (gsize y = 0; y < patch; y++)
          move (job, (plane + y) * s->width + column * patch,
                ((band * across + column) * patch + y) * patch * CHANNELS + channel);
    }
}

static void
run_all (const ArraExec *exec, Job *job)
{
  gsize bands = job->shape->n * (job->shape->height / job->shape->patch);

  arra_pool_run (exec->pool, bands * CHANNELS, CHANNELS, run, job);
}

void
arra_patches (const ArraExec *exec, const ArraPatches *shape, const float *pixels, float *rows)
{
  Job job = { shape, pixels, rows, FALSE };

  run_all (exec, &job);
}

void
arra_patches_vjp (const ArraExec *exec, const ArraPatches *shape, const float *drows, float *dpixels)
{
  Job job = { shape, drows, dpixels, TRUE };

  run_all (exec, &job);
}
