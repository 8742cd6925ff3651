/* interleave.h - rows of planes as rows of pixels: channels stand side by side
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* y[row][i][c] = x[row][c][i]; rows of @channels planes of @pixels. */
void arra_interleave (const ArraExec *exec, const float *x, gsize rows, gsize channels, gsize pixels, float *y);
/* dx += the gradient: the way back. */
void arra_interleave_vjp (const ArraExec *exec, const float *dy, gsize rows, gsize channels, gsize pixels, float *dx);
