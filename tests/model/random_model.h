/* random_model.h - transformers with random weights in memory, for tests
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "chameleon.h"

/* What is wrong with a source made for a test, by tensor name (nullable). */
typedef struct
{
  const char *missing;
  const char *misshapen; /* its first dimension is one too many */
  const char *poisoned;  /* its last number is not finite */
  const char *integer;   /* its numbers are integers */
} RandomFaults;

/* hidden 64, 2 layers, 4 heads over 2 key/value heads, feed-forward 96, 96 tokens, 2 model parallel ranks */
void random_model_config (ArraChameleonConfig *config);

/* All tensors in f32, named "memory" in messages: matrices normal with standard deviation @spread, norms near one
 * (biases near zero) with @norm_spread. The q/k norms have a row per head when @per_head. Aborts the test when memory
 * is short. */
ArraSource *random_model_source (const ArraChameleonConfig *config,
                                 float spread,
                                 float norm_spread,
                                 gboolean per_head,
                                 const RandomFaults *faults,
                                 ArraPool *pool);

/* @n ids below @vocab, a function of @seed */
guint32 *random_ids (guint n, guint vocab, guint64 seed);

/* Normal numbers around @centre: a function of @seed and the index. */
void random_normal (ArraPool *pool, guint64 seed, float centre, float spread, float *out, gsize n);
