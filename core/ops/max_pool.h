/* max_pool.h - the largest of each window along a row, as PyTorch's AdaptiveMaxPool1d cuts them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* y[row][i] = the largest of x[row][floor (i width / outputs)] .. x[row][ceil ((i + 1) width / outputs) - 1], outputs
 * <= width. */
void arra_max_pool (const ArraExec *exec, const float *x, gsize rows, gsize width, gsize outputs, float *y);

/* dx += dy where the window's largest lies, the first one when several are equal. */
void arra_max_pool_vjp (const ArraExec *exec,
                        const float *x,
                        const float *dy,
                        gsize rows,
                        gsize width,
                        gsize outputs,
                        float *dx);
