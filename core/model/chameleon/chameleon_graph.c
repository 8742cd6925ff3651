/* chameleon_graph.c - the Chameleon transformer as a computation on a tape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon_graph.h"

static void
frequencies (gconstpointer config, guint length, float *out)
{
  arra_chameleon_rope_frequencies (config, length, out);
}

static void
angles (gconstpointer config, const float *turns, guint position, float *cosine, float *sine)
{
  arra_chameleon_rope_angles (config, turns, position, cosine, sine);
}

static const ArraGraphTurns turns = { frequencies, angles };

void
arra_chameleon_graph (ArraTape *tape,
                      const ArraChameleonConfig *config,
                      const ArraParameters *parameters,
                      const ArraSequences *sequences,
                      ArraTaps taps,
                      const ArraDropout *dropout,
                      ArraTransformerNodes *out)
{
  const ArraTransformerShape shape = arra_chameleon_shape (config);
  ArraTransformerGraph layers = { .shape = &shape,
                                  .table = arra_chameleon_table (),
                                  .norm = "model.norm.weight",
                                  .parameters = parameters,
                                  .n = sequences->n,
                                  .length = sequences->length,
                                  .dropout = *dropout };
  ArraNode *x = arra_graph_embedding (tape, arra_parameters_leaf (parameters, tape, "model.embed_tokens.weight"),
                                      sequences->ids, (gsize) sequences->n * sequences->length);

  layers.dropout.stream = 0;
  arra_transformer_graph_turn (tape, &layers, &turns, config, NULL);
  arra_transformer_graph (tape, &layers, x, taps, out);
}

static void
graph (const ArraTrainable *model,
       ArraTape *tape,
       const ArraParameters *parameters,
       const ArraSequences *sequences,
       ArraTaps taps,
       const ArraDropout *dropout,
       ArraTransformerNodes *out)
{
  arra_chameleon_graph (tape, model->config, parameters, sequences, taps, dropout, out);
}

static ArraNode *
logits (const ArraTrainable *model, ArraTape *tape, const ArraParameters *parameters, ArraNode *rows)
{
  return arra_graph_dense (tape, rows, arra_parameters_leaf (parameters, tape, "lm_head.weight"), NULL);
}

ArraTrainable
arra_chameleon_trainable (const ArraChameleonConfig *config)
{
  return (ArraTrainable) { .hidden_size = config->hidden_size,
                           .n_layers = config->n_layers,
                           .context = config->context,
                           .n_ids = config->vocab_size,
                           .n_labels = config->vocab_size,
                           .config = config,
                           .graph = graph,
                           .logits = logits };
}
