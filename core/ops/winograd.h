/* winograd.h - 3x3 convolutions by Winograd's F(4x4, 3x3): 36 products make 16 pixels, instead of 144
 *
 * Source: arXiv 1509.09308. Sums are rounded otherwise than those of the plain convolution. Of a map of nearest
 * neighbours, twice as large as what it is made of, 11 of the 36 products are zero and are left out.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "conv2d.h"

#define ARRA_WINOGRAD_SIDE 4     /* pixels of a square that is made at once */
#define ARRA_WINOGRAD_OUTPUTS 64 /* channels that are made at once, at most */

/* A tile, sides of which are multiples of ARRA_WINOGRAD_SIDE. */
typedef struct
{
  const ArraKernels *kernels;
  const ArraConv2d *conv;
  const float *weights; /* transformed */
  gsize height, width;
  gboolean doubled; /* pixels come in squares of two by two alike, the first of which begins where the tile does */
  float *scratch;
} ArraWinogradTile;

/* Floats of all weights of such a convolution, transformed. */
gsize arra_winograd_weights (gsize in_channels, gsize out_channels);
/* @conv's weights into @weights, in the order in which they are read: for each ARRA_WINOGRAD_OUTPUTS channels
 * [36][panels][in_channels][32]. */
void arra_winograd_transform (const ArraExec *exec, const ArraConv2d *conv, float *weights);

/* Floats for a tile of @n_pixels. */
gsize arra_winograd_scratch (const ArraConv2d *conv, gsize n_pixels);
/* Reads halo [height + 2][width + 2][in_channels]. */
void arra_winograd_read (const ArraWinogradTile *tile, const float *halo);
/* result [height][width][n], without the bias, of the @n channels from @first on that are made together: a multiple of
 * ARRA_WINOGRAD_OUTPUTS, and as many or what is left. */
void arra_winograd_make (const ArraWinogradTile *tile, gsize first, gsize n, float *result);
