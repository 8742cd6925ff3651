/* transformer_graph.h - a transformer's layers as a computation on a tape, for training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "graph.h"
#include "parameters.h"
#include "transformer.h"

#define ARRA_NO_LAYER G_MAXUINT
#define ARRA_TAPS 2

/* Layers whose hidden states are asked for: 0 (the embeddings), 1 .. n_layers - 1 (the raw output of layer tap - 1),
 * n_layers (after the final norm), or ARRA_NO_LAYER. */
typedef struct
{
  guint layer[ARRA_TAPS];
} ArraTaps;

#define ARRA_ONE_TAP(layer) ((ArraTaps) { { layer, ARRA_NO_LAYER } })
#define ARRA_NO_TAPS ARRA_ONE_TAP (ARRA_NO_LAYER)

/* @n sequences of @length rows each. Attention is causal, so whatever stands in the padding on the right never reaches
 * a sequence's own rows. */
typedef struct
{
  const ArraTransformerShape *shape;
  const ArraWeightTable *table; /* what the layers' weights are called */
  const char *norm;             /* and the final norm's */
  const ArraParameters *parameters;
  guint n, length;
  const float *cosine, *sine; /* [n * length][head_dim / 2]; must live as long as the computation */
  ArraDropout dropout;        /* on the two residual branches of every layer; its stream is that of the first */
} ArraTransformerGraph;

typedef struct
{
  ArraNode *hidden;            /* [n * length][hidden_size]: after the final norm */
  ArraNode *tapped[ARRA_TAPS]; /* the same shape: hidden_states[tap] of the reference; NULL: none was asked for */
} ArraTransformerNodes;

/* How a family turns positions, by its own configuration: frequencies of a sequence of @length ([head_dim / 2] at
 * most), and the angles of one position
 * ([head_dim / 2] each). */
typedef struct
{
  void (*frequencies) (gconstpointer config, guint length, float *out);
  void (*angles) (gconstpointer config, const float *frequencies, guint position, float *cosine, float *sine);
} ArraGraphTurns;

/* Sets @graph's cosine and sine, on the tape. @first (nullable: 0): the position that each sequence begins at; while
 * measuring it is not read. */
void arra_transformer_graph_turn (ArraTape *tape,
                                  ArraTransformerGraph *graph,
                                  const ArraGraphTurns *turns,
                                  gconstpointer config,
                                  const guint32 *first);

/* @x: [n * length][hidden_size], the embeddings. */
void arra_transformer_graph (ArraTape *tape,
                             const ArraTransformerGraph *graph,
                             ArraNode *x,
                             ArraTaps taps,
                             ArraTransformerNodes *out);

/* Nodes that one computation makes at most, losses and adaptor included. */
guint arra_transformer_graph_nodes (guint n_layers);
