/* gelu.h - the Gaussian error linear unit, exact form (Hendrycks and Gimpel, arXiv 1606.08415)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* y = x / 2 * (1 + erf (x / sqrt 2)) over @n elements; y may be x. Uses the C library's erf: never on the path that decides tokens. */
void arra_gelu (const ArraExec *exec, const float *x, gsize n, float *y);

/* dx += dy * (Phi (x) + x phi (x)), with the normal distribution Phi and its density phi. */
void arra_gelu_vjp (const ArraExec *exec, const float *x, const float *dy, gsize n, float *dx);
