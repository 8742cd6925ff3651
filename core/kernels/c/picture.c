/* picture.c - kernels of the picture decoder (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <math.h>

#include "detmath.h"

void
arra_c_affine_swish (const float *x,
                     gsize n_pixels,
                     gsize channels,
                     const float *scale,
                     const float *bias,
                     gboolean swish,
                     float *y)
{
  for (gsize p = 0; p < n_pixels; p++, x += channels, y += channels)
    for (gsize c = 0; c < channels; c++)
      {
        float v = fmaf (x[c], scale[c], bias[c]);
        y[c] = swish ? v / (1.0f + arra_expf (-v)) : v;
      }
}

void
arra_c_affine_swish_vjp (const float *x,
                         const float *dy,
                         gsize n_pixels,
                         gsize channels,
                         const float *scale,
                         const float *bias,
                         float *dv,
                         float *sums)
{
  for (gsize p = 0; p < n_pixels; p++, x += channels, dy += channels, dv += channels)
    for (gsize c = 0; c < channels; c++)
      {
        float v = fmaf (x[c], scale[c], bias[c]);
        float s = 1.0f / (1.0f + arra_expf (-v));
        float d = dy[c] * (s * fmaf (v, 1.0f - s, 1.0f));

        sums[c] += d;
        sums[channels + c] = fmaf (d, x[c], sums[channels + c]);
        dv[c] = d;
      }
}
