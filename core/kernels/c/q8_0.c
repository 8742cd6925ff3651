/* q8_0.c - products of Q8_0 weights with quantised activations (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <math.h>
#include <string.h>

static float
row_times_token (const guint8 *row, const ArraBlockQ8A *token, gsize n_blocks)
{
  float acc = 0.0f;

  for (gsize b = 0; b < n_blocks; b++)
    {
      ArraBlockQ8_0 block;
      gint32 sum = 0;

      memcpy (&block, row + b * sizeof block, sizeof block);
      for (gsize i = 0; i < ARRA_QK; i++)
        sum += (gint32) block.q[i] * (gint32) token[b].q[i];
      acc = fmaf ((float) sum, arra_half_to_float (block.d) * token[b].d, acc);
    }
  return acc;
}

void
arra_c_matmul_q8_0 (const void *w, gsize w_stride, gsize n_rows, gsize k, const void *x, gsize x_stride,
                    gsize n_tokens, float *y, gsize y_stride)
{
  for (gsize r = 0; r < n_rows; r++)
    for (gsize t = 0; t < n_tokens; t++)
      {
        const guint8 *row = (const guint8 *) w + r * w_stride;
        const ArraBlockQ8A *token = (const ArraBlockQ8A *) ((const guint8 *) x + t * x_stride);

        y[t * y_stride + r] = row_times_token (row, token, k / ARRA_QK);
      }
}
