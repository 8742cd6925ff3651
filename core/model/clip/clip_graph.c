/* clip_graph.c - CLIP's two encoders as computations on a tape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip_graph.h"

#include <math.h>
#include <string.h>

guint
arra_clip_graph_nodes (const ArraClipConfig *config)
{
  return 32 * (config->vision.n_layers + config->text.n_layers) + 64;
}

/* ---- parts of a layer */

ArraNode *
arra_tower_parameter (const ArraTower *t, const char *part, const char *kind)
{
  char name[ARRA_PARAMETER_NAME];

  g_snprintf (name, sizeof name, "%s.encoder.layers.%u.%s.%s", t->name, t->layer, part, kind);
  return arra_parameters_leaf (t->parameters, t->tape, name);
}

static ArraNode *
dense (const ArraTower *t, ArraNode *x, const char *part)
{
  return arra_graph_dense (t->tape, x, arra_tower_parameter (t, part, "weight"),
                           arra_tower_parameter (t, part, "bias"));
}

static ArraNode *
norm (const ArraTower *t, ArraNode *x, const char *part)
{
  return arra_graph_layer_norm (t->tape, x, arra_tower_parameter (t, part, "weight"),
                                arra_tower_parameter (t, part, "bias"), t->tower->eps);
}

static ArraNode *
attention (const ArraTower *t, ArraNode *x)
{
  ArraNode *q = dense (t, x, "self_attn.q_proj"), *k = dense (t, x, "self_attn.k_proj");
  ArraNode *v = dense (t, x, "self_attn.v_proj");

  x = t->attend != NULL ? t->attend (t, q, k, v) : arra_graph_attention_sequences (t->tape, q, k, v, &t->shape);
  return dense (t, x, "self_attn.out_proj");
}

static ArraNode *
feed_forward (const ArraTower *t, ArraNode *x)
{
  ArraNode *up = dense (t, x, "mlp.fc1");

  up = t->tower->exact_gelu ? arra_graph_gelu (t->tape, up) : arra_graph_quick_gelu (t->tape, up);
  return dense (t, up, "mlp.fc2");
}

static ArraNode *
layer_norm_after (const ArraTower *t, ArraNode *x)
{
  x = norm (t, arra_graph_add (t->tape, x, attention (t, x)), "layer_norm1");
  return norm (t, arra_graph_add (t->tape, x, feed_forward (t, x)), "layer_norm2");
}

ArraNode *
arra_tower_layer (const ArraTower *t, ArraNode *x)
{
  if (t->tower->norm_after)
    return layer_norm_after (t, x);
  x = arra_graph_add (t->tape, x, attention (t, norm (t, x, "layer_norm1")));
  return arra_graph_add (t->tape, x, feed_forward (t, norm (t, x, "layer_norm2")));
}

ArraNode *
arra_tower_layers (ArraTower *t, ArraNode *x)
{
  for (t->layer = 0; t->layer < t->tower->n_layers; t->layer++)
    x = arra_tower_layer (t, x);
  return x;
}

static ArraTower
tower_of (ArraTape *tape, const ArraClipNet *net, const ArraClipTower *tower, const char *name, gsize n, gsize length)
{
  gsize head_dim = tower->width / tower->n_heads;

  return (ArraTower) { .tape = tape,
                       .parameters = net->parameters,
                       .tower = tower,
                       .name = name,
                       .shape = { .batch = n,
                                  .length = length,
                                  .heads = tower->n_heads,
                                  .kv_heads = tower->n_heads,
                                  .head_dim = head_dim,
                                  .scale = 1.0f / sqrtf ((float) head_dim) } };
}

static ArraNode *
leaf (const ArraTower *t, const char *name)
{
  return arra_parameters_leaf (t->parameters, t->tape, name);
}

static ArraNode *
outer_norm (const ArraTower *t, ArraNode *x, const char *weight, const char *bias)
{
  return arra_graph_layer_norm (t->tape, x, leaf (t, weight), leaf (t, bias), t->tower->eps);
}

/* ---- pictures */

ArraNode *
arra_vit_patches (ArraTape *tape, const ArraPatches *shape, const float *pixels, ArraNode *kernel, ArraNode *bias)
{
  gsize rows = shape->n * (shape->height / shape->patch) * (shape->width / shape->patch);
  float *patches = arra_tape_keep (tape, rows * kernel->width, sizeof (float));
  ArraNode *x = arra_tape_leaf (tape, rows, kernel->width, patches, NULL);

  if (arra_tape_computes (tape))
    arra_patches (arra_tape_exec (tape), shape, pixels, patches);
  return arra_graph_dense (tape, x, arra_graph_interleave (tape, kernel, 3), bias);
}

static ArraNode *
embed_patches (const ArraTower *t, const ArraClipConfig *config, const ArraVitInput *input)
{
  const ArraPatches shape = { input->n, input->height, input->width, config->patch_size };
  ArraNode *bias = config->plain_patches ? leaf (t, "vision_model.embeddings.patch_embedding.bias") : NULL;
  ArraNode *positions = input->positions != NULL
                            ? arra_tape_leaf (t->tape, t->shape.length, config->vision.width, input->positions, NULL)
                            : leaf (t, "vision_model.embeddings.position_embedding.weight");
  ArraNode *x = arra_vit_patches (t->tape, &shape, input->pixels,
                                  leaf (t, "vision_model.embeddings.patch_embedding.weight"), bias);

  return arra_graph_position_add (t->tape, x, leaf (t, "vision_model.embeddings.class_embedding"), positions, input->n,
                                  t->shape.length);
}

static ArraNode *
first_tokens (const ArraTower *t, ArraNode *x)
{
  guint32 *rows = arra_tape_keep (t->tape, t->shape.batch, sizeof *rows);

  for (gsize i = 0; arra_tape_computes (t->tape) && i < t->shape.batch; i++)
    rows[i] = (guint32) (i * t->shape.length);
  return arra_graph_gather (t->tape, x, rows, t->shape.batch);
}

static ArraNode *
post_norm (const ArraTower *t, ArraNode *x)
{
  return outer_norm (t, x, "vision_model.post_layernorm.weight", "vision_model.post_layernorm.bias");
}

static ArraNode *
project (const ArraTower *t, ArraNode *x, const char *name)
{
  return arra_graph_dense (t->tape, x, leaf (t, name), NULL);
}

static ArraNode *
project_picture (const ArraTower *t, const ArraClipConfig *config, ArraNode *x)
{
  return config->projection > 0 ? project (t, x, "visual_projection.weight") : x;
}

void
arra_vit_graph (ArraTape *tape, const ArraClipNet *net, const ArraVitInput *input, ArraClipPictures *out)
{
  const ArraClipConfig *config = net->config;
  gsize length = input->height / config->patch_size * (input->width / config->patch_size) + 1;
  ArraTower t = tower_of (tape, net, &config->vision, "vision_model", input->n, length);
  ArraNode *x = embed_patches (&t, config, input);

  t.shape.full = TRUE;
  if (!config->plain_patches)
    x = outer_norm (&t, x, "vision_model.pre_layrnorm.weight", "vision_model.pre_layrnorm.bias");
  *out = (ArraClipPictures) { .hidden = arra_tower_layers (&t, x) };
  out->pooled = post_norm (&t, first_tokens (&t, out->hidden));
  out->features = project_picture (&t, config, out->pooled);
  if (!input->patches)
    return;
  out->normed = post_norm (&t, out->hidden);
  out->patches = project_picture (&t, config, out->normed);
}

void
arra_clip_graph_pictures (ArraTape *tape,
                          const ArraClipNet *net,
                          const float *pixels,
                          gsize n,
                          gboolean patches,
                          ArraClipPictures *out)
{
  gsize size = net->config->image_size;
  const ArraVitInput input = { .pixels = pixels, .n = n, .height = size, .width = size, .patches = patches };

  arra_vit_graph (tape, net, &input, out);
}

/* ---- texts */

static ArraNode *
embed_words (const ArraTower *t, const ArraClipTexts *texts)
{
  ArraNode *x = arra_graph_embedding (t->tape, leaf (t, "text_model.embeddings.token_embedding.weight"), texts->ids,
                                      texts->n * texts->length);

  return arra_graph_position_add (t->tape, x, NULL, leaf (t, "text_model.embeddings.position_embedding.weight"),
                                  texts->n, texts->length);
}

/* BERT (arXiv 1810.04805): each token also has a type, here the first; every token sees all of its text. */
static ArraNode *
bert_texts (ArraTower *t, const ArraClipTexts *texts)
{
  ArraNode *x = embed_words (t, texts);
  ArraNode *types = leaf (t, "text_model.embeddings.token_type_embedding.weight");
  guint32 *zeros = arra_tape_keep (t->tape, x->rows, sizeof *zeros);

  if (arra_tape_computes (t->tape))
    memset (zeros, 0, x->rows * sizeof *zeros);
  x = arra_graph_add (t->tape, x, arra_graph_gather (t->tape, types, zeros, x->rows));
  x = outer_norm (t, x, "text_model.embeddings.layer_norm.weight", "text_model.embeddings.layer_norm.bias");
  t->shape.full = TRUE;
  x = arra_graph_gather (t->tape, arra_tower_layers (t, x), texts->ends, texts->n);
  x = arra_graph_gelu (t->tape, project (t, x, "text_projection.fc1.weight"));
  return project (t, x, "text_projection.fc2.weight");
}

ArraNode *
arra_clip_graph_texts (ArraTape *tape, const ArraClipNet *net, const ArraClipTexts *texts)
{
  ArraTower t = tower_of (tape, net, &net->config->text, "text_model", texts->n, texts->length);
  ArraNode *x;

  if (net->config->token_types > 0)
    return bert_texts (&t, texts);
  x = arra_graph_gather (tape, arra_tower_layers (&t, embed_words (&t, texts)), texts->ends, texts->n);
  x = outer_norm (&t, x, "text_model.final_layer_norm.weight", "text_model.final_layer_norm.bias");
  return project (&t, x, "text_projection.weight");
}
