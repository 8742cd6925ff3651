/* graph.h - operations that record themselves on a tape: each computes with core/ops and keeps what its vjp needs
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "attention.h"
#include "dropout.h"
#include "head_cross_entropy.h"
#include "rope.h"
#include "tape.h"

/* Shapes are those of the operations (core/ops). Pointers that are no nodes must live as long as the computation. */
ArraNode *arra_graph_embedding (ArraTape *tape, ArraNode *table, const guint32 *ids, gsize rows);
ArraNode *arra_graph_dense (ArraTape *tape, ArraNode *x, ArraNode *weight, ArraNode *bias); /* @bias: (nullable) */
ArraNode *arra_graph_rms_norm (ArraTape *tape, ArraNode *x, ArraNode *weight, float eps);
ArraNode *arra_graph_head_norm (ArraTape *tape, ArraNode *x, ArraNode *weight, ArraNode *bias, gsize heads, float eps);
/* over x */
ArraNode *arra_graph_rope (ArraTape *tape,
                           ArraNode *x,
                           ArraRopePairing pairing,
                           const float *cosine,
                           const float *sine,
                           gsize heads);
ArraNode *arra_graph_attention (ArraTape *tape, ArraNode *q, ArraNode *k, ArraNode *v, const ArraSequenceShape *shape);
ArraNode *arra_graph_silu_mul (ArraTape *tape, ArraNode *gate, ArraNode *up);
ArraNode *arra_graph_add (ArraTape *tape, ArraNode *x, ArraNode *branch); /* over branch */
/* over x; x itself at rate 0 */
ArraNode *arra_graph_dropout (ArraTape *tape, ArraNode *x, const ArraDropout *dropout);
/* the rows of x, then those of y */
ArraNode *arra_graph_join (ArraTape *tape, ArraNode *x, ArraNode *y);
ArraNode *arra_graph_gather (ArraTape *tape, ArraNode *x, const guint32 *rows, gsize n);
ArraNode *arra_graph_gelu (ArraTape *tape, ArraNode *x);
ArraNode *arra_graph_gelu_tanh (ArraTape *tape, ArraNode *x);
ArraNode *arra_graph_silu (ArraTape *tape, ArraNode *x);
ArraNode *arra_graph_max_pool (ArraTape *tape, ArraNode *x, gsize outputs);

/* ---- losses: where gradients begin. @scale: what the gradient of the sum is multiplied with. Sums are 0 while
 * measuring. */

/* The only consumer of @logits, whose memory its gradient takes. */
void arra_graph_cross_entropy (ArraTape *tape,
                               ArraNode *logits,
                               const guint32 *targets,
                               double scale,
                               double z_scale,
                               double *cross_entropy,
                               double *z);
/* Sum over rows of the cosine with features[items[row]]. */
void arra_graph_cosine_similarity (ArraTape *tape,
                                   ArraNode *x,
                                   const float *features,
                                   const guint32 *items,
                                   double scale,
                                   double *sum);
/* Sum over rows and columns of the squared distance to features[items[row]]. */
void arra_graph_squared_error (ArraTape *tape,
                               ArraNode *x,
                               const float *features,
                               const guint32 *items,
                               double scale,
                               double *sum);
/* Sum over rows and heads of the weighted cross-entropy; @labels: [rows][heads->n]. */
void arra_graph_head_cross_entropy (ArraTape *tape,
                                    ArraNode *logits,
                                    const gint32 *labels,
                                    const ArraHeads *heads,
                                    double scale,
                                    double *sum);
