/* picture.c - kernels of the picture decoder (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <math.h>

#include "detmath.h"

void
arra_c_affine_swish (const float *x, gsize n_pixels, gsize channels, const float *scale, const float *bias,
                     gboolean swish, float *y)
{
  for (gsize p = 0; p < n_pixels; p++, x += channels, y += channels)
    for (gsize c = 0; c < channels; c++)
      {
        float v = fmaf (x[c], scale[c], bias[c]);
        y[c] = swish ? v / (1.0f + arra_expf (-v)) : v;
      }
}
