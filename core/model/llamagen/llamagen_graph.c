/* llamagen_graph.c - class-conditional LlamaGen as a computation on a tape
 *
 * Reference: LlamaGen autoregressive/models/gpt.py, Transformer.forward in training.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "llamagen_graph.h"

#include "llamagen_private.h"

/* Angles of every row: [n * length][head_dim / 2], the same for every picture. */
static void
prepare_rope (ArraTape *tape, const ArraLlamagenConfig *config, const ArraLlamagenPictures *pictures, guint length,
              ArraTransformerGraph *graph)
{
  gsize half = config->head_dim / 2, rows = (gsize) pictures->n * length;
  float *cosine = arra_tape_keep (tape, rows * half, sizeof (float));
  float *sine = arra_tape_keep (tape, rows * half, sizeof (float));
  float *frequencies = arra_tape_keep (tape, half, sizeof (float));

  graph->cosine = cosine;
  graph->sine = sine;
  if (!arra_tape_computes (tape))
    return;
  arra_llamagen_frequencies (config, frequencies);
  for (gsize row = 0; row < rows; row++)
    arra_llamagen_angles (config, frequencies, (guint) (row % length), pictures->columns, cosine + row * half,
                          sine + row * half);
}

/* The classes' rows lie before all codes' rows: where each row of each sequence is. */
static const guint32 *
order_rows (ArraTape *tape, const ArraLlamagenPictures *pictures)
{
  guint32 *order = arra_tape_keep (tape, (gsize) pictures->n * (pictures->n_codes + 1), sizeof *order);

  for (guint32 picture = 0, row = 0; arra_tape_computes (tape) && picture < pictures->n; picture++)
    {
      order[row++] = picture;
      for (guint32 i = 0; i < pictures->n_codes; i++)
        order[row++] = pictures->n + picture * pictures->n_codes + i;
    }
  return order;
}

static ArraNode *
embed (ArraTape *tape, const ArraParameters *parameters, const ArraLlamagenPictures *pictures)
{
  ArraNode *class_table = arra_parameters_leaf (parameters, tape, "cls_embedding.embedding_table.weight");
  ArraNode *code_table = arra_parameters_leaf (parameters, tape, "tok_embeddings.weight");
  gsize n_codes = (gsize) pictures->n * pictures->n_codes;
  ArraNode *classes = arra_graph_embedding (tape, class_table, pictures->classes, pictures->n);
  ArraNode *codes = arra_graph_embedding (tape, code_table, pictures->codes, n_codes);
  const guint32 *order = order_rows (tape, pictures);

  return arra_graph_gather (tape, arra_graph_join (tape, classes, codes), order, pictures->n + n_codes);
}

void
arra_llamagen_graph (ArraTape *tape,
                     const ArraLlamagenConfig *config,
                     const ArraParameters *parameters,
                     const ArraLlamagenPictures *pictures,
                     guint tap,
                     const ArraDropout *dropout,
                     ArraTransformerNodes *out)
{
  const ArraTransformerShape shape = arra_llamagen_shape (config);
  ArraTransformerGraph graph = { .shape = &shape,
                                 .table = arra_llamagen_table (config),
                                 .norm = "norm.weight",
                                 .parameters = parameters,
                                 .n = pictures->n,
                                 .length = pictures->n_codes + 1,
                                 .dropout = *dropout };
  ArraNode *x = embed (tape, parameters, pictures);

  graph.dropout.stream = 0;
  x = arra_graph_dropout (tape, x, &graph.dropout);
  graph.dropout.stream = 1;
  prepare_rope (tape, config, pictures, graph.length, &graph);
  arra_transformer_graph (tape, &graph, x, tap, out);
}

ArraNode *
arra_llamagen_graph_logits (ArraTape *tape, const ArraParameters *parameters, ArraNode *hidden)
{
  return arra_graph_dense (tape, hidden, arra_parameters_leaf (parameters, tape, "output.weight"), NULL);
}
