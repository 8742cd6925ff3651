/* chameleon_graph.c - the Chameleon transformer as a computation on a tape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon_graph.h"

#include <string.h>

/* Every sequence's positions run from 0. */
static void
prepare_rope (ArraTape *tape,
              const ArraChameleonConfig *config,
              const ArraSequences *sequences,
              ArraTransformerGraph *graph)
{
  gsize half = config->head_dim / 2, size = sequences->length * half;
  float *cosine = arra_tape_keep (tape, sequences->n * size, sizeof (float));
  float *sine = arra_tape_keep (tape, sequences->n * size, sizeof (float));
  float *frequencies = arra_tape_keep (tape, half, sizeof (float));

  graph->cosine = cosine;
  graph->sine = sine;
  if (!arra_tape_computes (tape))
    return;
  arra_chameleon_rope_frequencies (config, sequences->length, frequencies);
  for (guint i = 0; i < sequences->length; i++)
    arra_chameleon_rope_angles (config, frequencies, i, cosine + i * half, sine + i * half);
  for (guint i = 1; i < sequences->n; i++)
    {
      memcpy (cosine + i * size, cosine, size * sizeof (float));
      memcpy (sine + i * size, sine, size * sizeof (float));
    }
}

void
arra_chameleon_graph (ArraTape *tape,
                      const ArraChameleonConfig *config,
                      const ArraParameters *parameters,
                      const ArraSequences *sequences,
                      guint tap,
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
  ArraNode *x
      = arra_graph_embedding (tape, arra_parameters_leaf (parameters, tape, "model.embed_tokens.weight"),
                              sequences->ids, (gsize) sequences->n * sequences->length);

  layers.dropout.stream = 0;
  prepare_rope (tape, config, sequences, &layers);
  arra_transformer_graph (tape, &layers, x, tap, out);
}

static void
graph (const ArraTrainable *model,
       ArraTape *tape,
       const ArraParameters *parameters,
       const ArraSequences *sequences,
       guint tap,
       const ArraDropout *dropout,
       ArraTransformerNodes *out)
{
  arra_chameleon_graph (tape, model->config, parameters, sequences, tap, dropout, out);
}

static ArraNode *
logits (const ArraTrainable *model, ArraTape *tape, const ArraParameters *parameters, ArraNode *rows)
{
  return arra_graph_dense (tape, rows, arra_parameters_leaf (parameters, tape, "lm_head.weight"), NULL);
}

ArraTrainable
arra_chameleon_trainable (const ArraChameleonConfig *config)
{
  return (ArraTrainable){ .hidden_size = config->hidden_size,
                          .n_layers = config->n_layers,
                          .context = config->context,
                          .n_ids = config->vocab_size,
                          .n_labels = config->vocab_size,
                          .config = config,
                          .graph = graph,
                          .logits = logits };
}
