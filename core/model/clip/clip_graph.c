/* clip_graph.c - CLIP's two encoders as computations on a tape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip_graph.h"

#include <math.h>

#include "patches.h"

typedef struct
{
  ArraTape *tape;
  const ArraParameters *parameters;
  const ArraClipTower *tower;
  const char *name; /* of the tower's tensors */
  ArraSequenceShape shape;
  guint layer;
} Tower;

guint
arra_clip_graph_nodes (const ArraClipConfig *config)
{
  return 32 * (config->vision.n_layers + config->text.n_layers) + 64;
}

/* ---- parts of a layer */

static ArraNode *
parameter (const Tower *t, const char *part, const char *kind)
{
  char name[ARRA_PARAMETER_NAME];

  g_snprintf (name, sizeof name, "%s.encoder.layers.%u.%s.%s", t->name, t->layer, part, kind);
  return arra_parameters_leaf (t->parameters, t->tape, name);
}

static ArraNode *
dense (const Tower *t, ArraNode *x, const char *part)
{
  return arra_graph_dense (t->tape, x, parameter (t, part, "weight"), parameter (t, part, "bias"));
}

static ArraNode *
norm (const Tower *t, ArraNode *x, const char *part)
{
  return arra_graph_layer_norm (t->tape, x, parameter (t, part, "weight"), parameter (t, part, "bias"),
                                t->tower->eps);
}

static ArraNode *
attention (const Tower *t, ArraNode *x)
{
  ArraNode *q = dense (t, x, "self_attn.q_proj"), *k = dense (t, x, "self_attn.k_proj");
  ArraNode *v = dense (t, x, "self_attn.v_proj");

  return dense (t, arra_graph_attention_sequences (t->tape, q, k, v, &t->shape), "self_attn.out_proj");
}

static ArraNode *
feed_forward (const Tower *t, ArraNode *x)
{
  ArraNode *up = dense (t, x, "mlp.fc1");

  up = t->tower->exact_gelu ? arra_graph_gelu (t->tape, up) : arra_graph_quick_gelu (t->tape, up);
  return dense (t, up, "mlp.fc2");
}

static ArraNode *
run_layers (Tower *t, ArraNode *x)
{
  for (t->layer = 0; t->layer < t->tower->n_layers; t->layer++)
    {
      x = arra_graph_add (t->tape, x, attention (t, norm (t, x, "layer_norm1")));
      x = arra_graph_add (t->tape, x, feed_forward (t, norm (t, x, "layer_norm2")));
    }
  return x;
}

static Tower
tower_of (ArraTape *tape,
          const ArraClipNet *net,
          const ArraClipTower *tower,
          const char *name,
          gsize n,
          gsize length)
{
  gsize head_dim = tower->width / tower->n_heads;

  return (Tower){ .tape = tape,
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
leaf (const Tower *t, const char *name)
{
  return arra_parameters_leaf (t->parameters, t->tape, name);
}

static ArraNode *
outer_norm (const Tower *t, ArraNode *x, const char *weight, const char *bias)
{
  return arra_graph_layer_norm (t->tape, x, leaf (t, weight), leaf (t, bias), t->tower->eps);
}

/* ---- pictures */

static ArraNode *
embed_patches (const Tower *t, const ArraClipConfig *config, const float *pixels, gsize n)
{
  gsize length = arra_clip_picture_tokens (config), rows = n * (length - 1);
  gsize width = 3 * (gsize) config->patch_size * config->patch_size;
  float *patches = arra_tape_keep (t->tape, rows * width, sizeof (float));
  ArraNode *x = arra_tape_leaf (t->tape, rows, width, patches, NULL);

  if (arra_tape_computes (t->tape))
    arra_patches (arra_tape_exec (t->tape), pixels, n, config->image_size, config->patch_size, patches);
  x = arra_graph_dense (t->tape, x, leaf (t, "vision_model.embeddings.patch_embedding.weight"), NULL);
  return arra_graph_position_add (t->tape, x, leaf (t, "vision_model.embeddings.class_embedding"),
                                  leaf (t, "vision_model.embeddings.position_embedding.weight"), n, length);
}

static ArraNode *
first_tokens (const Tower *t, ArraNode *x)
{
  guint32 *rows = arra_tape_keep (t->tape, t->shape.batch, sizeof *rows);

  for (gsize i = 0; arra_tape_computes (t->tape) && i < t->shape.batch; i++)
    rows[i] = (guint32) (i * t->shape.length);
  return arra_graph_gather (t->tape, x, rows, t->shape.batch);
}

static ArraNode *
post_norm (const Tower *t, ArraNode *x)
{
  return outer_norm (t, x, "vision_model.post_layernorm.weight", "vision_model.post_layernorm.bias");
}

static ArraNode *
project (const Tower *t, ArraNode *x, const char *name)
{
  return arra_graph_dense (t->tape, x, leaf (t, name), NULL);
}

void
arra_clip_graph_pictures (ArraTape *tape,
                          const ArraClipNet *net,
                          const float *pixels,
                          gsize n,
                          gboolean patches,
                          ArraClipPictures *out)
{
  const ArraClipConfig *config = net->config;
  Tower t = tower_of (tape, net, &config->vision, "vision_model", n, arra_clip_picture_tokens (config));
  ArraNode *x = embed_patches (&t, config, pixels, n);

  t.shape.full = TRUE;
  x = outer_norm (&t, x, "vision_model.pre_layrnorm.weight", "vision_model.pre_layrnorm.bias");
  out->hidden = run_layers (&t, x);
  out->pooled = post_norm (&t, first_tokens (&t, out->hidden));
  out->features = project (&t, out->pooled, "visual_projection.weight");
  out->patches = patches ? project (&t, post_norm (&t, out->hidden), "visual_projection.weight") : NULL;
}

/* ---- texts */

ArraNode *
arra_clip_graph_texts (ArraTape *tape, const ArraClipNet *net, const ArraClipTexts *texts)
{
  Tower t = tower_of (tape, net, &net->config->text, "text_model", texts->n, texts->length);
  ArraNode *x = arra_graph_embedding (tape, leaf (&t, "text_model.embeddings.token_embedding.weight"),
                                      texts->ids, texts->n * texts->length);

  x = arra_graph_position_add (tape, x, NULL, leaf (&t, "text_model.embeddings.position_embedding.weight"),
                               texts->n, texts->length);
  x = arra_graph_gather (tape, run_layers (&t, x), texts->ends, texts->n);
  x = outer_norm (&t, x, "text_model.final_layer_norm.weight", "text_model.final_layer_norm.bias");
  return project (&t, x, "text_projection.weight");
}
