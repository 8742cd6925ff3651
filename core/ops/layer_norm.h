/* layer_norm.h - layer normalisation of rows (Ba, Kiros and Hinton, arXiv 1607.06450)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* y = (x - mean) / sqrt (variance + eps) * weight + bias, each of @rows rows of @width alone; y may be x. */
void arra_layer_norm (const ArraExec *exec,
                      const float *x,
                      const float *weight,
                      const float *bias,
                      gsize rows,
                      gsize width,
                      float eps,
                      float *y);

/* dx +=, dweight += and dbias += the gradients of arra_layer_norm(); @x: the input. @moments: room for 2 * rows floats.
 * With n = (x - mean) s, s = 1 / sqrt (variance + eps): dx = s (w dy - mean (w dy) - n mean (w dy n)), dweight = sum
 * over rows of dy n, dbias of dy. */
void arra_layer_norm_vjp (const ArraExec *exec,
                          const float *x,
                          const float *weight,
                          const float *dy,
                          gsize rows,
                          gsize width,
                          float eps,
                          float *moments,
                          float *dx,
                          float *dweight,
                          float *dbias);

/* For one row of @n, which other norms have, too: its mean and s into @moments; then dx += the gradient. */
void arra_layer_norm_measure (const float *x, gsize n, float eps, float moments[2]);
void arra_layer_norm_vjp_row (const float *x,
                              const float *weight,
                              const float *dy,
                              gsize n,
                              const float moments[2],
                              float *dx);
