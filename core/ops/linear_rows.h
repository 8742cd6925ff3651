/* linear_rows.h - a linear layer whose output rows lie wherever the caller wants each of them: logits
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "linear.h"

/* y[row] = x[row] W^T, @weight [outputs][width], x: [rows][width]. @scratch as in arra_linear(). @pieces: room for
 * arra_linear_rows_pieces (rows, threads of the pool) floats. The bits are those of arra_linear(). */
void arra_linear_rows (const ArraExec *exec,
                       const float *x,
                       gsize rows,
                       ArraBlockQ8A *scratch,
                       const ArraTensor *weight,
                       float *pieces,
                       float *const *y);

gsize arra_linear_rows_pieces (gsize rows, guint threads);
