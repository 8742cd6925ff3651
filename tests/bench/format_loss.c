/* format_loss.c - number formats, and what scores in them lose beside those in 32-bit floats
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "format_loss.h"

#include <math.h>

#include "detmath.h"

const Format formats[N_FORMATS] = {
  { "f32", ARRA_QUANT_F32, ARRA_QUANT_F32 },
  { "f16", ARRA_QUANT_F16, ARRA_QUANT_F32 },
  { "bf16", ARRA_QUANT_BF16, ARRA_QUANT_F32 },
  { "q8_0", ARRA_QUANT_Q8_0, ARRA_QUANT_F32 },
  { "q6_k", ARRA_QUANT_Q6_K, ARRA_QUANT_F32 },
  { "q4_k", ARRA_QUANT_Q4_K, ARRA_QUANT_F32 },
  { "q4_0", ARRA_QUANT_Q4_0, ARRA_QUANT_F32 },
  { "f32, keys and values f16", ARRA_QUANT_F32, ARRA_QUANT_F16 },
  { "f32, keys and values q8_0", ARRA_QUANT_F32, ARRA_QUANT_Q8_0 },
};

static gsize
top (const float *scores, gsize n)
{
  gsize best = 0;

  for (gsize i = 1; i < n; i++)
    if (scores[i] > scores[best])
      best = i;
  return best;
}

static double
log_sum (const float *scores, gsize n)
{
  const double most = (double) scores[top (scores, n)];
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += arra_exp ((double) scores[i] - most);
  return most + arra_log (sum);
}

void
loss_add (Loss *loss, const float *right, const float *scores, gsize n)
{
  const double sum = log_sum (right, n), other = log_sum (scores, n);

  for (gsize i = 0; i < n; i++)
    {
      const double p = (double) right[i] - sum;

      loss->divergence += arra_exp (p) * (p - ((double) scores[i] - other));
    }
  loss->same_top += top (right, n) == top (scores, n);
  loss->n++;
}

double
loss_divergence (const Loss *loss)
{
  return loss->divergence / (double) loss->n;
}
