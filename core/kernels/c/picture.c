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

void
arra_c_moments (const float *x, gsize n, double out[2])
{
  double sum[ARRA_LANES] = { 0 };
  double squares[ARRA_LANES] = { 0 };

  for (gsize i = 0; i < n; i++)
    {
      double v = (double) x[i];
      sum[i % ARRA_LANES] += v;
      squares[i % ARRA_LANES] += v * v; /* the product of two floats is exact */
    }
  for (gsize half = ARRA_LANES / 2; half > 0; half /= 2)
    for (gsize j = 0; j < half; j++)
      {
        sum[j] += sum[j + half];
        squares[j] += squares[j + half];
      }
  out[0] = sum[0];
  out[1] = squares[0];
}
