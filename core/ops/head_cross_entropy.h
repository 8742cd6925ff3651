/* head_cross_entropy.h - weighted cross-entropy of several classifications that share a row of logits
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* Row [width] of logits: head h owns the columns starts[h] .. starts[h + 1] - 1. */
typedef struct
{
  guint n;
  const guint32 *starts; /* [n + 1] */
  const float *weights;  /* (nullable): [width]: of each value; NULL: all are 1 */
} ArraHeads;

/* Sum over rows and heads of weights[label] * -log softmax (logits of the head)[label]. @labels: [rows][n], negative:
 * this head learns nothing of this row. */
double arra_head_cross_entropy (const ArraExec *exec,
                                const float *logits,
                                const gint32 *labels,
                                gsize rows,
                                const ArraHeads *heads);
/* dlogits += scale * weights[label] * (softmax - 1 at the label). */
void arra_head_cross_entropy_vjp (const ArraExec *exec,
                                  const float *logits,
                                  const gint32 *labels,
                                  gsize rows,
                                  const ArraHeads *heads,
                                  float scale,
                                  float *dlogits);
/* Softmax of each head, may be in place. */
void arra_head_softmax (const float *logits, gsize rows, const ArraHeads *heads, float *probabilities);
