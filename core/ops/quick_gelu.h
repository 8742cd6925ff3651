/* quick_gelu.h - CLIP's cheap form of the Gaussian error linear unit (openai/CLIP, clip/model.py, QuickGELU)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* y = x / (1 + exp (-1.702 x)) over @n elements; y may be x. */
void arra_quick_gelu (const ArraExec *exec, const float *x, gsize n, float *y);

/* dx += dy * s (1 + 1.702 x (1 - s)), s = 1 / (1 + exp (-1.702 x)). */
void arra_quick_gelu_vjp (const ArraExec *exec, const float *x, const float *dy, gsize n, float *dx);
