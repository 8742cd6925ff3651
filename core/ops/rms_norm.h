/* rms_norm.h - root mean square layer normalisation (Zhang and Sennrich, arXiv 1910.07467)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* y = x / sqrt (mean (x^2) + eps) * weight, each of @rows rows of @width alone; y may be x. */
void
arra_rms_norm (const ArraExec *exec, const float *x, const float *weight, gsize rows, gsize width, float eps, float *y);

/* dx += and dweight += the gradients of arra_rms_norm(). With s = 1 / sqrt (mean (x^2) + eps):
 * dx = s (w dy - x s^2 mean (w dy x)), dweight = sum over rows of dy x s. @scales: room for @rows floats. */
void arra_rms_norm_vjp (const ArraExec *exec,
                        const float *x,
                        const float *weight,
                        const float *dy,
                        gsize rows,
                        gsize width,
                        float eps,
                        float *scales,
                        float *dx,
                        float *dweight);
