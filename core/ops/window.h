/* window.h - convolution and pooling of feature maps by windows of any size and stride, for networks that are
 * only run
 *
 * A map is [n][height][width][channels] with rows of pixels that may be parts of wider ones, so that what
 * several operations make lies side by side without being copied.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

typedef struct
{
  float *data;
  gsize n, height, width, channels;
  gsize stride; /* floats from one pixel to the next, at least channels */
} ArraWindowMap;

/* Where windows lie: @height x @width pixels, @stride pixels apart, the first one @top and @left pixels
 * outside of the map. */
typedef struct
{
  gsize height, width, stride, top, left;
} ArraWindow;

typedef struct
{
  ArraWindow window;
  const float *weight; /* [height][width][in][out] of the window and the maps' channels */
  const float *bias;   /* (nullable): [out] */
  const float *scale,
      *shift;    /* (nullable): [in]: what is read is max (x * scale + shift, 0); outside of the map it is 0 */
  gboolean relu; /* of the result */
} ArraWindowConv;

/* The size of what windows make of a map. */
gsize arra_window_output (gsize size, gsize window, gsize stride, gsize padding);
gsize arra_window_conv_scratch (const ArraWindow *window, gsize in_channels, guint threads); /* floats */

/* @out has the size of arra_window_output(). The same bits for any number of threads. */
void arra_window_conv (const ArraExec *exec,
                       const ArraWindowConv *conv,
                       const ArraWindowMap *in,
                       float *scratch,
                       const ArraWindowMap *out);
/* The largest, or the mean, of what lies within the map. */
void
arra_window_max (const ArraExec *exec, const ArraWindow *window, const ArraWindowMap *in, const ArraWindowMap *out);
void
arra_window_mean (const ArraExec *exec, const ArraWindow *window, const ArraWindowMap *in, const ArraWindowMap *out);
