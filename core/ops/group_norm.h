/* group_norm.h - group normalisation (arXiv 1803.08494) of feature maps, as a scale and a shift for each channel
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Adds each channel's sum and sum of squares over @n_pixels pixels [n_pixels][channels] to @moments [2][channels]. */
void arra_channel_moments (const float *x, gsize n_pixels, gsize channels, double *moments);

/* From @moments [n_tiles][2][channels] over @n_pixels pixels in all: (x - mean) / sqrt (var + eps) * weight + bias,
 * with mean and variance of the channel's group, becomes x * scale + shift. @channels is a multiple of @groups. */
void arra_group_norm_prepare (const double *moments,
                              gsize n_tiles,
                              gsize n_pixels,
                              gsize channels,
                              gsize groups,
                              double eps,
                              const float *weight,
                              const float *bias,
                              float *scale,
                              float *shift);
