/* linear.h - products of rows with weight matrices: f32, bf16, f16 and Q8_0
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"
#include "tensor.h"

/* One matrix and where its product goes. @weight: [outputs][width], F32, F16, BF16 or Q8_0. @y: [rows][outputs]. */
typedef struct
{
  const ArraTensor *weight;
  float *y;
} ArraLinear;

/* y = x W^T for each part, x: [rows][width]. All parts share one loop over the pool, and one quantisation of x when some of them are
 * Q8_0: @scratch has room for rows * width / ARRA_QK blocks (nullable when none is). A row's result depends on that row alone. */
void arra_linear (const ArraExec *exec, const float *x, gsize rows, gsize width, ArraBlockQ8A *scratch, const ArraLinear *parts, guint n_parts);

/* x as blocks for Q8_0 weights: [rows][width / ARRA_QK]. */
void arra_linear_quantize (const ArraExec *exec, const float *x, gsize rows, gsize width, ArraBlockQ8A *blocks);

/* Outputs @begin..@end-1 of one matrix; @x: float rows, or blocks when @weight is Q8_0. y[row * y_stride] is output @begin. */
void arra_linear_piece (const ArraKernels *kernels, const ArraTensor *weight, gsize begin, gsize end, const void *x, gsize rows, float *y, gsize y_stride);

/* Weight rows handed to a thread at a time. */
#define ARRA_LINEAR_GRAIN 64
