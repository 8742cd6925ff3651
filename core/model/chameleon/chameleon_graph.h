/* chameleon_graph.h - the Chameleon transformer as a computation on a tape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "chameleon.h"
#include "transformer_graph.h"

/* @n sequences of one length, the shorter ones padded on the right. Ids are below vocab_size. */
typedef struct
{
  guint n, length;
  const guint32 *ids; /* [n][length] */
} ArraSequences;

/* Runs the transformer of @config with the values of @parameters. @tap: 0 (the embeddings), 1 .. n_layers - 1 (the raw output of layer
 * tap - 1), n_layers (after the final norm), or ARRA_NO_LAYER. @dropout acts on the two residual branches of every layer (its stream is set here). */
void arra_chameleon_graph (ArraTape *tape, const ArraChameleonConfig *config, const ArraParameters *parameters, const ArraSequences *sequences, guint tap, const ArraDropout *dropout, ArraTransformerNodes *out);
