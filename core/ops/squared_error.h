/* squared_error.h - the squared distance between rows and the features they are aligned with
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* Sum over rows and columns of (x[row] - features[items[row]])^2; x: [rows][width], features: [n][width]. @errors:
 * [rows], written. */
double arra_squared_error (const ArraExec *exec,
                           const float *x,
                           const float *features,
                           const guint32 *items,
                           gsize rows,
                           gsize width,
                           float *errors);

/* dx += scale * 2 (x - feature). */
void arra_squared_error_vjp (const ArraExec *exec,
                             const float *x,
                             const float *features,
                             const guint32 *items,
                             gsize rows,
                             gsize width,
                             float scale,
                             float *dx);
