/* linear.c - products of rows with weight matrices
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "linear.h"

#include "dtype_kernels.h"

#define QUANTIZE_GRAIN 8192 /* elements: fewer are not worth waking a thread for */

typedef struct
{
  const ArraKernels *kernels;
  const float *x;
  const ArraBlockQ8A *blocks;
  gsize rows;
  const ArraLinear *parts;
  guint n_parts;
} Job;

typedef struct
{
  const ArraKernels *kernels;
  const float *x;
  ArraBlockQ8A *blocks;
} QuantizeJob;

void
arra_linear_piece (const ArraKernels *kernels,
                   const ArraTensor *weight,
                   gsize begin,
                   gsize end,
                   const void *x,
                   gsize rows,
                   float *y,
                   gsize y_stride)
{
  gsize width = (gsize) weight->shape[1];
  gsize w_stride = weight->n_bytes / (gsize) weight->shape[0];
  gsize x_stride
      = arra_dtype_takes_blocks (weight->dtype) ? width / ARRA_QK * sizeof (ArraBlockQ8A) : width * sizeof (float);
  const guint8 *w = weight->data;

  arra_dtype_matmul (weight->dtype, kernels) (w + begin * w_stride, w_stride, end - begin, width, x, x_stride, rows, y,
                                              y_stride);
}

/* @n as a multiple of @together, upwards */
static gsize
whole (gsize n, gsize together)
{
  return (n + together - 1) / together * together;
}

/* The loop runs over the output rows of all parts, one after the other: a chunk may hold the end of one and
 * the beginning of the next. Rows that lie together belong to the chunk that holds the first of them. */
static void
multiply (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  gsize first = 0;

  for (guint i = 0; i < job->n_parts && first < end; i++)
    {
      const ArraLinear *part = &job->parts[i];
      gsize outputs = (gsize) part->weight->shape[0];
      gsize together = arra_dtype_rows (part->weight->dtype);
      gsize from = whole (MAX (begin, first) - first, together);
      gsize to = whole (MIN (end, first + outputs) - first, together);

      if (first + outputs > begin && from < to)
        arra_linear_piece (job->kernels, part->weight, from, to,
                           arra_dtype_takes_blocks (part->weight->dtype) ? (const void *) job->blocks : job->x,
                           job->rows, part->y + from, outputs);
      first += outputs;
    }
}

static void
quantize (gsize begin, gsize end, guint worker, gpointer data)
{
  const QuantizeJob *job = data;

  job->kernels->quantize_q8a (job->x + begin, end - begin, job->blocks + begin / ARRA_QK);
}

void
arra_linear_quantize (const ArraExec *exec, const float *x, gsize rows, gsize width, ArraBlockQ8A *blocks)
{
  QuantizeJob job = { exec->kernels, x, blocks };

  g_assert (width % ARRA_QK == 0);
  arra_pool_run (exec->pool, rows * width, QUANTIZE_GRAIN, quantize, &job);
}

void
arra_linear (const ArraExec *exec,
             const float *x,
             gsize rows,
             gsize width,
             ArraBlockQ8A *scratch,
             const ArraLinear *parts,
             guint n_parts)
{
  Job job = { exec->kernels, x, scratch, rows, parts, n_parts };
  gsize outputs = 0;
  gboolean quantized = FALSE;

  for (guint i = 0; i < n_parts; i++)
    {
      g_assert (parts[i].weight->n_dims == 2 && (gsize) parts[i].weight->shape[1] == width);
      outputs += (gsize) parts[i].weight->shape[0];
      quantized |= arra_dtype_takes_blocks (parts[i].weight->dtype);
    }
  if (quantized)
    arra_linear_quantize (exec, x, rows, width, scratch);
  arra_pool_run (exec->pool, outputs, ARRA_LINEAR_GRAIN, multiply, &job);
}
