/* graph_conv.h - operations on batches of feature maps that record themselves on a tape: rows are pixels, the width is
 * the channels
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "attention_batch.h"
#include "conv_batch.h"
#include "norm_batch.h"
#include "tape.h"

/* @residual: (nullable): added to the result. @weight: [out_channels][in_channels * k * k]; @weight and @bias are both
 * wanted, or constants. */
ArraNode *arra_graph_conv (ArraTape *tape,
                           ArraNode *x,
                           ArraNode *weight,
                           ArraNode *bias,
                           ArraNode *residual,
                           const ArraConvBatch *conv);
ArraNode *arra_graph_norm (ArraTape *tape, ArraNode *x, ArraNode *weight, ArraNode *bias, const ArraNormBatch *norm);
/* pixel_norm.h */
ArraNode *
arra_graph_pixel_norm (ArraTape *tape, ArraNode *x, ArraNode *weight, ArraNode *bias, float eps, gboolean swish);
ArraNode *
arra_graph_spatial_attention (ArraTape *tape, ArraNode *q, ArraNode *k, ArraNode *v, const ArraAttentionBatch *shape);
/* Leaky ReLU of every number. */
ArraNode *arra_graph_leaky_relu (ArraTape *tape, ArraNode *x);
/* The mean over each map's pixels: [n * pixels][channels] to [n][channels]. */
ArraNode *arra_graph_average_pool (ArraTape *tape, ArraNode *x, gsize n);
/* The same numbers as @n rows: a map as one vector. */
ArraNode *arra_graph_flatten (ArraTape *tape, ArraNode *x, gsize n);
/* Codes for vectors: the entries of @codebook [codes][width] that @codes name; the gradient goes straight through to @x
 * (arXiv 1711.00937, section 3.2). @bounded: codes lie between -1 and 1, and where a number of @x lies outside, what
 * would drive it on is left out. */
ArraNode *arra_graph_straight_through (ArraTape *tape,
                                       ArraNode *x,
                                       const float *codebook,
                                       const guint32 *codes,
                                       gboolean bounded);
/* A loss whose gradient the caller has computed: adds @grad [rows][width] to that of @x. */
void arra_graph_given_gradient (ArraTape *tape, ArraNode *x, const float *grad);
