/* clip_forms.c - the forms in which CLIP models and ViTs are published
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip_forms.h"

#include <math.h>

#define BERT_EPS 1e-12f

#define OURS "vision_model.encoder.layers.#."
#define TEXT "text_model.encoder.layers.#."

/* timm's ViT in open_clip, beside Hugging Face's BERT */
static const ArraStoredName timm[] = {
  { "vision_model.embeddings.class_embedding", "visual.trunk.cls_token", 0, 0, FALSE },
  { "vision_model.embeddings.patch_embedding", "visual.trunk.patch_embed.proj", 0, 0, FALSE },
  { "vision_model.embeddings.position_embedding.weight", "visual.trunk.pos_embed", 0, 0, FALSE },
  { OURS "layer_norm1", "visual.trunk.blocks.#.norm1", 0, 0, FALSE },
  { OURS "self_attn.q_proj", "visual.trunk.blocks.#.attn.qkv", 0, 3, FALSE },
  { OURS "self_attn.k_proj", "visual.trunk.blocks.#.attn.qkv", 1, 3, FALSE },
  { OURS "self_attn.v_proj", "visual.trunk.blocks.#.attn.qkv", 2, 3, FALSE },
  { OURS "self_attn.out_proj", "visual.trunk.blocks.#.attn.proj", 0, 0, FALSE },
  { OURS "layer_norm2", "visual.trunk.blocks.#.norm2", 0, 0, FALSE },
  { OURS "mlp", "visual.trunk.blocks.#.mlp", 0, 0, FALSE },
  { "vision_model.post_layernorm", "visual.trunk.norm", 0, 0, FALSE },
  { "visual_projection", "visual.head.proj", 0, 0, FALSE },
  { "text_model.embeddings.token_embedding", "text.transformer.embeddings.word_embeddings", 0, 0, FALSE },
  { "text_model.embeddings.position_embedding", "text.transformer.embeddings.position_embeddings", 0, 0, FALSE },
  { "text_model.embeddings.token_type_embedding", "text.transformer.embeddings.token_type_embeddings", 0, 0, FALSE },
  { "text_model.embeddings.layer_norm", "text.transformer.embeddings.LayerNorm", 0, 0, FALSE },
  { TEXT "self_attn.q_proj", "text.transformer.encoder.layer.#.attention.self.query", 0, 0, FALSE },
  { TEXT "self_attn.k_proj", "text.transformer.encoder.layer.#.attention.self.key", 0, 0, FALSE },
  { TEXT "self_attn.v_proj", "text.transformer.encoder.layer.#.attention.self.value", 0, 0, FALSE },
  { TEXT "self_attn.out_proj", "text.transformer.encoder.layer.#.attention.output.dense", 0, 0, FALSE },
  { TEXT "layer_norm1", "text.transformer.encoder.layer.#.attention.output.LayerNorm", 0, 0, FALSE },
  { TEXT "mlp.fc1", "text.transformer.encoder.layer.#.intermediate.dense", 0, 0, FALSE },
  { TEXT "mlp.fc2", "text.transformer.encoder.layer.#.output.dense", 0, 0, FALSE },
  { TEXT "layer_norm2", "text.transformer.encoder.layer.#.output.LayerNorm", 0, 0, FALSE },
  { "text_projection.fc1", "text.proj.0", 0, 0, FALSE },
  { "text_projection.fc2", "text.proj.2", 0, 0, FALSE },
};

/* openai/CLIP's, which open_clip keeps */
static const ArraStoredName openai[] = {
  { "vision_model.embeddings.class_embedding", "visual.class_embedding", 0, 0, FALSE },
  { "vision_model.embeddings.patch_embedding", "visual.conv1", 0, 0, FALSE },
  { "vision_model.embeddings.position_embedding.weight", "visual.positional_embedding", 0, 0, FALSE },
  { "vision_model.pre_layrnorm", "visual.ln_pre", 0, 0, FALSE },
  { OURS "layer_norm1", "visual.transformer.resblocks.#.ln_1", 0, 0, FALSE },
  { OURS "self_attn.q_proj.weight", "visual.transformer.resblocks.#.attn.in_proj_weight", 0, 3, FALSE },
  { OURS "self_attn.k_proj.weight", "visual.transformer.resblocks.#.attn.in_proj_weight", 1, 3, FALSE },
  { OURS "self_attn.v_proj.weight", "visual.transformer.resblocks.#.attn.in_proj_weight", 2, 3, FALSE },
  { OURS "self_attn.q_proj.bias", "visual.transformer.resblocks.#.attn.in_proj_bias", 0, 3, FALSE },
  { OURS "self_attn.k_proj.bias", "visual.transformer.resblocks.#.attn.in_proj_bias", 1, 3, FALSE },
  { OURS "self_attn.v_proj.bias", "visual.transformer.resblocks.#.attn.in_proj_bias", 2, 3, FALSE },
  { OURS "self_attn.out_proj", "visual.transformer.resblocks.#.attn.out_proj", 0, 0, FALSE },
  { OURS "layer_norm2", "visual.transformer.resblocks.#.ln_2", 0, 0, FALSE },
  { OURS "mlp.fc1", "visual.transformer.resblocks.#.mlp.c_fc", 0, 0, FALSE },
  { OURS "mlp.fc2", "visual.transformer.resblocks.#.mlp.c_proj", 0, 0, FALSE },
  { "vision_model.post_layernorm", "visual.ln_post", 0, 0, FALSE },
  { "visual_projection.weight", "visual.proj", 0, 0, TRUE },
  { "text_model.embeddings.token_embedding", "token_embedding", 0, 0, FALSE },
  { "text_model.embeddings.position_embedding.weight", "positional_embedding", 0, 0, FALSE },
  { TEXT "layer_norm1", "transformer.resblocks.#.ln_1", 0, 0, FALSE },
  { TEXT "self_attn.q_proj.weight", "transformer.resblocks.#.attn.in_proj_weight", 0, 3, FALSE },
  { TEXT "self_attn.k_proj.weight", "transformer.resblocks.#.attn.in_proj_weight", 1, 3, FALSE },
  { TEXT "self_attn.v_proj.weight", "transformer.resblocks.#.attn.in_proj_weight", 2, 3, FALSE },
  { TEXT "self_attn.q_proj.bias", "transformer.resblocks.#.attn.in_proj_bias", 0, 3, FALSE },
  { TEXT "self_attn.k_proj.bias", "transformer.resblocks.#.attn.in_proj_bias", 1, 3, FALSE },
  { TEXT "self_attn.v_proj.bias", "transformer.resblocks.#.attn.in_proj_bias", 2, 3, FALSE },
  { TEXT "self_attn.out_proj", "transformer.resblocks.#.attn.out_proj", 0, 0, FALSE },
  { TEXT "layer_norm2", "transformer.resblocks.#.ln_2", 0, 0, FALSE },
  { TEXT "mlp.fc1", "transformer.resblocks.#.mlp.c_fc", 0, 0, FALSE },
  { TEXT "mlp.fc2", "transformer.resblocks.#.mlp.c_proj", 0, 0, FALSE },
  { "text_model.final_layer_norm", "ln_final", 0, 0, FALSE },
  { "text_projection.weight", "text_projection", 0, 0, TRUE },
};

static const ArraClipForm forms[] = {
  { "vision_model.embeddings.class_embedding", { NULL, 0, NULL, FALSE, FALSE }, 1e-5f, FALSE, FALSE },
  { "visual.trunk.cls_token", ARRA_STORED_RULES (timm), 1e-6f, TRUE, TRUE },
  { "visual.class_embedding", ARRA_STORED_RULES (openai), 1e-5f, TRUE, TRUE },
};

const ArraClipForm *
arra_clip_form_find (const ArraClipForm *among, gsize n, const ArraSource *source, char **prefix)
{
  for (gsize i = 0; i < n; i++)
    if ((*prefix = arra_source_find_prefix (source, among[i].marker)) != NULL)
      return &among[i];
  return NULL;
}

const ArraClipForm *
arra_clip_form_of (const ArraSource *source, char **prefix)
{
  return arra_clip_form_find (forms, G_N_ELEMENTS (forms), source, prefix);
}

/* ---- shapes */

typedef struct
{
  const ArraStoredNames *names;
  const ArraSource *source;
} Shapes;

/* The numbers of a tensor, or those beside @width; 0: it is missing, or they do not come out even. */
static guint
count (const Shapes *s, const char *ours, guint width)
{
  const ArraTensor *tensor = arra_stored_find (s->names, s->source, ours);
  gsize n = tensor != NULL ? arra_tensor_count (tensor) : 0;

  return width > 0 && n % width == 0 && n / width <= G_MAXINT ? (guint) (n / width) : 0;
}

static guint
count_layers (const Shapes *s, const char *tower)
{
  for (guint layer = 0;; layer++)
    {
      g_autofree char *name = g_strdup_printf ("%s.encoder.layers.%u.layer_norm1.weight", tower, layer);

      if (arra_stored_find (s->names, s->source, name) == NULL)
        return layer;
    }
}

static void
read_tower (const Shapes *s, const char *name, ArraClipTower *tower)
{
  g_autofree char *fc1 = g_strdup_printf ("%s.encoder.layers.0.mlp.fc1.weight", name);

  tower->n_layers = count_layers (s, name);
  tower->intermediate = count (s, fc1, tower->width);
  tower->n_heads = MAX (tower->width / ARRA_CLIP_HEAD_WIDTH, 1);
}

static void
read_pictures (const Shapes *s, ArraClipConfig *config)
{
  const ArraTensor *kernel = arra_stored_find (s->names, s->source, "vision_model.embeddings.patch_embedding.weight");
  guint width = count (s, "vision_model.embeddings.class_embedding", 1);
  guint tokens = count (s, "vision_model.embeddings.position_embedding.weight", width);

  config->vision.width = width;
  config->patch_size = kernel != NULL && kernel->n_dims == 4 ? (guint) MIN (kernel->shape[3], G_MAXINT16) : 0;
  config->image_size = config->patch_size * (guint) lrint (sqrt (MAX (tokens, 1) - 1));
  config->projection = count (s, "visual_projection.weight", width);
  config->plain_patches = count (s, "vision_model.embeddings.patch_embedding.bias", 1) > 0;
  read_tower (s, "vision_model", &config->vision);
}

static void
read_texts (const Shapes *s, ArraClipConfig *config)
{
  const ArraTensor *words = arra_stored_find (s->names, s->source, "text_model.embeddings.token_embedding.weight");
  guint width = words != NULL && words->n_dims == 2 ? (guint) MIN (words->shape[1], G_MAXINT) : 0;

  config->text.width = width;
  if (width == 0)
    return;
  config->vocab_size = count (s, "text_model.embeddings.token_embedding.weight", width);
  config->context = count (s, "text_model.embeddings.position_embedding.weight", width);
  config->token_types = count (s, "text_model.embeddings.token_type_embedding.weight", width);
  config->text_hidden = count (s, "text_projection.fc1.weight", width);
  config->text.norm_after = config->token_types > 0;
  config->bos = config->vocab_size - MIN (config->vocab_size, 2);
  config->eos = config->vocab_size - 1;
  read_tower (s, "text_model", &config->text);
}

void
arra_clip_form_config (const ArraClipForm *form,
                       const ArraStoredNames *names,
                       const ArraSource *source,
                       ArraClipConfig *config)
{
  const Shapes shapes = { names, source };

  *config = (ArraClipConfig) { .vision = { .eps = form->eps, .exact_gelu = form->exact_gelu },
                               .text = { .eps = form->eps, .exact_gelu = form->exact_gelu } };
  read_pictures (&shapes, config);
  read_texts (&shapes, config);
  if (config->token_types > 0)
    config->text.eps = BERT_EPS;
}
