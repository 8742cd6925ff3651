/* dot.c - the lane sum and products of rows (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <math.h>
#include <string.h>

/* Weights come from mapped files, whose tensors may begin at any byte. */
static inline guint16
read_u16 (const guint8 *p)
{
  guint16 v;
  memcpy (&v, p, sizeof v);
  return v;
}

static inline float
read_f32 (const guint8 *p)
{
  float v;
  memcpy (&v, p, sizeof v);
  return v;
}

float
arra_c_fold (float lane[ARRA_LANES])
{
  for (gsize half = ARRA_LANES / 2; half > 0; half /= 2)
    for (gsize j = 0; j < half; j++)
      lane[j] += lane[j + half];
  return lane[0];
}

float
arra_c_dot (const float *a, const float *b, gsize n)
{
  float lane[ARRA_LANES] = { 0 };

  for (gsize i = 0; i < n; i++)
    lane[i % ARRA_LANES] = fmaf (a[i], b[i], lane[i % ARRA_LANES]);
  return arra_c_fold (lane);
}

void
arra_c_matmul_f32 (const void *w,
                   gsize w_stride,
                   gsize n_rows,
                   gsize k,
                   const void *x,
                   gsize x_stride,
                   gsize n_tokens,
                   float *y,
                   gsize y_stride)
{
  for (gsize r = 0; r < n_rows; r++)
    for (gsize t = 0; t < n_tokens; t++)
      {
        const guint8 *row = (const guint8 *) w + r * w_stride;
        const float *token = (const float *) ((const guint8 *) x + t * x_stride);
        float lane[ARRA_LANES] = { 0 };

        for (gsize i = 0; i < k; i++)
          lane[i % ARRA_LANES] = fmaf (read_f32 (row + 4 * i), token[i], lane[i % ARRA_LANES]);
        y[t * y_stride + r] = arra_c_fold (lane);
      }
}

void
arra_c_matmul_bf16 (const void *w,
                    gsize w_stride,
                    gsize n_rows,
                    gsize k,
                    const void *x,
                    gsize x_stride,
                    gsize n_tokens,
                    float *y,
                    gsize y_stride)
{
  for (gsize r = 0; r < n_rows; r++)
    for (gsize t = 0; t < n_tokens; t++)
      {
        const guint8 *row = (const guint8 *) w + r * w_stride;
        const float *token = (const float *) ((const guint8 *) x + t * x_stride);
        float lane[ARRA_LANES] = { 0 };

        for (gsize i = 0; i < k; i++)
          lane[i % ARRA_LANES] = fmaf (arra_bf16_to_float (read_u16 (row + 2 * i)), token[i], lane[i % ARRA_LANES]);
        y[t * y_stride + r] = arra_c_fold (lane);
      }
}

void
arra_c_matmul_f16 (const void *w,
                   gsize w_stride,
                   gsize n_rows,
                   gsize k,
                   const void *x,
                   gsize x_stride,
                   gsize n_tokens,
                   float *y,
                   gsize y_stride)
{
  for (gsize r = 0; r < n_rows; r++)
    for (gsize t = 0; t < n_tokens; t++)
      {
        const guint8 *row = (const guint8 *) w + r * w_stride;
        const float *token = (const float *) ((const guint8 *) x + t * x_stride);
        float lane[ARRA_LANES] = { 0 };

        for (gsize i = 0; i < k; i++)
          lane[i % ARRA_LANES] = fmaf (arra_half_to_float (read_u16 (row + 2 * i)), token[i], lane[i % ARRA_LANES]);
        y[t * y_stride + r] = arra_c_fold (lane);
      }
}
