/* gelu.h - the Gaussian error linear unit (Hendrycks and Gimpel, arXiv 1606.08415)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* y = x / 2 * (1 + erf (x / sqrt 2)) over @n elements; y may be x. The same bits on every machine. */
void arra_gelu (const ArraExec *exec, const float *x, gsize n, float *y);

/* Its approximation y = x / 2 * (1 + tanh (sqrt (2 / pi) (x + 0.044715 x^3))), as torch's approximate="tanh". */
void arra_gelu_tanh (const ArraExec *exec, const float *x, gsize n, float *y);
/* dx += dy * its slope */
void arra_gelu_tanh_vjp (const ArraExec *exec, const float *x, const float *dy, gsize n, float *dx);

/* dx += dy * (Phi (x) + x phi (x)), with the normal distribution Phi and its density phi. */
void arra_gelu_vjp (const ArraExec *exec, const float *x, const float *dy, gsize n, float *dx);
