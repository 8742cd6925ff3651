/* patches.c - pictures as rows of patches
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "patches.h"

#include <string.h>

#define CHANNELS 3

typedef struct
{
  const ArraKernels *kernels;
  const float *from;
  gsize size, patch;
  float *to;
  gboolean back;
} Job;

/* One line of a patch's channel: @pixel in the pictures, @row in the rows. */
static void
move (const Job *job, gsize pixel, gsize row)
{
  if (job->back)
    job->kernels->add (job->from + row, job->patch, job->to + pixel);
  else
    memcpy (job->to + row, job->from + pixel, job->patch * sizeof (float));
}

/* An item is one channel of one row of patches. */
static void
run (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  gsize patch = job->patch, grid = job->size / patch;

  for (gsize item = begin; item < end; item++)
    {
      gsize channel = item % CHANNELS, band = item / CHANNELS; /* band: picture * grid + row of patches */
      gsize plane = (band / grid * CHANNELS + channel) * job->size + band % grid * patch;

      for (gsize column = 0; column < grid; column++)
        for (gsize y = 0; y < patch; y++)
          move (job, (plane + y) * job->size + column * patch,
                (((band * grid + column) * CHANNELS + channel) * patch + y) * patch);
    }
}

void
arra_patches (const ArraExec *exec, const float *pixels, gsize n, gsize size, gsize patch, float *rows)
{
  Job job = { exec->kernels, pixels, size, patch, rows, FALSE };

  arra_pool_run (exec->pool, n * (size / patch) * CHANNELS, CHANNELS, run, &job);
}

void
arra_patches_vjp (const ArraExec *exec, const float *drows, gsize n, gsize size, gsize patch, float *dpixels)
{
  Job job = { exec->kernels, drows, size, patch, dpixels, TRUE };

  arra_pool_run (exec->pool, n * (size / patch) * CHANNELS, CHANNELS, run, &job);
}
