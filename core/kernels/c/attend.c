/* attend.c - softmax and one query's attention over the cache (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <math.h>

#include "detmath.h"

float
arra_c_softmax (float *x, gsize n)
{
  float lane[ARRA_LANES] = { 0 };
  float max = arra_c_max (x, n);
  float sum;

  for (gsize i = 0; i < n; i++)
    {
      x[i] = arra_expf (x[i] - max);
      lane[i % ARRA_LANES] += x[i];
    }
  sum = arra_c_fold (lane);
  for (gsize i = 0; i < n; i++)
    x[i] /= sum;
  return sum;
}

void
arra_c_attend (const float *q,
               const float *k,
               const float *v,
               gsize stride,
               gsize n_pos,
               gsize head_dim,
               float scale,
               float *scores,
               float *out)
{
  for (gsize p = 0; p < n_pos; p++)
    scores[p] = arra_c_dot (q, k + p * stride, head_dim) * scale;
  arra_c_softmax (scores, n_pos);
  for (gsize i = 0; i < head_dim; i++)
    out[i] = 0.0f;
  for (gsize p = 0; p < n_pos; p++)
    for (gsize i = 0; i < head_dim; i++)
      out[i] = fmaf (scores[p], v[p * stride + i], out[i]);
}
