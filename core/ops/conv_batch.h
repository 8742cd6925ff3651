/* conv_batch.h - convolution of a batch of feature maps and its gradients, for training
 *
 * Every form is a set of phases on a grid: at each point of it some inputs around one place of the source ("taps") make
 * one output. A convolution of a map that is twice as large (nearest neighbour) is four convolutions of the small map
 * with two by two taps, whose weights are sums; the gradient of a stride of two is four convolutions too. Bilinear
 * upsampling has three by three taps. Strips of rows with their border lie in a thread's cache; no patches are copied
 * (kernels.h: convolve).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "exec.h"
#include "padding.h"

typedef enum
{
  ARRA_CONV_1X1,
  ARRA_CONV_3X3,  /* one pixel of padding on each side */
  ARRA_CONV_DOWN, /* 3x3, stride 2, one pixel of padding on the right and at the bottom; sides are even */
  ARRA_CONV_UP,   /* 3x3 after nearest-neighbour upsampling to twice the sides */
  /* the same after bilinear upsampling, which leaves no grid behind: each new pixel is three fourths of the nearest and
     a fourth of the next nearest, along both axes */
  ARRA_CONV_UP_SMOOTH,
} ArraConvForm;

typedef struct
{
  ArraConvForm form;
  gsize n, height, width; /* of the input: [n][height][width][in_channels] */
  gsize in_channels, out_channels;
  ArraPadding padding;
} ArraConvBatch;

void arra_conv_batch_output_size (const ArraConvBatch *conv, gsize *height, gsize *width);
gsize arra_conv_batch_scratch (const ArraConvBatch *conv, guint threads);     /* floats */
gsize arra_conv_batch_vjp_scratch (const ArraConvBatch *conv, guint threads); /* floats */

/* y = conv (x) + bias (+ residual). @weight: PyTorch's [out_channels][in_channels][k][k]. @residual: (nullable): the
 * shape of @y. The same bits for any number of threads. */
void arra_conv_batch (const ArraExec *exec,
                      const ArraConvBatch *conv,
                      const float *x,
                      const float *weight,
                      const float *bias,
                      const float *residual,
                      float *scratch,
                      float *y);
/* Adds to the gradients that are wanted (not NULL); the same bits for any number of threads. */
void arra_conv_batch_vjp (const ArraExec *exec,
                          const ArraConvBatch *conv,
                          const float *x,
                          const float *weight,
                          const float *dy,
                          float *scratch,
                          float *dx,
                          float *dweight,
                          float *dbias);
