/* dense.h - a linear layer for training and encoders: f32, through gemm.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* y = x W^T + b. x: [rows][width], @weight: [outputs][width], @bias: (nullable) [outputs], y: [rows][outputs]. The same
 * bits for any number of threads, but not those of arra_linear(), which decides tokens. */
void arra_dense (const ArraExec *exec,
                 const float *x,
                 const float *weight,
                 const float *bias,
                 gsize rows,
                 gsize width,
                 gsize outputs,
                 float *y);

/* dx (nullable: a constant) += dy W, dweight += dy^T x, dbias (nullable) += the sum of dy over rows. */
void arra_dense_vjp (const ArraExec *exec,
                     const float *x,
                     const float *weight,
                     const float *dy,
                     gsize rows,
                     gsize width,
                     gsize outputs,
                     float *dx,
                     float *dweight,
                     float *dbias);
