/* llamagen_graph.h - class-conditional LlamaGen as a computation on a tape, for training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "llamagen.h"
#include "transformer_graph.h"

/* @n pictures as they are read in training: a class and then all codes but the last, of rows of @columns. */
typedef struct
{
  guint n, n_codes, columns;
  const guint32 *classes; /* [n]: below n_classes, or n_classes for none */
  const guint32 *codes;   /* [n][n_codes] */
} ArraLlamagenPictures;

/* out->hidden: [n * (n_codes + 1)][hidden_size]; its row i of a picture predicts code i. With the values of @parameters, which has the tensors of
 * arra_llamagen_describe(). @tap: as arra_transformer_graph(). @dropout acts on the embeddings, too, as in the reference. */
void arra_llamagen_graph (ArraTape *tape, const ArraLlamagenConfig *config, const ArraParameters *parameters, const ArraLlamagenPictures *pictures, guint tap, const ArraDropout *dropout, ArraTransformerNodes *out);
/* Rows of hidden states to logits [rows][n_codes]. */
ArraNode *arra_llamagen_graph_logits (ArraTape *tape, const ArraParameters *parameters, ArraNode *hidden);
