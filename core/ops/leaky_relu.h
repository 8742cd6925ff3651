/* leaky_relu.h - the leaky rectified linear unit (Maas et al., "Rectifier Nonlinearities Improve Neural Network
 * Acoustic Models", 2013)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

#define ARRA_LEAKY_RELU_SLOPE 0.2f /* below zero */

/* y = x, or x times the slope below zero, over @n elements; y may be x. */
void arra_leaky_relu (const ArraExec *exec, const float *x, gsize n, float *y);

/* dx += dy, times the slope where x is not above zero. */
void arra_leaky_relu_vjp (const ArraExec *exec, const float *x, const float *dy, gsize n, float *dx);
