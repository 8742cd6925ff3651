/* llamagen_graph.c - class-conditional LlamaGen as a computation on a tape
 *
 * Reference: LlamaGen autoregressive/models/gpt.py, Transformer.forward in training.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "llamagen_graph.h"

#include "fail.h"
#include "llamagen_private.h"

static void
frequencies (gconstpointer data, guint length, float *out)
{
  const ArraTrainable *model = data;

  arra_llamagen_frequencies (model->config, out);
}

static void
angles (gconstpointer data, const float *turns, guint position, float *cosine, float *sine)
{
  const ArraTrainable *model = data;

  arra_llamagen_angles (model->config, turns, position, model->columns, cosine, sine);
}

static const ArraGraphTurns turns = { frequencies, angles };

/* Rows of the two tables, and where each row of the sequences is when the classes' rows lie before the
 * codes'. */
typedef struct
{
  guint32 *classes, *codes, *order;
} Rows;

static Rows
split_ids (ArraTape *tape, const ArraLlamagenConfig *config, const ArraSequences *sequences)
{
  gsize rows = (gsize) sequences->n * sequences->length;
  guint32 *block = arra_tape_keep (tape, 2 * rows, sizeof *block);
  Rows split = { block, block != NULL ? block + sequences->n : NULL, block != NULL ? block + rows : NULL };
  guint32 n_codes = 0;

  for (gsize row = 0; arra_tape_computes (tape) && row < rows; row++)
    if (row % sequences->length == 0)
      {
        split.order[row] = (guint32) (row / sequences->length);
        split.classes[split.order[row]] = sequences->ids[row] - config->n_codes;
      }
    else
      {
        split.order[row] = sequences->n + n_codes;
        split.codes[n_codes++] = sequences->ids[row];
      }
  return split;
}

static ArraNode *
embed (ArraTape *tape,
       const ArraLlamagenConfig *config,
       const ArraParameters *parameters,
       const ArraSequences *sequences)
{
  ArraNode *class_table = arra_parameters_leaf (parameters, tape, "cls_embedding.embedding_table.weight");
  ArraNode *code_table = arra_parameters_leaf (parameters, tape, "tok_embeddings.weight");
  gsize rows = (gsize) sequences->n * sequences->length;
  Rows split = split_ids (tape, config, sequences);
  ArraNode *classes = arra_graph_embedding (tape, class_table, split.classes, sequences->n);
  ArraNode *codes = arra_graph_embedding (tape, code_table, split.codes, rows - sequences->n);

  return arra_graph_gather (tape, arra_graph_join (tape, classes, codes), split.order, rows);
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
  const ArraLlamagenConfig *config = model->config;
  const ArraTransformerShape shape = arra_llamagen_shape (config);
  ArraTransformerGraph layers = { .shape = &shape,
                                  .table = arra_llamagen_table (config),
                                  .norm = "norm.weight",
                                  .parameters = parameters,
                                  .n = sequences->n,
                                  .length = sequences->length,
                                  .dropout = *dropout };
  ArraNode *x = embed (tape, config, parameters, sequences);

  layers.dropout.stream = 0;
  x = arra_graph_dropout (tape, x, &layers.dropout);
  layers.dropout.stream = 1;
  arra_transformer_graph_turn (tape, &layers, &turns, model);
  arra_transformer_graph (tape, &layers, x, tap, out);
}

static ArraNode *
logits (const ArraTrainable *model, ArraTape *tape, const ArraParameters *parameters, ArraNode *rows)
{
  return arra_graph_dense (tape, rows, arra_parameters_leaf (parameters, tape, "output.weight"), NULL);
}

static gboolean
check (const ArraTrainable *model, const ArraSequences *sequences, GError **error)
{
  guint n_codes = model->n_labels;

  for (gsize row = 0; row < (gsize) sequences->n * sequences->length; row++)
    if ((sequences->ids[row] >= n_codes) != (row % sequences->length == 0))
      return arra_fail (error, ARRA_ERROR_ARGUMENT,
                        "A sequence is a class and then codes: id %u cannot stand at place %zu", sequences->ids[row],
                        (size_t) (row % sequences->length));
  return TRUE;
}

ArraTrainable
arra_llamagen_trainable (const ArraLlamagenConfig *config, guint columns)
{
  return (ArraTrainable) { .hidden_size = config->hidden_size,
                           .n_layers = config->n_layers,
                           .context = ARRA_ROPE_POSITIONS,
                           .n_ids = config->n_codes + config->n_classes + 1,
                           .n_labels = config->n_codes,
                           .config = config,
                           .columns = columns,
                           .check = check,
                           .graph = graph,
                           .logits = logits };
}
