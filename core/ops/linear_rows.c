/* linear_rows.c - a linear layer whose output rows lie wherever the caller wants each of them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "linear_rows.h"

#include <string.h>

typedef struct
{
  const ArraKernels *kernels;
  const ArraTensor *weight;
  const void *x;
  gsize rows;
  float *pieces; /* [worker][row][ARRA_LINEAR_GRAIN] */
  float *const *y;
} Job;

gsize
arra_linear_rows_pieces (gsize rows, guint threads)
{
  return rows * threads * ARRA_LINEAR_GRAIN;
}

static void
multiply (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  float *piece = job->pieces + arra_linear_rows_pieces (job->rows, worker);

  arra_linear_piece (job->kernels, job->weight, begin, end, job->x, job->rows, piece, ARRA_LINEAR_GRAIN);
  for (gsize row = 0; row < job->rows; row++)
    memcpy (job->y[row] + begin, piece + row * ARRA_LINEAR_GRAIN, (end - begin) * sizeof (float));
}

void
arra_linear_rows (const ArraExec *exec,
                  const float *x,
                  gsize rows,
                  ArraBlockQ8A *scratch,
                  const ArraTensor *weight,
                  float *pieces,
                  float *const *y)
{
  gsize width = (gsize) weight->shape[1];
  gboolean quantized = arra_dtype_takes_blocks (weight->dtype);
  Job job = { exec->kernels, weight, quantized ? (const void *) scratch : x, rows, pieces, y };

  if (quantized)
    arra_linear_quantize (exec, x, rows, width, scratch);
  arra_pool_run (exec->pool, (gsize) weight->shape[0], ARRA_LINEAR_GRAIN, multiply, &job);
}
