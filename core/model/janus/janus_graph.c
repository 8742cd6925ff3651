/* janus_graph.c - Janus as a computation on a tape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "janus_graph.h"

#include "janus_private.h"

static void
frequencies (gconstpointer data, guint length, float *out)
{
  const ArraJanusConfig *config = data;

  arra_rope_frequencies (config->rope_theta, config->head_dim, out);
}

static void
angles (gconstpointer data, const float *turns, guint position, float *cosine, float *sine)
{
  const ArraJanusConfig *config = data;

  arra_rope_angles (turns, config->head_dim / 2, (float) position, cosine, sine);
}

static const ArraGraphTurns turns = { frequencies, angles };

static guint32
count_text (const ArraJanusConfig *config, const ArraSequences *sequences)
{
  guint32 n = 0;

  for (gsize row = 0; row < (gsize) sequences->n * sequences->length; row++)
    n += sequences->ids[row] < config->n_text;
  return n;
}

static ArraNode *
layer (ArraTape *tape, const ArraParameters *parameters, const char *name, ArraNode *x)
{
  g_autofree char *weight = g_strconcat (name, ".weight", NULL), *bias = g_strconcat (name, ".bias", NULL);

  return arra_graph_dense (tape, x, arra_parameters_leaf (parameters, tape, weight),
                           arra_parameters_leaf (parameters, tape, bias));
}

/* Rows of the two tables, and where each row of the sequences is when the texts' rows lie before the codes'.
 */
typedef struct
{
  guint32 *text, *codes, *order;
} Rows;

static Rows
split_ids (ArraTape *tape, const ArraJanusConfig *config, const ArraSequences *sequences, guint32 n_text)
{
  gsize rows = (gsize) sequences->n * sequences->length;
  guint32 *block = arra_tape_keep (tape, 2 * rows, sizeof *block);
  Rows split = { block, block != NULL ? block + n_text : NULL, block != NULL ? block + rows : NULL };
  guint32 text = 0, codes = 0;

  for (gsize row = 0; arra_tape_computes (tape) && row < rows; row++)
    if (sequences->ids[row] < config->n_text)
      {
        split.order[row] = text;
        split.text[text++] = sequences->ids[row];
      }
    else
      {
        split.order[row] = n_text + codes;
        split.codes[codes++] = sequences->ids[row] - config->n_text;
      }
  return split;
}

static ArraNode *
embed (ArraTape *tape, const ArraJanusConfig *config, const ArraParameters *parameters, const ArraSequences *sequences)
{
  guint32 n_text = count_text (config, sequences);
  gsize rows = (gsize) sequences->n * sequences->length;
  Rows split = split_ids (tape, config, sequences, n_text);
  ArraNode *text_table = arra_parameters_leaf (parameters, tape, "language_model.model.embed_tokens.weight");
  ArraNode *code_table = arra_parameters_leaf (parameters, tape, "gen_embed.weight");
  ArraNode *text = arra_graph_embedding (tape, text_table, split.text, n_text);
  ArraNode *codes;

  if (n_text == rows)
    return text;
  codes = arra_graph_embedding (tape, code_table, split.codes, rows - n_text);
  codes = layer (tape, parameters, "gen_aligner.layers.0", codes);
  codes = layer (tape, parameters, "gen_aligner.layers.2", arra_graph_gelu (tape, codes));
  if (n_text == 0)
    return codes;
  return arra_graph_gather (tape, arra_graph_join (tape, text, codes), split.order, rows);
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
  const ArraJanusConfig *config = model->config;
  const ArraTransformerShape shape = arra_janus_shape (config);
  ArraTransformerGraph layers = { .shape = &shape,
                                  .table = arra_janus_table (),
                                  .norm = "language_model.model.norm.weight",
                                  .parameters = parameters,
                                  .n = sequences->n,
                                  .length = sequences->length,
                                  .dropout = *dropout };

  layers.dropout.stream = 0;
  arra_transformer_graph_turn (tape, &layers, &turns, config, NULL);
  arra_transformer_graph (tape, &layers, embed (tape, config, parameters, sequences), taps, out);
}

static ArraNode *
logits (const ArraTrainable *model, ArraTape *tape, const ArraParameters *parameters, ArraNode *rows)
{
  ArraNode *hidden = layer (tape, parameters, "gen_head.output_mlp_projector", rows);

  return layer (tape, parameters, "gen_head.vision_head", arra_graph_gelu (tape, hidden));
}

ArraTrainable
arra_janus_trainable (const ArraJanusConfig *config)
{
  return (ArraTrainable) { .hidden_size = config->hidden_size,
                           .n_layers = config->n_layers,
                           .context = config->context,
                           .n_ids = config->n_text + config->n_codes,
                           .first_label = config->n_text,
                           .n_labels = config->n_codes,
                           .config = config,
                           .graph = graph,
                           .logits = logits };
}
