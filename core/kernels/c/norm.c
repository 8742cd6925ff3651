/* norm.c - RMS and layer normalisation of one row (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <math.h>

void
arra_c_rms_norm (const float *x, const float *w, gsize n, float eps, float *y)
{
  float scale = 1.0f / sqrtf (arra_c_dot (x, x, n) / (float) n + eps);

  for (gsize i = 0; i < n; i++)
    y[i] = x[i] * scale * w[i];
}

void
arra_c_layer_norm (const float *x, const float *w, const float *b, gsize n, float eps, float *y)
{
  float sum[ARRA_LANES] = { 0 };
  float squares[ARRA_LANES] = { 0 };
  float mean, deviation;

  for (gsize i = 0; i < n; i++)
    sum[i % ARRA_LANES] += x[i];
  mean = arra_c_fold (sum) / (float) n;
  for (gsize i = 0; i < n; i++)
    {
      float d = x[i] - mean;
      squares[i % ARRA_LANES] = fmaf (d, d, squares[i % ARRA_LANES]);
    }
  deviation = sqrtf (arra_c_fold (squares) / (float) n + eps);
  for (gsize i = 0; i < n; i++)
    y[i] = (x[i] - mean) / deviation * w[i] + b[i];
}
