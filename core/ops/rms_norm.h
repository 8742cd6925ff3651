/* rms_norm.h - root mean square layer normalisation (Zhang and Sennrich, arXiv 1910.07467)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* y = x / sqrt (mean (x^2) + eps) * weight, each of @rows rows of @width alone; y may be x. */
void arra_rms_norm (const ArraExec *exec, const float *x, const float *weight, gsize rows, gsize width, float eps, float *y);
