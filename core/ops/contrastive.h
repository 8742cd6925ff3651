/* contrastive.h - the symmetric contrastive loss of pictures and texts (CLIP, arXiv 2103.00020, figure 3)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* @n pairs: row i of @images and of @texts, [n][width] of length 1, belong together. Pairs of one group (@groups: [n])
 * have the same text: such a pair is no wrong answer for the other, so it takes no part in its softmax. */
typedef struct
{
  gsize n, width;
  const guint32 *groups;
} ArraContrastive;

/* With the logits exp (*log_scale) images texts^T: the mean over i of (-log softmax of row i at i, -log softmax of
 * column i at i) / 2.
 * @work: arra_contrastive_work() floats, which arra_contrastive_vjp() reads: the gradient of the logits. */
double arra_contrastive (const ArraExec *exec,
                         const ArraContrastive *shape,
                         const float *images,
                         const float *texts,
                         const float *log_scale,
                         float *work);

/* dimages +=, dtexts += and *dlog_scale += @scale times the gradients. */
void arra_contrastive_vjp (const ArraExec *exec,
                           const ArraContrastive *shape,
                           const float *images,
                           const float *texts,
                           const float *log_scale,
                           const float *work,
                           float scale,
                           float *dimages,
                           float *dtexts,
                           float *dlog_scale);

gsize arra_contrastive_work (gsize n);
