/* chameleon_graph.c - the Chameleon transformer as a computation on a tape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon_graph.h"

#include <math.h>
#include <string.h>

typedef struct
{
  ArraTape *tape;
  const ArraChameleonConfig *config;
  const ArraParameters *parameters;
  ArraSequenceShape shape;
  const float *cosine, *sine; /* [n * length][head_dim / 2] */
  ArraDropout dropout;
  guint layer;
} Graph;

gboolean
arra_parameters_add_chameleon (ArraParameters *parameters, const ArraChameleonConfig *config,
                               ArraSource *source, GError **error)
{
  return arra_chameleon_describe (config, source, arra_parameters_add_shape, parameters, error);
}

guint
arra_chameleon_graph_nodes (const ArraChameleonConfig *config)
{
  return 32 * config->n_layers + 32;
}

static ArraNode *
parameter (const Graph *g, const char *name)
{
  char full[ARRA_PARAMETER_NAME];

  g_snprintf (full, sizeof full, "model.layers.%u.%s", g->layer, name);
  return arra_parameters_leaf (g->parameters, g->tape, full);
}

static ArraNode *
dense (const Graph *g, ArraNode *x, const char *name)
{
  return arra_graph_dense (g->tape, x, parameter (g, name), NULL);
}

static ArraNode *
norm_heads (const Graph *g, ArraNode *x, const char *weight, const char *bias, gsize heads)
{
  ArraNode *normed = arra_graph_head_norm (g->tape, x, parameter (g, weight), parameter (g, bias), heads,
                                           ARRA_HEAD_NORM_EPS);

  return arra_graph_rope (g->tape, normed, ARRA_ROPE_HALVES, g->cosine, g->sine, heads);
}

static ArraNode *
attention (const Graph *g, ArraNode *x)
{
  ArraNode *q = dense (g, x, "self_attn.q_proj.weight");
  ArraNode *k = dense (g, x, "self_attn.k_proj.weight");
  ArraNode *v = dense (g, x, "self_attn.v_proj.weight");

  q = norm_heads (g, q, "self_attn.q_norm.weight", "self_attn.q_norm.bias", g->config->n_heads);
  k = norm_heads (g, k, "self_attn.k_norm.weight", "self_attn.k_norm.bias", g->config->n_kv_heads);
  return dense (g, arra_graph_attention (g->tape, q, k, v, &g->shape), "self_attn.o_proj.weight");
}

static ArraNode *
feed_forward (const Graph *g, ArraNode *x)
{
  ArraNode *gate = dense (g, x, "mlp.gate_proj.weight");
  ArraNode *up = dense (g, x, "mlp.up_proj.weight");

  return dense (g, arra_graph_silu_mul (g->tape, gate, up), "mlp.down_proj.weight");
}

/* x + dropout (sublayer (norm (x))), or with swin norms x + dropout (norm (sublayer (x))) */
static ArraNode *
residual (Graph *g, ArraNode *x, const char *norm, ArraNode *(*sublayer) (const Graph *, ArraNode *) )
{
  ArraNode *weight = parameter (g, norm), *branch;

  if (g->config->swin_norm)
    branch = arra_graph_rms_norm (g->tape, sublayer (g, x), weight, g->config->norm_eps);
  else
    branch = sublayer (g, arra_graph_rms_norm (g->tape, x, weight, g->config->norm_eps));
  branch = arra_graph_dropout (g->tape, branch, &g->dropout);
  g->dropout.stream++;
  return arra_graph_add (g->tape, x, branch);
}

/* Every sequence's positions run from 0. */
static void
prepare_rope (Graph *g, const ArraSequences *sequences)
{
  gsize half = g->config->head_dim / 2, size = sequences->length * half;
  float *cosine = arra_tape_keep (g->tape, sequences->n * size, sizeof (float));
  float *sine = arra_tape_keep (g->tape, sequences->n * size, sizeof (float));
  float *frequencies = arra_tape_keep (g->tape, half, sizeof (float));

  g->cosine = cosine;
  g->sine = sine;
  if (!arra_tape_computes (g->tape))
    return;
  arra_chameleon_rope_frequencies (g->config, sequences->length, frequencies);
  for (guint i = 0; i < sequences->length; i++)
    arra_chameleon_rope_angles (g->config, frequencies, i, cosine + i * half, sine + i * half);
  for (guint i = 1; i < sequences->n; i++)
    {
      memcpy (cosine + i * size, cosine, size * sizeof (float));
      memcpy (sine + i * size, sine, size * sizeof (float));
    }
}

void
arra_chameleon_graph (ArraTape *tape, const ArraChameleonConfig *config, const ArraParameters *parameters,
                      const ArraSequences *sequences, guint tap, const ArraDropout *dropout,
                      ArraChameleonGraph *out)
{
  Graph g = { .tape = tape, .config = config, .parameters = parameters, .dropout = *dropout };
  ArraNode *x
      = arra_graph_embedding (tape, arra_parameters_leaf (parameters, tape, "model.embed_tokens.weight"),
                              sequences->ids, (gsize) sequences->n * sequences->length);
  ArraNode *norm;

  g.shape
      = (ArraSequenceShape){ .batch = sequences->n,
                             .length = sequences->length,
                             .heads = config->n_heads,
                             .kv_heads = config->n_kv_heads,
                             .head_dim = config->head_dim,
                             .scale = 1.0f / sqrtf ((float) config->head_dim) };
  g.dropout.stream = 0;
  prepare_rope (&g, sequences);
  out->tapped = tap == 0 ? x : NULL;
  for (g.layer = 0; g.layer < config->n_layers; g.layer++)
    {
      x = residual (&g, x, "input_layernorm.weight", attention);
      x = residual (&g, x, "post_attention_layernorm.weight", feed_forward);
      if (g.layer + 1 == tap)
        out->tapped = x;
    }
  norm = arra_parameters_leaf (parameters, tape, "model.norm.weight");
  out->hidden = arra_graph_rms_norm (tape, x, norm, config->norm_eps);
  if (tap == config->n_layers)
    out->tapped = out->hidden;
}
