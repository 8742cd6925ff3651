/* clip_tensors.c - the table of CLIP's tensors, and their start
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "clip_graph.h"

typedef struct
{
  ArraParameters *parameters;
  GError **error;
  gboolean ok;
} Table;

static void
add (Table *table, const char *name, guint n_dims, const gint64 *shape)
{
  table->ok = table->ok && arra_parameters_add (table->parameters, name, FALSE, n_dims, shape, table->error);
}

/* @columns 0: a vector */
static void
add_matrix (Table *table, const char *name, guint rows, guint columns)
{
  const gint64 shape[] = { rows, columns };

  add (table, name, columns == 0 ? 1 : 2, shape);
}

/* PREFIX.weight and PREFIX.bias */
static void
add_pair (Table *table, const char *prefix, guint rows, guint columns)
{
  char name[ARRA_PARAMETER_NAME];

  g_snprintf (name, sizeof name, "%s.weight", prefix);
  add_matrix (table, name, rows, columns);
  g_snprintf (name, sizeof name, "%s.bias", prefix);
  add_matrix (table, name, rows, 0);
}

static void
add_layer (Table *table, const ArraClipTower *tower, const char *tower_name, guint layer)
{
  const struct
  {
    const char *name;
    guint rows, columns;
  } parts[] = {
    { "layer_norm1", tower->width, 0 },
    { "self_attn.q_proj", tower->width, tower->width },
    { "self_attn.k_proj", tower->width, tower->width },
    { "self_attn.v_proj", tower->width, tower->width },
    { "self_attn.out_proj", tower->width, tower->width },
    { "layer_norm2", tower->width, 0 },
    { "mlp.fc1", tower->intermediate, tower->width },
    { "mlp.fc2", tower->width, tower->intermediate },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      char name[ARRA_PARAMETER_NAME];

      g_snprintf (name, sizeof name, "%s.encoder.layers.%u.%s", tower_name, layer, parts[i].name);
      add_pair (table, name, parts[i].rows, parts[i].columns);
    }
}

static void
add_layers (Table *table, const ArraClipTower *tower, const char *name)
{
  for (guint layer = 0; layer < tower->n_layers; layer++)
    add_layer (table, tower, name, layer);
}

gboolean
arra_parameters_add_tower (ArraParameters *parameters, const ArraClipTower *tower, const char *name, GError **error)
{
  Table table = { parameters, error, TRUE };

  add_layers (&table, tower, name);
  return table.ok;
}

gboolean
arra_parameters_add_vit (ArraParameters *parameters, const ArraClipConfig *config, GError **error)
{
  Table table = { parameters, error, TRUE };
  guint width = config->vision.width;
  const gint64 kernel[] = { width, 3, config->patch_size, config->patch_size };

  add_matrix (&table, "vision_model.embeddings.class_embedding", width, 0);
  add (&table, "vision_model.embeddings.patch_embedding.weight", 4, kernel);
  if (config->plain_patches)
    add_matrix (&table, "vision_model.embeddings.patch_embedding.bias", width, 0);
  add_matrix (&table, "vision_model.embeddings.position_embedding.weight", arra_clip_picture_tokens (config), width);
  if (!config->plain_patches)
    add_pair (&table, "vision_model.pre_layrnorm", width, 0);
  add_layers (&table, &config->vision, "vision_model");
  add_pair (&table, "vision_model.post_layernorm", width, 0);
  if (config->projection > 0)
    add_matrix (&table, "visual_projection.weight", config->projection, width);
  return table.ok;
}

static void
add_words (Table *table, const ArraClipConfig *config)
{
  guint width = config->text.width;

  add_matrix (table, "text_model.embeddings.token_embedding.weight", config->vocab_size, width);
  add_matrix (table, "text_model.embeddings.position_embedding.weight", config->context, width);
}

static void
add_bert (Table *table, const ArraClipConfig *config)
{
  guint width = config->text.width;

  add_words (table, config);
  add_matrix (table, "text_model.embeddings.token_type_embedding.weight", config->token_types, width);
  add_pair (table, "text_model.embeddings.layer_norm", width, 0);
  add_layers (table, &config->text, "text_model");
  add_matrix (table, "text_projection.fc1.weight", config->text_hidden, width);
  add_matrix (table, "text_projection.fc2.weight", config->projection, config->text_hidden);
}

static void
add_texts (Table *table, const ArraClipConfig *config)
{
  add_words (table, config);
  add_layers (table, &config->text, "text_model");
  add_pair (table, "text_model.final_layer_norm", config->text.width, 0);
  add_matrix (table, "text_projection.weight", config->projection, config->text.width);
}

gboolean
arra_parameters_add_clip (ArraParameters *parameters, const ArraClipConfig *config, GError **error)
{
  Table table = { parameters, error, TRUE };

  if (!arra_parameters_add_vit (parameters, config, error))
    return FALSE;
  if (config->text.width == 0)
    return TRUE;
  if (config->token_types > 0)
    add_bert (&table, config);
  else
    add_texts (&table, config);
  add (&table, "logit_scale", 0, NULL);
  return table.ok;
}

/* ---- the start */

/* The deviation of a matrix, by how it is named. */
static double
deviation_of (const char *name, const ArraClipTower *tower)
{
  double width = tower->width, layers = tower->n_layers;

  if (g_str_has_suffix (name, "class_embedding") || g_str_has_suffix (name, "projection.weight")
      || g_str_has_suffix (name, "out_proj.weight"))
    return 1 / sqrt (width);
  if (strstr (name, "self_attn.") != NULL || g_str_has_suffix (name, "fc2.weight"))
    return 1 / sqrt (width * 2 * layers);
  if (g_str_has_suffix (name, "fc1.weight"))
    return 1 / sqrt (2 * width);
  return 0.02; /* embeddings */
}

void
arra_clip_start (ArraParameters *parameters, const ArraClipConfig *config, guint64 seed)
{
  arra_parameters_start (parameters, seed, 1);
  for (guint i = 0; i < parameters->n; i++)
    {
      const ArraParameter *item = &parameters->items[i];
      float *data = parameters->data + item->offset;
      float deviation
          = (float) deviation_of (item->name, g_str_has_prefix (item->name, "text") ? &config->text : &config->vision);

      if (item->n_dims == 0)
        *data = (float) config->logit_scale;
      else if (item->n_dims > 1 || g_str_has_suffix (item->name, "class_embedding"))
        for (gsize k = 0; k < item->count; k++)
          data[k] *= deviation;
    }
}
