/* convert.c - half, bfloat16 and float into one another, and rows of them (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <string.h>

static inline float
float_from_bits (guint32 bits)
{
  float f;
  memcpy (&f, &bits, sizeof f);
  return f;
}

static inline guint32
float_bits (float f)
{
  guint32 bits;
  memcpy (&bits, &f, sizeof bits);
  return bits;
}

float
arra_half_to_float (guint16 h)
{
  guint32 sign = (guint32) (h & 0x8000) << 16;
  guint32 exponent = (h >> 10) & 0x1f;
  guint32 mantissa = h & 0x3ff;

  if (exponent == 0x1f) /* a NaN becomes quiet and keeps its payload */
    return float_from_bits (sign | 0x7f800000u | (mantissa != 0 ? 0x00400000u : 0) | mantissa << 13);
  if (exponent == 0)
    return float_from_bits (sign | float_bits ((float) mantissa * 0x1p-24f));
  return float_from_bits (sign | (exponent + 112) << 23 | mantissa << 13);
}

guint16
arra_float_to_half (float f)
{
  guint32 bits = float_bits (f);
  guint16 sign = (guint16) ((bits >> 16) & 0x8000);

  bits &= 0x7fffffffu;
  if (bits > 0x7f800000u)
    return (guint16) (sign | 0x7e00 | ((bits >> 13) & 0x3ff));
  if (bits >= 0x477ff000u) /* 65520, which rounds up beyond the largest half */
    return sign | 0x7c00;
  if (bits < 0x38800000u) /* denormal halves: one half's ulp is 2^-24, the unit of 0.5f's last place */
    return (guint16) (sign | (float_bits (float_from_bits (bits) + 0.5f) - 0x3f000000u));
  bits += 0x0fffu + ((bits >> 13) & 1);
  return (guint16) (sign | ((bits - (112u << 23)) >> 13));
}

float
arra_bf16_to_float (guint16 b)
{
  return float_from_bits ((guint32) b << 16);
}

guint16
arra_float_to_bf16 (float f)
{
  guint32 bits = float_bits (f);

  if ((bits & 0x7fffffffu) > 0x7f800000u)
    return (guint16) ((bits >> 16) | 0x40);
  return (guint16) ((bits + 0x7fffu + ((bits >> 16) & 1)) >> 16);
}

void
arra_c_widen_bf16 (const void *src, gsize n, float *dst)
{
  for (gsize i = 0; i < n; i++)
    {
      guint16 v;
      memcpy (&v, (const guint8 *) src + 2 * i, sizeof v);
      dst[i] = arra_bf16_to_float (v);
    }
}

void
arra_c_widen_f16 (const void *src, gsize n, float *dst)
{
  for (gsize i = 0; i < n; i++)
    {
      guint16 v;
      memcpy (&v, (const guint8 *) src + 2 * i, sizeof v);
      dst[i] = arra_half_to_float (v);
    }
}

void
arra_c_widen_q8_0 (const void *src, gsize n, float *dst)
{
  for (gsize b = 0; b < n / ARRA_QK; b++)
    {
      ArraBlockQ8_0 block;
      float d;

      memcpy (&block, (const guint8 *) src + b * sizeof block, sizeof block);
      d = arra_half_to_float (block.d);
      for (gsize i = 0; i < ARRA_QK; i++)
        dst[b * ARRA_QK + i] = d * (float) block.q[i];
    }
}
