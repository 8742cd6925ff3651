/* blocks.c - how GGUF's blocks of 4 and 6 bits lie and widen, and the products of all quantised types with quantised
 * activations (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "panels.h"
#include "spec.h"

#include <math.h>
#include <string.h>

void
arra_c_unpack_q4_0 (const ArraBlockQ4_0 *block, guint8 q[ARRA_QK])
{
  for (gsize i = 0; i < ARRA_QK / 2; i++)
    {
      q[i] = block->q[i] & 15;
      q[i + ARRA_QK / 2] = block->q[i] >> 4;
    }
}

void
arra_c_unpack_q4_k (const ArraBlockQ4_K *block, guint8 q[ARRA_QK_K])
{
  for (gsize i = 0; i < ARRA_QK_K; i++)
    {
      guint8 both = block->q[i / (2 * ARRA_QK) * ARRA_QK + i % ARRA_QK];
      q[i] = i / ARRA_QK % 2 == 0 ? both & 15 : both >> 4;
    }
}

/* The first four of each are the low six bits of a byte; of the last four the upper two bits lie above those. */
void
arra_c_unpack_scales_q4_k (const guint8 packed[12], guint8 scales[8], guint8 mins[8])
{
  for (gsize i = 0; i < 4; i++)
    {
      scales[i] = packed[i] & 63;
      mins[i] = packed[4 + i] & 63;
      scales[4 + i] = (guint8) ((packed[8 + i] & 15) | packed[i] >> 6 << 4);
      mins[4 + i] = (guint8) (packed[8 + i] >> 4 | packed[4 + i] >> 6 << 4);
    }
}

/* Where weight @i keeps its low four bits and its high two */
typedef struct
{
  gsize low, low_shift, high, high_shift;
} SixBits;

static SixBits
six_bits_of (gsize i)
{
  gsize half = i / 128, quarter = i % 128 / ARRA_QK, at = i % ARRA_QK;

  return (SixBits) { 64 * half + quarter % 2 * ARRA_QK + at, quarter / 2 * 4, ARRA_QK * half + at, 2 * quarter };
}

void
arra_c_unpack_q6_k (const ArraBlockQ6_K *block, guint8 q[ARRA_QK_K])
{
  for (gsize i = 0; i < ARRA_QK_K; i++)
    {
      SixBits at = six_bits_of (i);
      q[i] = (guint8) ((block->low[at.low] >> at.low_shift & 15) | (block->high[at.high] >> at.high_shift & 3) << 4);
    }
}

void
arra_c_pack_q4_0 (const guint8 q[ARRA_QK], ArraBlockQ4_0 *block)
{
  for (gsize i = 0; i < ARRA_QK / 2; i++)
    block->q[i] = (guint8) (q[i] | q[i + ARRA_QK / 2] << 4);
}

void
arra_c_pack_q4_k (const guint8 q[ARRA_QK_K], const guint8 scales[8], const guint8 mins[8], ArraBlockQ4_K *block)
{
  for (gsize i = 0; i < ARRA_QK_K / 2; i++)
    {
      const guint8 *pair = q + i / ARRA_QK * 2 * ARRA_QK + i % ARRA_QK;
      block->q[i] = (guint8) (pair[0] | pair[ARRA_QK] << 4);
    }
  for (gsize i = 0; i < 4; i++)
    {
      block->scales[i] = (guint8) (scales[i] | scales[4 + i] >> 4 << 6);
      block->scales[4 + i] = (guint8) (mins[i] | mins[4 + i] >> 4 << 6);
      block->scales[8 + i] = (guint8) ((scales[4 + i] & 15) | (mins[4 + i] & 15) << 4);
    }
}

void
arra_c_pack_q6_k (const guint8 q[ARRA_QK_K], ArraBlockQ6_K *block)
{
  memset (block->low, 0, sizeof block->low);
  memset (block->high, 0, sizeof block->high);
  for (gsize i = 0; i < ARRA_QK_K; i++)
    {
      SixBits at = six_bits_of (i);
      block->low[at.low] |= (guint8) ((q[i] & 15) << at.low_shift);
      block->high[at.high] |= (guint8) (q[i] >> 4 << at.high_shift);
    }
}

/* Sum of @n weights less @centre times those of a token */
static gint32
sum_of (const guint8 *q, gint32 centre, const gint8 *x, gsize n)
{
  gint32 sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += ((gint32) q[i] - centre) * (gint32) x[i];
  return sum;
}

static float
add_q8_0 (const ArraBlockQ8_0 *block, const ArraBlockQ8A *token, float acc)
{
  gint32 sum = 0;

  for (gsize i = 0; i < ARRA_QK; i++)
    sum += (gint32) block->q[i] * (gint32) token->q[i];
  return fmaf ((float) sum, arra_half_to_float (block->d) * token->d, acc);
}

static float
add_q4_0 (const ArraBlockQ4_0 *block, const ArraBlockQ8A *token, float acc)
{
  guint8 q[ARRA_QK];

  arra_c_unpack_q4_0 (block, q);
  return fmaf ((float) sum_of (q, 8, token->q, ARRA_QK), arra_half_to_float (block->d) * token->d, acc);
}

static float
add_q4_k (const ArraBlockQ4_K *block, const ArraBlockQ8A *token, float acc)
{
  guint8 q[ARRA_QK_K], scales[8], mins[8];
  float d, dmin;

  arra_c_unpack_q4_k (block, q);
  arra_c_unpack_scales_q4_k (block->scales, scales, mins);
  d = arra_half_to_float (block->d);
  dmin = arra_half_to_float (block->dmin);
  for (gsize b = 0; b < 8; b++)
    {
      gint32 sum = sum_of (q + b * ARRA_QK, 0, token[b].q, ARRA_QK);

      acc = fmaf ((float) sum, d * (float) scales[b] * token[b].d, acc);
      acc = fmaf (dmin * (float) mins[b], (float) token[b].offset * 0x1p-7f * token[b].d, acc);
    }
  return acc;
}

static float
add_q6_k (const ArraBlockQ6_K *block, const ArraBlockQ8A *token, float acc)
{
  guint8 q[ARRA_QK_K];
  float d;

  arra_c_unpack_q6_k (block, q);
  d = arra_half_to_float (block->d);
  for (gsize b = 0; b < 8; b++)
    {
      gint32 first = sum_of (q + b * ARRA_QK, 32, token[b].q, 16);
      gint32 second = sum_of (q + b * ARRA_QK + 16, 32, token[b].q + 16, 16);

      acc = fmaf ((float) (block->scales[2 * b] * first + block->scales[2 * b + 1] * second), d * token[b].d, acc);
    }
  return acc;
}

/* Row @r of rows: its blocks lie one after the other. */
#define IN_ROWS(type) memcpy (&block, (const guint8 *) w + r * w_stride + u * sizeof (type), sizeof block)

/* Row @r of panels: a block is taken out of those of the panel's rows. */
#define IN_PANELS(type, layout)                                                                                        \
  arra_panels_unpack (&layout,                                                                                         \
                      (const guint8 *) w + (r - r % ARRA_PANEL_ROWS) * w_stride + u * ARRA_PANEL_ROWS * sizeof (type), \
                      r % ARRA_PANEL_ROWS, &block)

#define MATMUL(name, add, type, weights, fetch)                                                                   \
  void arra_c_matmul_##name (const void *w, gsize w_stride, gsize n_rows, gsize k, const void *x, gsize x_stride, \
                             gsize n_tokens, float *y, gsize y_stride)                                            \
  {                                                                                                               \
    for (gsize r = 0; r < n_rows; r++)                                                                            \
      for (gsize t = 0; t < n_tokens; t++)                                                                        \
        {                                                                                                         \
          const ArraBlockQ8A *token = (const ArraBlockQ8A *) ((const guint8 *) x + t * x_stride);                 \
          float acc = 0.0f;                                                                                       \
                                                                                                                  \
          for (gsize u = 0; u < k / weights; u++)                                                                 \
            {                                                                                                     \
              type block;                                                                                         \
                                                                                                                  \
              fetch;                                                                                              \
              acc = add (&block, token + u * (weights / ARRA_QK), acc);                                           \
            }                                                                                                     \
          y[t * y_stride + r] = acc;                                                                              \
        }                                                                                                         \
  }

MATMUL (q8_0, add_q8_0, ArraBlockQ8_0, ARRA_QK, IN_ROWS (ArraBlockQ8_0))
MATMUL (q4_0, add_q4_0, ArraBlockQ4_0, ARRA_QK, IN_ROWS (ArraBlockQ4_0))
MATMUL (q4_k, add_q4_k, ArraBlockQ4_K, ARRA_QK_K, IN_ROWS (ArraBlockQ4_K))
MATMUL (q6_k, add_q6_k, ArraBlockQ6_K, ARRA_QK_K, IN_ROWS (ArraBlockQ6_K))
MATMUL (q8_0_panels, add_q8_0, ArraBlockQ8_0, ARRA_QK, IN_PANELS (ArraBlockQ8_0, arra_panels_q8_0))
MATMUL (q4_0_panels, add_q4_0, ArraBlockQ4_0, ARRA_QK, IN_PANELS (ArraBlockQ4_0, arra_panels_q4_0))
MATMUL (q4_k_panels, add_q4_k, ArraBlockQ4_K, ARRA_QK_K, IN_PANELS (ArraBlockQ4_K, arra_panels_q4_k))
MATMUL (q6_k_panels, add_q6_k, ArraBlockQ6_K, ARRA_QK_K, IN_PANELS (ArraBlockQ6_K, arra_panels_q6_k))

void
arra_c_widen_q4_0 (const void *src, gsize n, float *dst)
{
  for (gsize b = 0; b < n / ARRA_QK; b++)
    {
      ArraBlockQ4_0 block;
      guint8 q[ARRA_QK];

      memcpy (&block, (const guint8 *) src + b * sizeof block, sizeof block);
      arra_c_unpack_q4_0 (&block, q);
      for (gsize i = 0; i < ARRA_QK; i++)
        *dst++ = arra_half_to_float (block.d) * (float) ((int) q[i] - 8);
    }
}

void
arra_c_widen_q4_k (const void *src, gsize n, float *dst)
{
  for (gsize u = 0; u < n / ARRA_QK_K; u++)
    {
      ArraBlockQ4_K block;
      guint8 q[ARRA_QK_K], scales[8], mins[8];

      memcpy (&block, (const guint8 *) src + u * sizeof block, sizeof block);
      arra_c_unpack_q4_k (&block, q);
      arra_c_unpack_scales_q4_k (block.scales, scales, mins);
      for (gsize i = 0; i < ARRA_QK_K; i++)
        {
          float d = arra_half_to_float (block.d) * (float) scales[i / ARRA_QK];
          float m = arra_half_to_float (block.dmin) * (float) mins[i / ARRA_QK];
          *dst++ = d * (float) q[i] - m;
        }
    }
}

void
arra_c_widen_q6_k (const void *src, gsize n, float *dst)
{
  for (gsize u = 0; u < n / ARRA_QK_K; u++)
    {
      ArraBlockQ6_K block;
      guint8 q[ARRA_QK_K];

      memcpy (&block, (const guint8 *) src + u * sizeof block, sizeof block);
      arra_c_unpack_q6_k (&block, q);
      for (gsize i = 0; i < ARRA_QK_K; i++)
        *dst++ = arra_half_to_float (block.d) * (float) block.scales[i / 16] * (float) ((int) q[i] - 32);
    }
}
