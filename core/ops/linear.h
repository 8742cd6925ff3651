/* linear.h - products of rows with weight matrices of every type of weights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"
#include "tensor.h"

/* One matrix and where its product goes. @weight: [outputs][width], of a type that arra_dtype_matmul() takes. @y:
 * [rows][outputs]. */
typedef struct
{
  const ArraTensor *weight;
  float *y;
} ArraLinear;

/* y = x W^T for each part, x: [rows][width]. All parts share one loop over the pool, and one quantisation of x when
 * some of them are quantised: @scratch has room for rows * width / ARRA_QK blocks (nullable when none is). A row's
 * result depends on that row alone. */
void arra_linear (const ArraExec *exec,
                  const float *x,
                  gsize rows,
                  gsize width,
                  ArraBlockQ8A *scratch,
                  const ArraLinear *parts,
                  guint n_parts);

/* x as blocks for quantised weights: [rows][width / ARRA_QK]. */
void arra_linear_quantize (const ArraExec *exec, const float *x, gsize rows, gsize width, ArraBlockQ8A *blocks);

/* Outputs @begin..@end-1 of one matrix, both multiples of arra_dtype_rows(); @x: float rows, or blocks when @weight is
 * quantised. y[row * y_stride] is output @begin. */
void arra_linear_piece (const ArraKernels *kernels,
                        const ArraTensor *weight,
                        gsize begin,
                        gsize end,
                        const void *x,
                        gsize rows,
                        float *y,
                        gsize y_stride);

/* Weight rows handed to a thread at a time. */
#define ARRA_LINEAR_GRAIN 64
