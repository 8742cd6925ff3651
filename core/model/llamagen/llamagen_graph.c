/* llamagen_graph.c - LlamaGen as a computation on a tape
 *
 * Reference: LlamaGen autoregressive/models/gpt.py, Transformer.forward in training.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "llamagen_graph.h"

#include <string.h>

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

#define NO_TEXT "cls_embedding.uncond_embedding"
#define OUTPUT "output.weight"

/* Rows of the prefixes lie before those of the codes while they are made: where each row of the sequences is, and what
 * is looked up for it. */
typedef struct
{
  guint32 *prefix, *codes, *order; /* [n_prefix], [rows - n_prefix], [rows] */
  gsize n_prefix, rows;
  guint32 *first; /* [n]: the position that each sequence begins at; NULL: 0 */
} Rows;

/* The prefix of a text is as long as the text is; what is left out stands before it. */
static void
fill_rows (const ArraLlamagenConfig *config, const ArraSequences *sequences, Rows *rows)
{
  guint32 n_prefix = 0, n_codes = 0;

  for (gsize row = 0; row < rows->rows; row++)
    if (sequences->ids[row] >= config->n_codes)
      {
        rows->order[row] = n_prefix;
        rows->prefix[n_prefix++] = (guint32) row;
        if (rows->first != NULL)
          rows->first[row / sequences->length]--;
      }
    else
      {
        rows->order[row] = (guint32) rows->n_prefix + n_codes;
        rows->codes[n_codes++] = sequences->ids[row];
      }
}

static Rows
split_rows (ArraTape *tape, const ArraLlamagenConfig *config, const ArraSequences *sequences)
{
  Rows rows = { .rows = (gsize) sequences->n * sequences->length };
  guint32 *block = arra_tape_keep (tape, 2 * rows.rows, sizeof *block);

  if (config->kind == ARRA_LLAMAGEN_TEXT)
    rows.first = arra_tape_keep (tape, sequences->n, sizeof *rows.first);
  for (gsize row = 0; row < rows.rows; row++)
    rows.n_prefix += sequences->ids[row] >= config->n_codes;
  if (!arra_tape_computes (tape))
    return rows;
  rows.order = block;
  rows.prefix = block + rows.rows;
  rows.codes = rows.prefix + rows.n_prefix;
  for (guint i = 0; rows.first != NULL && i < sequences->n; i++)
    rows.first[i] = config->n_prefix;
  fill_rows (config, sequences, &rows);
  return rows;
}

static ArraNode *
embed_classes (ArraTape *tape,
               const ArraLlamagenConfig *config,
               const ArraParameters *parameters,
               const ArraSequences *sequences,
               const Rows *rows)
{
  ArraNode *table = arra_parameters_leaf (parameters, tape, "cls_embedding.embedding_table.weight");

  for (gsize i = 0; arra_tape_computes (tape) && i < rows->n_prefix; i++)
    rows->prefix[i] = sequences->ids[rows->prefix[i]] - config->n_codes;
  return arra_graph_embedding (tape, table, rows->prefix, rows->n_prefix);
}

/* Features of a row of a text, or those that stand for none, which are not learnt. */
static const float *
features_of (const ArraTrainable *model, const ArraParameters *parameters, const ArraSequences *sequences, gsize row)
{
  const ArraLlamagenConfig *config = model->config;
  const float *none = parameters->data + arra_parameters_find (parameters, NO_TEXT)->offset;
  const guint32 id = sequences->ids[row];
  const gsize item = row / sequences->length;

  if (id < model->first_prompt)
    return none + (gsize) (id - config->n_codes) * config->caption_size;
  return sequences->prompts + (item * config->n_prefix + id - model->first_prompt) * config->caption_size;
}

static ArraNode *
embed_text (ArraTape *tape,
            const ArraTrainable *model,
            const ArraParameters *parameters,
            const ArraSequences *sequences,
            const Rows *rows)
{
  const gsize width = ((const ArraLlamagenConfig *) model->config)->caption_size;
  float *features = arra_tape_keep (tape, rows->n_prefix * width, sizeof *features);
  ArraNode *x;

  for (gsize i = 0; arra_tape_computes (tape) && i < rows->n_prefix; i++)
    memcpy (features + i * width, features_of (model, parameters, sequences, rows->prefix[i]),
            width * sizeof *features);
  x = arra_tape_leaf (tape, rows->n_prefix, width, features, NULL);
  x = arra_graph_dense (tape, x, arra_parameters_leaf (parameters, tape, "cls_embedding.cap_proj.fc1.weight"), NULL);
  x = arra_graph_gelu_tanh (tape, x);
  return arra_graph_dense (tape, x, arra_parameters_leaf (parameters, tape, "cls_embedding.cap_proj.fc2.weight"), NULL);
}

static ArraNode *
embed (ArraTape *tape,
       const ArraTrainable *model,
       const ArraParameters *parameters,
       const ArraSequences *sequences,
       const Rows *rows)
{
  const ArraLlamagenConfig *config = model->config;
  ArraNode *table = arra_parameters_leaf (parameters, tape, "tok_embeddings.weight"), *prefix, *codes;

  prefix = config->kind == ARRA_LLAMAGEN_TEXT ? embed_text (tape, model, parameters, sequences, rows)
                                              : embed_classes (tape, config, parameters, sequences, rows);
  codes = arra_graph_embedding (tape, table, rows->codes, rows->rows - rows->n_prefix);
  return arra_graph_gather (tape, arra_graph_join (tape, prefix, codes), rows->order, rows->rows);
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
  const ArraLlamagenConfig *config = model->config;
  const ArraTransformerShape shape = arra_llamagen_shape (config);
  ArraTransformerGraph layers = { .shape = &shape,
                                  .table = arra_llamagen_table (config),
                                  .norm = "norm.weight",
                                  .parameters = parameters,
                                  .n = sequences->n,
                                  .length = sequences->length,
                                  .dropout = *dropout };
  const Rows rows = split_rows (tape, config, sequences);
  ArraNode *x = embed (tape, model, parameters, sequences, &rows);

  layers.dropout.stream = 0;
  x = arra_graph_dropout (tape, x, &layers.dropout);
  layers.dropout.stream = 1;
  arra_transformer_graph_turn (tape, &layers, &turns, model, rows.first);
  arra_transformer_graph (tape, &layers, x, taps, out);
}

static ArraNode *
logits (const ArraTrainable *model, ArraTape *tape, const ArraParameters *parameters, ArraNode *rows)
{
  return arra_graph_dense (tape, rows, arra_parameters_leaf (parameters, tape, OUTPUT), NULL);
}

/* How many rows of a sequence are its prefix: one class, or rows of a text. */
static guint
prefix_of (const ArraLlamagenConfig *config, const guint32 *ids, guint length)
{
  const guint most = MIN (config->n_prefix, length);
  guint n = 0;

  while (n < most && ids[n] >= config->n_codes)
    n++;
  return n;
}

static gboolean
check_sequence (const ArraTrainable *model, const ArraSequences *sequences, guint item, GError **error)
{
  const guint32 *ids = sequences->ids + (gsize) item * sequences->length;
  guint at = prefix_of (model->config, ids, sequences->length);

  if (at > 0 && ids[at - 1] >= model->first_prompt && model->first_prompt > 0 && sequences->prompts == NULL)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "Features of the prompts are missing");
  while (at > 0 && at < sequences->length && ids[at] < model->n_labels)
    at++;
  if (at == sequences->length)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_ARGUMENT,
                    "A sequence is a class, or rows of a text, and then codes: id %u cannot stand at place %u", ids[at],
                    at);
}

static gboolean
check (const ArraTrainable *model, const ArraSequences *sequences, GError **error)
{
  for (guint i = 0; i < sequences->n; i++)
    if (!check_sequence (model, sequences, i, error))
      return FALSE;
  return TRUE;
}

ArraTrainable
arra_llamagen_trainable (const ArraLlamagenConfig *config, guint columns)
{
  ArraTrainable model = { .hidden_size = config->hidden_size,
                          .n_layers = config->n_layers,
                          .context = ARRA_ROPE_POSITIONS,
                          .n_ids = config->n_codes + config->n_classes + 1,
                          .n_labels = config->n_codes,
                          .zeroed = OUTPUT,
                          .config = config,
                          .columns = columns,
                          .check = check,
                          .graph = graph,
                          .logits = logits };

  if (config->kind == ARRA_LLAMAGEN_CLASSES)
    return model;
  model.prompt_rows = config->n_prefix;
  model.prompt_width = config->caption_size;
  model.first_prompt = config->n_codes + config->n_prefix;
  model.n_ids = model.first_prompt + config->n_prefix;
  model.fixed = NO_TEXT;
  return model;
}
