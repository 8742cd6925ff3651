/* transformer_graph.c - a transformer's layers as a computation on a tape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "transformer_graph.h"

#include <math.h>
#include <string.h>

typedef struct
{
  ArraTape *tape;
  const ArraTransformerGraph *graph;
  ArraSequenceShape shape;
  ArraDropout dropout;
  guint layer;
} Graph;

guint
arra_transformer_graph_nodes (guint n_layers)
{
  return 32 * n_layers + 80;
}

/* (nullable): what the table calls this weight of a layer; NULL when the family has none. */
static const char *
name_of (const ArraWeightTable *table, gsize offset)
{
  for (gsize i = 0; i < table->n_in_layer; i++)
    if (table->in_layer[i].offset == offset)
      return table->in_layer[i].names[0];
  return NULL;
}

static void
full_name (const Graph *g, gsize offset, char out[ARRA_PARAMETER_NAME])
{
  const ArraWeightTable *table = g->graph->table;

  g_snprintf (out, ARRA_PARAMETER_NAME, "%s%u.%s", table->layers[0], g->layer, name_of (table, offset));
}

#define HAS(g, member) (name_of ((g)->graph->table, G_STRUCT_OFFSET (ArraTransformerLayer, member)) != NULL)
#define WEIGHT(g, member) weight (g, G_STRUCT_OFFSET (ArraTransformerLayer, member))

static ArraNode *
weight (const Graph *g, gsize offset)
{
  char name[ARRA_PARAMETER_NAME];

  full_name (g, offset, name);
  return arra_parameters_leaf (g->graph->parameters, g->tape, name);
}

static ArraNode *
dense (const Graph *g, ArraNode *x, ArraNode *matrix)
{
  return arra_graph_dense (g->tape, x, matrix, NULL);
}

/* Rows of the one matrix that queries, keys and values share. */
static ArraNode *
fused (const Graph *g, gsize first, gsize n)
{
  char name[ARRA_PARAMETER_NAME];

  full_name (g, G_STRUCT_OFFSET (ArraTransformerLayer, qkv), name);
  return arra_parameters_leaf_rows (g->graph->parameters, g->tape, name, first, n);
}

static void
project (const Graph *g, ArraNode *x, ArraNode *out[3])
{
  const ArraTransformerShape *shape = g->graph->shape;
  gsize all = (gsize) shape->n_heads * shape->head_dim, kv = (gsize) shape->n_kv_heads * shape->head_dim;

  out[0] = dense (g, x, HAS (g, qkv) ? fused (g, 0, all) : WEIGHT (g, q));
  out[1] = dense (g, x, HAS (g, qkv) ? fused (g, all, kv) : WEIGHT (g, k));
  out[2] = dense (g, x, HAS (g, qkv) ? fused (g, all + kv, kv) : WEIGHT (g, v));
}

static ArraNode *
attention (const Graph *g, ArraNode *x)
{
  const ArraTransformerGraph *graph = g->graph;
  guint heads = graph->shape->n_heads, kv_heads = graph->shape->n_kv_heads;
  ArraNode *parts[3], *q, *k;

  project (g, x, parts);
  q = parts[0];
  k = parts[1];
  if (HAS (g, q_norm))
    q = arra_graph_head_norm (g->tape, q, WEIGHT (g, q_norm), WEIGHT (g, q_norm_bias), heads, ARRA_HEAD_NORM_EPS);
  q = arra_graph_rope (g->tape, q, graph->shape->pairing, graph->cosine, graph->sine, heads);
  if (HAS (g, k_norm))
    k = arra_graph_head_norm (g->tape, k, WEIGHT (g, k_norm), WEIGHT (g, k_norm_bias), kv_heads, ARRA_HEAD_NORM_EPS);
  k = arra_graph_rope (g->tape, k, graph->shape->pairing, graph->cosine, graph->sine, kv_heads);
  return dense (g, arra_graph_attention (g->tape, q, k, parts[2], &g->shape), WEIGHT (g, o));
}

static ArraNode *
feed_forward (const Graph *g, ArraNode *x)
{
  ArraNode *gate = dense (g, x, WEIGHT (g, gate));
  ArraNode *up = dense (g, x, WEIGHT (g, up));

  return dense (g, arra_graph_silu_mul (g->tape, gate, up), WEIGHT (g, down));
}

/* x + dropout (sublayer (norm (x))), or with swin norms x + dropout (norm (sublayer (x))) */
static ArraNode *
residual (Graph *g, ArraNode *x, ArraNode *norm, ArraNode *(*sublayer) (const Graph *, ArraNode *) )
{
  const ArraTransformerShape *shape = g->graph->shape;
  ArraNode *branch;

  if (shape->swin_norm)
    branch = arra_graph_rms_norm (g->tape, sublayer (g, x), norm, shape->norm_eps);
  else
    branch = sublayer (g, arra_graph_rms_norm (g->tape, x, norm, shape->norm_eps));
  branch = arra_graph_dropout (g->tape, branch, &g->dropout);
  g->dropout.stream++;
  return arra_graph_add (g->tape, x, branch);
}

void
arra_transformer_graph_turn (ArraTape *tape,
                             ArraTransformerGraph *graph,
                             const ArraGraphTurns *turns,
                             gconstpointer config,
                             const guint32 *first)
{
  gsize half = graph->shape->head_dim / 2, size = graph->length * half;
  float *cosine = arra_tape_keep (tape, graph->n * size, sizeof (float));
  float *sine = arra_tape_keep (tape, graph->n * size, sizeof (float));
  float *frequencies = arra_tape_keep (tape, half, sizeof (float));

  graph->cosine = cosine;
  graph->sine = sine;
  if (!arra_tape_computes (tape))
    return;
  turns->frequencies (config, graph->length, frequencies);
  for (guint i = 0; i < graph->n; i++)
    if (i > 0 && first == NULL)
      {
        memcpy (cosine + i * size, cosine, size * sizeof (float));
        memcpy (sine + i * size, sine, size * sizeof (float));
      }
    else
      for (guint at = 0; at < graph->length; at++)
        turns->angles (config, frequencies, (first != NULL ? first[i] : 0) + at, cosine + i * size + at * half,
                       sine + i * size + at * half);
}

static void
keep_tapped (ArraTransformerNodes *out, ArraTaps taps, guint layer, ArraNode *x)
{
  for (guint i = 0; i < ARRA_TAPS; i++)
    if (taps.layer[i] == layer)
      out->tapped[i] = x;
}

void
arra_transformer_graph (ArraTape *tape,
                        const ArraTransformerGraph *graph,
                        ArraNode *x,
                        ArraTaps taps,
                        ArraTransformerNodes *out)
{
  const ArraTransformerShape *shape = graph->shape;
  Graph g = { .tape = tape, .graph = graph, .dropout = graph->dropout };

  g.shape = (ArraSequenceShape) { .batch = graph->n,
                                  .length = graph->length,
                                  .heads = shape->n_heads,
                                  .kv_heads = shape->n_kv_heads,
                                  .head_dim = shape->head_dim,
                                  .scale = 1.0f / sqrtf ((float) shape->head_dim) };
  memset (out->tapped, 0, sizeof out->tapped);
  keep_tapped (out, taps, 0, x);
  for (g.layer = 0; g.layer < shape->n_layers; g.layer++)
    {
      x = residual (&g, x, WEIGHT (&g, input_norm), attention);
      x = residual (&g, x, WEIGHT (&g, post_attention_norm), feed_forward);
      if (g.layer + 1 < shape->n_layers)
        keep_tapped (out, taps, g.layer + 1, x);
    }
  out->hidden
      = arra_graph_rms_norm (tape, x, arra_parameters_leaf (graph->parameters, tape, graph->norm), shape->norm_eps);
  keep_tapped (out, taps, shape->n_layers, out->hidden);
}
