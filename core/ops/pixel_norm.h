/* pixel_norm.h - normalisation of each pixel of feature maps over its channels, with the swish behind it
 *
 * Group normalisation takes its statistics from the whole map, so that a network that must keep a flat map flat learns
 * to put a large number somewhere, which then decides about everything else, and is seen (StyleGAN2, arXiv 1912.04958,
 * section 2). What is normalised pixel by pixel does not hang on what lies elsewhere, nor on the map's size.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* y = (x - mean) / sqrt (variance + eps) * weight + bias, each of @rows pixels of @width channels alone, then v / (1 +
 * exp (-v)) with @swish; y may be x. */
void arra_pixel_norm (const ArraExec *exec,
                      const float *x,
                      const float *weight,
                      const float *bias,
                      gsize rows,
                      gsize width,
                      float eps,
                      gboolean swish,
                      float *y);

gsize arra_pixel_norm_vjp_scratch (gsize rows, gsize width); /* floats */

/* dx +=, dweight += and dbias += the gradients; @x: the input. @dy is overwritten. */
void arra_pixel_norm_vjp (const ArraExec *exec,
                          const float *x,
                          const float *weight,
                          const float *bias,
                          gsize rows,
                          gsize width,
                          float eps,
                          gboolean swish,
                          float *dy,
                          float *scratch,
                          float *dx,
                          float *dweight,
                          float *dbias);
