/* average_pool.h - the mean of each channel over the pixels of a feature map
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* y[n][channels] = mean over pixels of x [n][pixels][channels]; sums in double, in the order of the pixels. */
void arra_average_pool (const ArraExec *exec, const float *x, gsize n, gsize pixels, gsize channels, float *y);
/* dx += dy / pixels. */
void arra_average_pool_vjp (const ArraExec *exec, const float *dy, gsize n, gsize pixels, gsize channels, float *dx);
