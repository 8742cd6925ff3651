/* attention_batch.h - single-head self-attention between all pixels of each map of a batch, and its gradients, for
 * training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "exec.h"

typedef struct
{
  gsize n, pixels, channels; /* q, k, v and the result: [n][pixels][channels] */
} ArraAttentionBatch;

gsize arra_attention_batch_scratch (const ArraAttentionBatch *shape, guint threads); /* floats, of forward and vjp */

/* y = softmax (q k^T / sqrt (channels)) v in each map. The same bits for any number of threads. */
void arra_attention_batch (const ArraExec *exec,
                           const ArraAttentionBatch *shape,
                           const float *q,
                           const float *k,
                           const float *v,
                           float *scratch,
                           float *y);
/* Adds to the gradients. */
void arra_attention_batch_vjp (const ArraExec *exec,
                               const ArraAttentionBatch *shape,
                               const float *q,
                               const float *k,
                               const float *v,
                               const float *dy,
                               float *scratch,
                               float *dq,
                               float *dk,
                               float *dv);
