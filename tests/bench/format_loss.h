/* format_loss.h - number formats, and what scores in them lose beside those in 32-bit floats
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  const char *name;
  ArraQuant quant, kv; /* of weights; of keys and values */
} Format;

#define N_FORMATS 9

extern const Format formats[N_FORMATS]; /* the first is what the others are compared with */

typedef struct
{
  double divergence; /* sum of KL (floats || format), nats */
  guint64 n, same_choice, same_top;
} Loss;

/* Scores of @n tokens, of floats and of a format. */
void loss_add (Loss *loss, const float *right, const float *scores, gsize n);
/* Nats, in the mean. */
double loss_divergence (const Loss *loss);
