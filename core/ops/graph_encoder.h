/* graph_encoder.h - operations of image and text encoders that record themselves on a tape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph.h"

/* Shapes are those of the operations (core/ops). Pointers that are no nodes must live as long as the computation. */
ArraNode *arra_graph_layer_norm (ArraTape *tape, ArraNode *x, ArraNode *weight, ArraNode *bias, float eps);
ArraNode *arra_graph_quick_gelu (ArraTape *tape, ArraNode *x);
/* @x: [batch * (length, or length - 1 with @first)][width]; @first: (nullable); @positions: at least @length rows. */
ArraNode *
arra_graph_position_add (ArraTape *tape, ArraNode *x, ArraNode *first, ArraNode *positions, gsize batch, gsize length);
/* Rows of planes, @channels of them, as rows of pixels: a kernel's weights as arra_patches() orders pixels. */
ArraNode *arra_graph_interleave (ArraTape *tape, ArraNode *x, gsize channels);
/* arra_attention_sequences(): for encoders, where arra_graph_attention() gives the bits that decide tokens. */
ArraNode *
arra_graph_attention_sequences (ArraTape *tape, ArraNode *q, ArraNode *k, ArraNode *v, const ArraSequenceShape *shape);
ArraNode *arra_graph_l2_norm (ArraTape *tape, ArraNode *x);
/* A loss (contrastive.h) of rows that belong together; @log_scale: one number. *@loss is 0 while measuring. */
void arra_graph_contrastive (ArraTape *tape,
                             ArraNode *images,
                             ArraNode *texts,
                             ArraNode *log_scale,
                             const guint32 *groups,
                             double *loss);
