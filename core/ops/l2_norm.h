/* l2_norm.h - rows brought to length 1
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* y = x / |x|, each of @rows rows of @width alone; a length counts as at least ARRA_L2_NORM_EPS. y may be x. */
void arra_l2_norm (const ArraExec *exec, const float *x, gsize rows, gsize width, float *y);
#define ARRA_L2_NORM_EPS 1e-12

/* dx += (dy - y (y dy)) / |x|. */
void arra_l2_norm_vjp (const ArraExec *exec, const float *x, const float *dy, gsize rows, gsize width, float *dx);
