/* conv2d.h - two-dimensional convolution of feature maps, with its neighbours fused into reading and writing
 *
 * Each tile of output pixels gathers its input (im2col) into the worker's scratch and multiplies it by the weights
 * (gemm.h), or has Winograd's products made of it (winograd.h), which take about a third of the time.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "feature_map.h"
#include "padding.h"

/* kernel 1: no padding; kernel 3, stride 1: one pixel on each side; kernel 3, stride 2: one on the right and at the
 * bottom. */
typedef struct
{
  guint kernel; /* 1 or 3 */
  guint stride; /* 1, or 2 with kernel 3 */
  gsize in_channels, out_channels;
  const float *weight; /* [kernel][kernel][in_channels][out_channels] */
  const float *bias;   /* [out_channels] */
} ArraConv2d;

/* How the input is read. At most one of normalisation and upsampling. */
typedef struct
{
  /* (nullable): swish (x * scale[c] + shift[c]), or without the swish; padding stays zero */
  const float *scale, *shift;
  gboolean swish;
  gboolean upsample; /* twice as high and wide, nearest neighbour */
  /* upsampling is bilinear: three fourths of the nearest pixel, a fourth of the next nearest, along both axes */
  gboolean smooth;
  ArraPadding padding;
} ArraConv2dReading;

/* PyTorch's [out_channels][in_channels][kernel][kernel] to columns @first.. of a packed matrix that is @row wide. */
void arra_conv2d_pack (const float *weight,
                       gsize out_channels,
                       gsize in_channels,
                       guint kernel,
                       gsize first,
                       gsize row,
                       float *packed);

void arra_conv2d_output_size (const ArraConv2d *conv,
                              gboolean upsample,
                              gsize height,
                              gsize width,
                              gsize *out_height,
                              gsize *out_width);
/* Floats for each thread; @transformed: where there is room for transformed weights, too. */
gsize arra_conv2d_scratch (const ArraConv2d *conv, gsize out_height, gsize out_width, gboolean transformed);
/* Floats of the weights as Winograd's products take them (winograd.h); 0: the convolution is none that they suit. */
gsize arra_conv2d_transformed (const ArraConv2d *conv, gsize out_height, gsize out_width);
/* Parts of @moments; @transformed: as above. */
gsize arra_conv2d_tiles (const ArraConv2d *conv, gsize out_height, gsize out_width, gboolean transformed);

/* out = conv (reading (in)) + bias (+ residual). @reading, @residual: (nullable); @residual has the size of @out and
 * may be @out.
 * @moments: (nullable): [tiles][2][out_channels], for each tile and channel the sum of the output and of its square,
 * for arra_group_norm_prepare(). Fails only when cancelled. */
gboolean arra_conv2d (const ArraConv2d *conv,
                      const ArraFeatureMap *in,
                      const ArraConv2dReading *reading,
                      const ArraFeatureMap *residual,
                      const ArraFeatureMap *out,
                      double *moments,
                      const ArraMapWork *work,
                      GError **error);
