/* elementwise.c - kernels that treat each element, or pair of elements, alone (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <math.h>

#include "detmath.h"

void
arra_c_rope_half (float *x, const float *cosine, const float *sine, gsize n)
{
  gsize half = n / 2;

  for (gsize i = 0; i < half; i++)
    {
      float a = x[i];
      float b = x[i + half];

      x[i] = a * cosine[i] - b * sine[i];
      x[i + half] = b * cosine[i] + a * sine[i];
    }
}

void
arra_c_silu_mul (const float *gate, const float *up, gsize n, float *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = gate[i] / (1.0f + arra_expf (-gate[i])) * up[i];
}

void
arra_c_add (const float *x, gsize n, float *y)
{
  for (gsize i = 0; i < n; i++)
    y[i] += x[i];
}

void
arra_c_guide (const float *cond, const float *uncond, float scale, gsize n, float *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = uncond[i] + scale * (cond[i] - uncond[i]);
}

void
arra_c_exp (const float *x, gsize n, float *y)
{
  for (gsize i = 0; i < n; i++)
    y[i] = arra_expf (x[i]);
}

float
arra_c_max (const float *x, gsize n)
{
  float max = -INFINITY;

  for (gsize i = 0; i < n; i++)
    if (x[i] > max)
      max = x[i];
  return max + 0.0f; /* of the two zeros the positive one */
}
