/* norm_batch.h - group normalisation of a batch of feature maps with the swish behind it, and its gradients, for
 * training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "exec.h"

typedef struct
{
  gsize n, pixels, channels; /* [n][pixels][channels] */
  gsize groups;              /* a divisor of channels */
  double eps;
  gboolean swish;
} ArraNormBatch;

/* What the forward computation leaves for the gradients. */
typedef struct
{
  float *affine;  /* [n][2][channels]: scale and shift of each channel */
  double *groups; /* [n][groups][2]: mean and 1 / sqrt (variance + eps) */
} ArraNormBatchKept;

gsize arra_norm_batch_scratch (const ArraNormBatch *norm); /* floats, of forward and vjp */

/* y = (x - mean) / sqrt (var + eps) * weight + bias by groups of each map, then swish. The same bits for any number of
 * threads. */
void arra_norm_batch (const ArraExec *exec,
                      const ArraNormBatch *norm,
                      const float *x,
                      const float *weight,
                      const float *bias,
                      float *scratch,
                      const ArraNormBatchKept *kept,
                      float *y);
/* Adds to the gradients; @dx, @dweight and @dbias are all wanted or NULL one by one. @dy is overwritten. */
void arra_norm_batch_vjp (const ArraExec *exec,
                          const ArraNormBatch *norm,
                          const float *x,
                          const float *weight,
                          const ArraNormBatchKept *kept,
                          float *dy,
                          float *scratch,
                          float *dx,
                          float *dweight,
                          float *dbias);
