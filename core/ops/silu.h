/* silu.h - the sigmoid linear unit (Elfwing et al., arXiv 1702.03118)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* y = x / (1 + exp (-x)) over @n elements; y may be x. The same bits on every machine. */
void arra_silu (const ArraExec *exec, const float *x, gsize n, float *y);

/* dx += dy * s (1 + x (1 - s)), with s = 1 / (1 + exp (-x)). */
void arra_silu_vjp (const ArraExec *exec, const float *x, const float *dy, gsize n, float *dx);
