/* quantize.c - blocks of 32 floats to 8-bit integers with one scale (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <math.h>
#include <string.h>

#define INFINITE_BITS 0x7f800000u

/* The largest |x| as its bits: they order like the values, with infinity and then NaN above every finite one. */
static guint32
largest_bits (const float *x)
{
  guint32 largest = 0;

  for (gsize i = 0; i < ARRA_QK; i++)
    {
      guint32 bits;
      memcpy (&bits, x + i, sizeof bits);
      largest = MAX (largest, bits & 0x7fffffffu);
    }
  return largest;
}

static void
quantize_block (const float *x, ArraBlockQ8A *dst)
{
  guint32 bits = largest_bits (x);
  float largest, inverse;

  memcpy (&largest, &bits, sizeof largest);
  memset (dst, 0, sizeof *dst);
  if (bits >= INFINITE_BITS)
    {
      dst->d = NAN;
      return;
    }
  if (largest < ARRA_Q8A_SMALLEST)
    return;
  dst->d = largest / 127.0f;
  inverse = 127.0f / largest;
  for (gsize i = 0; i < ARRA_QK; i++)
    {
      dst->q[i] = (gint8) lrintf (x[i] * inverse);
      dst->offset -= 128 * (gint32) dst->q[i];
    }
}

void
arra_c_quantize_q8a (const float *x, gsize k, ArraBlockQ8A *dst)
{
  for (gsize b = 0; b < k / ARRA_QK; b++)
    quantize_block (x + b * ARRA_QK, dst + b);
}

gboolean
arra_quantize_row_q8_0 (const float *x, gsize k, ArraBlockQ8_0 *dst)
{
  for (gsize b = 0; b < k / ARRA_QK; b++, x += ARRA_QK)
    {
      guint32 bits = largest_bits (x);
      float largest, d, inverse;

      memcpy (&largest, &bits, sizeof largest);
      memset (dst + b, 0, sizeof dst[b]);
      if (bits >= INFINITE_BITS)
        return FALSE;
      d = largest / 127.0f;
      dst[b].d = arra_float_to_half (d);
      if (!isfinite (arra_half_to_float (dst[b].d)))
        return FALSE;
      inverse = d > 0 ? 1.0f / d : 0.0f;
      if (!isfinite (inverse)) /* d is far below the smallest half, the block is zero */
        continue;
      for (gsize i = 0; i < ARRA_QK; i++)
        dst[b].q[i] = (gint8) roundf (x[i] * inverse);
    }
  return TRUE;
}
