/* winograd.h - 3x3 convolutions by Winograd's F(4x4, 3x3): 36 products make 16 pixels, instead of 144
 *
 * Source: arXiv 1509.09308. Sums are rounded otherwise than those of the plain convolution.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "conv2d.h"

#define ARRA_WINOGRAD_SIDE 4 /* pixels of a square that is made at once */

/* Floats of all weights of such a convolution, transformed. */
gsize arra_winograd_weights (gsize in_channels, gsize out_channels);
/* @conv's weights into @weights: [36][in_channels][out_channels]. */
void arra_winograd_transform (const ArraExec *exec, const ArraConv2d *conv, float *weights);

/* Floats for a tile of @n_pixels, sides of which are multiples of ARRA_WINOGRAD_SIDE. */
gsize arra_winograd_scratch (const ArraConv2d *conv, gsize n_pixels);
/* result [height][width][out_channels], without the bias, of halo [height + 2][width + 2][in_channels]. */
void arra_winograd_multiply (const ArraKernels *kernels,
                             const ArraConv2d *conv,
                             const float *weights,
                             const float *halo,
                             gsize height,
                             gsize width,
                             float *scratch,
                             float *result);
