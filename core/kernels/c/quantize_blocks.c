/* quantize_blocks.c - floats to GGUF's blocks of 4 and 6 bits: scales by least squares over several roundings (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <math.h>
#include <string.h>

#define ROUNDINGS 2        /* tried to either side of the one whose extreme is met */
#define SMALLEST 0x1p-100f /* a block whose largest |x| is below this is zero: the smallest half is 2^-24 */

/* The largest |x|, infinite when one is not finite */
static float
largest_of (const float *x, gsize n)
{
  float largest = 0;

  for (gsize i = 0; i < n; i++)
    {
      if (!isfinite (x[i]))
        return INFINITY;
      largest = MAX (largest, fabsf (x[i]));
    }
  return largest;
}

static int
rounded (float x, int low, int high)
{
  return (int) lrintf (CLAMP (x, (float) low, (float) high));
}

/* The scale whose multiples from -@limit to @limit - 1 come nearest to @x, numbers of at most 1; large ones count more.
 */
static float
fit_scale (const float *x, gsize n, int limit)
{
  float extreme = 0, best = 0, scale = 0;

  for (gsize i = 0; i < n; i++)
    if (fabsf (x[i]) > fabsf (extreme))
      extreme = x[i];
  for (int step = -ROUNDINGS; step <= ROUNDINGS && fabsf (extreme) > SMALLEST; step++)
    {
      float inverse = -((float) limit + 0.25f * (float) step) / extreme;
      float xq = 0, qq = 0;

      for (gsize i = 0; i < n; i++)
        {
          float q = (float) rounded (x[i] * inverse, -limit, limit - 1);
          xq += x[i] * x[i] * x[i] * q;
          qq += x[i] * x[i] * q * q;
        }
      if (qq > 0 && xq * xq > best * qq)
        {
          best = xq * xq / qq;
          scale = xq / qq;
        }
    }
  return scale;
}

/* Sums over a block with the weight of each number: of 1, q, q^2, x, x q */
typedef struct
{
  float one, q, qq, x, xq;
} Sums;

/* What is taken off (>= 0) and the scale with the least squares for one rounding; FALSE when there is none */
static gboolean
solve (const Sums *s, float *scale, float *min)
{
  float det = s->one * s->qq - s->q * s->q;

  if (det > 0)
    {
      *scale = (s->one * s->xq - s->q * s->x) / det;
      *min = (s->q * s->xq - s->qq * s->x) / det;
    }
  if (!(det > 0) || *min < 0)
    {
      *min = 0;
      *scale = s->qq > 0 ? s->xq / s->qq : 0;
    }
  return *scale > 0;
}

/* The weight of a number: its square and the mean of all */
static float
mean_square (const float *x)
{
  float sum = 0;

  for (gsize i = 0; i < ARRA_QK; i++)
    sum += x[i] * x[i];
  return sum / ARRA_QK;
}

static Sums
sums_of (const float *x, float low, float inverse, float mean)
{
  Sums s = { 0 };

  for (gsize i = 0; i < ARRA_QK; i++)
    {
      float weight = x[i] * x[i] + mean;
      float q = (float) rounded ((x[i] - low) * inverse, 0, 15);

      s.one += weight;
      s.q += weight * q;
      s.qq += weight * q * q;
      s.x += weight * x[i];
      s.xq += weight * x[i] * q;
    }
  return s;
}

static float
error_of (const float *x, float low, float inverse, float mean, float scale, float min)
{
  float error = 0;

  for (gsize i = 0; i < ARRA_QK; i++)
    {
      float q = (float) rounded ((x[i] - low) * inverse, 0, 15);
      float difference = scale * q - min - x[i];

      error += (x[i] * x[i] + mean) * difference * difference;
    }
  return error;
}

/* x is near scale q - min with q from 0 to 15 for the block of 32 numbers, of at most 1. */
static void
fit_scale_and_min (const float *x, float *scale, float *min)
{
  float low = 0, high = 0, best = INFINITY, mean = mean_square (x);

  *scale = *min = 0;
  for (gsize i = 0; i < ARRA_QK; i++)
    {
      low = MIN (low, x[i]);
      high = MAX (high, x[i]);
    }
  for (int step = -ROUNDINGS; step <= ROUNDINGS && high - low > SMALLEST; step++)
    {
      float inverse = (15 + 0.25f * (float) step) / (high - low);
      Sums sums = sums_of (x, low, inverse, mean);
      float s, m, error;

      if (!solve (&sums, &s, &m))
        continue;
      error = error_of (x, low, inverse, mean, s, m);
      if (error < best)
        {
          best = error;
          *scale = s;
          *min = m;
        }
    }
}

/* @d as a half, and the value of that; FALSE when it is too large for a half */
static gboolean
keep_half (float d, guint16 *half, float *value)
{
  *half = arra_float_to_half (d);
  *value = arra_half_to_float (*half);
  return isfinite (*value);
}

static void
divide (const float *x, gsize n, float by, float *y)
{
  for (gsize i = 0; i < n; i++)
    y[i] = by > SMALLEST ? x[i] / by : 0;
}

static gboolean
quantize_q4_0 (const float *x, ArraBlockQ4_0 *dst)
{
  float largest = largest_of (x, ARRA_QK), y[ARRA_QK], d;
  guint8 q[ARRA_QK];

  if (!isfinite (largest))
    return FALSE;
  divide (x, ARRA_QK, largest, y);
  if (!keep_half (fit_scale (y, ARRA_QK, 8) * largest, &dst->d, &d))
    return FALSE;
  for (gsize i = 0; i < ARRA_QK; i++)
    q[i] = (guint8) (d != 0 ? rounded (x[i] / d, -8, 7) + 8 : 8);
  arra_c_pack_q4_0 (q, dst);
  return TRUE;
}

gboolean
arra_quantize_row_q4_0 (const float *x, gsize k, ArraBlockQ4_0 *dst)
{
  for (gsize b = 0; b < k / ARRA_QK; b++)
    if (!quantize_q4_0 (x + b * ARRA_QK, dst + b))
      return FALSE;
  return TRUE;
}

/* Eight numbers, in @unit, as multiples up to 63 of one half: @out, and that in @half and *@step */
static gboolean
share_scale (const float x[8], float unit, guint8 out[8], guint16 *half, float *step)
{
  float largest = largest_of (x, 8);

  if (!keep_half (largest * unit / 63, half, step))
    return FALSE;
  for (gsize i = 0; i < 8; i++)
    out[i] = (guint8) (*step > 0 ? rounded (x[i] * unit / *step, 0, 63) : 0);
  return TRUE;
}

static gboolean
quantize_q4_k (const float *x, ArraBlockQ4_K *dst)
{
  float largest = largest_of (x, ARRA_QK_K), y[ARRA_QK_K], scale[8], min[8], d, dmin;
  guint8 q[ARRA_QK_K], scales[8], mins[8];

  if (!isfinite (largest))
    return FALSE;
  divide (x, ARRA_QK_K, largest, y);
  for (gsize b = 0; b < 8; b++)
    fit_scale_and_min (y + b * ARRA_QK, &scale[b], &min[b]);
  if (!share_scale (scale, largest, scales, &dst->d, &d) || !share_scale (min, largest, mins, &dst->dmin, &dmin))
    return FALSE;
  for (gsize i = 0; i < ARRA_QK_K; i++)
    {
      float step = d * (float) scales[i / ARRA_QK];
      q[i] = (guint8) (step > 0 ? rounded ((x[i] + dmin * (float) mins[i / ARRA_QK]) / step, 0, 15) : 0);
    }
  arra_c_pack_q4_k (q, scales, mins, dst);
  return TRUE;
}

gboolean
arra_quantize_row_q4_k (const float *x, gsize k, ArraBlockQ4_K *dst)
{
  for (gsize b = 0; b < k / ARRA_QK_K; b++)
    if (!quantize_q4_k (x + b * ARRA_QK_K, dst + b))
      return FALSE;
  return TRUE;
}

static gboolean
quantize_q6_k (const float *x, ArraBlockQ6_K *dst)
{
  float largest = largest_of (x, ARRA_QK_K), y[ARRA_QK_K], scale[16], d;
  guint8 q[ARRA_QK_K];

  if (!isfinite (largest))
    return FALSE;
  divide (x, ARRA_QK_K, largest, y);
  for (gsize b = 0; b < 16; b++)
    scale[b] = fit_scale (y + b * 16, 16, 32);
  if (!keep_half (largest_of (scale, 16) * largest / 127, &dst->d, &d))
    return FALSE;
  for (gsize b = 0; b < 16; b++)
    dst->scales[b] = (gint8) (d > 0 ? rounded (scale[b] * largest / d, -127, 127) : 0);
  for (gsize i = 0; i < ARRA_QK_K; i++)
    {
      float step = d * (float) dst->scales[i / 16];
      q[i] = (guint8) (step != 0 ? rounded (x[i] / step, -32, 31) + 32 : 32);
    }
  arra_c_pack_q6_k (q, dst);
  return TRUE;
}

gboolean
arra_quantize_row_q6_k (const float *x, gsize k, ArraBlockQ6_K *dst)
{
  for (gsize b = 0; b < k / ARRA_QK_K; b++)
    if (!quantize_q6_k (x + b * ARRA_QK_K, dst + b))
      return FALSE;
  return TRUE;
}
