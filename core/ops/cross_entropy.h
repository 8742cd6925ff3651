/* cross_entropy.h - cross-entropy over a vocabulary, and the z-loss of its logits (PaLM, arXiv 2204.02311, section 5)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* logits: [rows][vocab], targets: [rows] ids below @vocab. @logsumexp: [rows], written. *@cross_entropy is the SUM over
 * rows of logsumexp - logits[target], *@z the sum of logsumexp^2. */
void arra_cross_entropy (const ArraExec *exec,
                         const float *logits,
                         const guint32 *targets,
                         gsize rows,
                         gsize vocab,
                         float *logsumexp,
                         double *cross_entropy,
                         double *z);

/* dlogits = scale * (softmax - [target]) + z_scale * 2 logsumexp softmax, the gradient of scale * cross_entropy +
 * z_scale * z. It is written, not added to; dlogits may be logits. */
void arra_cross_entropy_vjp (const ArraExec *exec,
                             const float *logits,
                             const guint32 *targets,
                             gsize rows,
                             gsize vocab,
                             const float *logsumexp,
                             float scale,
                             float z_scale,
                             float *dlogits);
