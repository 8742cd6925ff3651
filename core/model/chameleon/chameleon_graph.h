/* chameleon_graph.h - the Chameleon transformer as a computation on a tape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "chameleon.h"
#include "graph.h"
#include "parameters.h"

/* @n sequences of one length, the shorter ones padded on the right. Ids are below vocab_size. */
typedef struct
{
  guint n, length;
  const guint32 *ids; /* [n][length] */
} ArraSequences;

/* Whatever the padding holds: attention is causal, so it never reaches a sequence's own tokens. */
typedef struct
{
  ArraNode *hidden; /* [n * length][hidden_size]: after the final norm */
  ArraNode *tapped; /* the same shape: hidden_states[layer] of the reference; NULL: none was asked for */
} ArraChameleonGraph;

#define ARRA_NO_LAYER G_MAXUINT

/* All of the transformer's weights into the table; @source (nullable) tells the form of the q and k norms. */
gboolean arra_parameters_add_chameleon (ArraParameters *parameters, const ArraChameleonConfig *config, ArraSource *source, GError **error);

/* Runs the transformer of @config with the values of @parameters. @tap: 0 (the embeddings), 1 .. n_layers - 1 (the raw output of layer
 * tap - 1), n_layers (after the final norm), or ARRA_NO_LAYER. @dropout acts on the two residual branches of every layer (its stream is set here). */
void arra_chameleon_graph (ArraTape *tape, const ArraChameleonConfig *config, const ArraParameters *parameters, const ArraSequences *sequences, guint tap, const ArraDropout *dropout, ArraChameleonGraph *out);

/* Nodes that one computation makes at most, losses and adaptor included. */
guint arra_chameleon_graph_nodes (const ArraChameleonConfig *config);
