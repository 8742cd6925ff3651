/* conv_input.h - pieces of what a convolution reads
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "conv2d.h"

typedef struct
{
  const ArraFeatureMap *map;
  ArraConv2dReading reading;
  gsize stride;
  const ArraKernels *kernels;
} ArraConvInput;

/* A rectangle of output pixels. */
typedef struct
{
  gsize y, x, height, width;
} ArraConvTile;

/* Whether patches are taken from a halo, which is read first. */
gboolean arra_conv_input_has_halo (const ArraConvInput *input);
/* Any input can be read so. What a tile of a 3x3 convolution of stride 1 reads: [height + 2][width + 2][in_channels].
 */
void arra_conv_input_halo (const ArraConvInput *input, const ArraConvTile *tile, float *halo);
/* What row @ky of a 3x3 kernel is multiplied with: [pixels of the tile][3][in_channels]. */
void arra_conv_input_patches (const ArraConvInput *input,
                              const ArraConvTile *tile,
                              guint ky,
                              const float *halo,
                              float *patches);
