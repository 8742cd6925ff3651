/* clip_config.c - the shape of a CLIP model, read from and written as config.json
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip_config.h"

#include <string.h>

#include "fail.h"
#include "jsonguard.h"
#include "jsonwriter.h"
#include "quantised.h"

#define MAX_WIDTH 65536
#define MAX_LAYERS 256
#define MAX_SIZE 4096
#define MAX_VOCAB (1 << 22)
#define MAX_CONTEXT 65536
#define MAX_EPS 0.1
#define MAX_LOGIT_SCALE 16.0

#define AT(member) G_STRUCT_OFFSET (ArraClipConfig, member)

typedef struct
{
  const char *key;
  gsize offset;
  guint min, max, standard;
} Count;

static const Count vision_counts[] = {
  { "hidden_size", AT (vision.width), 1, MAX_WIDTH, 768 },
  { "intermediate_size", AT (vision.intermediate), 1, MAX_WIDTH, 3072 },
  { "num_hidden_layers", AT (vision.n_layers), 1, MAX_LAYERS, 12 },
  { "num_attention_heads", AT (vision.n_heads), 1, MAX_WIDTH, 12 },
  { "image_size", AT (image_size), 1, MAX_SIZE, 224 },
  { "patch_size", AT (patch_size), 1, MAX_SIZE, 32 },
};

static const Count text_counts[] = {
  { "hidden_size", AT (text.width), 1, MAX_WIDTH, 512 },
  { "intermediate_size", AT (text.intermediate), 1, MAX_WIDTH, 2048 },
  { "num_hidden_layers", AT (text.n_layers), 1, MAX_LAYERS, 12 },
  { "num_attention_heads", AT (text.n_heads), 1, MAX_WIDTH, 8 },
  { "vocab_size", AT (vocab_size), 1, MAX_VOCAB, 49408 },
  { "max_position_embeddings", AT (context), 2, MAX_CONTEXT, 77 },
  { "bos_token_id", AT (bos), 0, MAX_VOCAB, 49406 },
  { "eos_token_id", AT (eos), 0, MAX_VOCAB, 49407 },
};

static const Count projection_count = { "projection_dim", AT (projection), 1, MAX_WIDTH, 512 };

static const Count bert_counts[] = {
  { "type_vocab_size", AT (token_types), 1, 64, 2 },
};

static const Count bert_projection_counts[] = {
  { "intermediate_size", AT (text_hidden), 1, MAX_WIDTH, 640 },
};

static guint *
count_at (ArraClipConfig *config, const Count *count)
{
  return (guint *) ((char *) config + count->offset);
}

static gboolean
read_count (ArraClipConfig *config, const Count *count, JsonObject *object, const char *name, GError **error)
{
  gint64 value;

  if (!arra_json_get_int_default (object, name, count->key, count->min, count->max, count->standard, &value, error))
    return FALSE;
  *count_at (config, count) = (guint) value;
  return TRUE;
}

/* ---- checks */

static gboolean
check_tower (const ArraClipTower *tower, const char *what, const char *name, GError **error)
{
  if (tower->width % tower->n_heads != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: the width of %s (%u) is no multiple of its number of heads (%u)", name, what, tower->width,
                      tower->n_heads);
  if (!(tower->eps > 0 && (double) tower->eps <= MAX_EPS))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: layer_norm_eps of %s must be above 0 and at most %g", name,
                      what, MAX_EPS);
  return TRUE;
}

static gboolean
check_counts (const ArraClipConfig *config, const Count *counts, gsize n, const char *name, GError **error)
{
  for (gsize i = 0; i < n; i++)
    {
      guint value = *count_at ((ArraClipConfig *) config, &counts[i]);

      if (value < counts[i].min || value > counts[i].max)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s is %u; %u to %u is possible", name, counts[i].key,
                          value, counts[i].min, counts[i].max);
    }
  return TRUE;
}

static gboolean
check_texts (const ArraClipConfig *config, const char *name, GError **error)
{
  return check_counts (config, text_counts, G_N_ELEMENTS (text_counts), name, error)
         && check_counts (config, &projection_count, 1, name, error)
         && check_tower (&config->text, "text_config", name, error)
         && (config->token_types == 0
             || (check_counts (config, bert_counts, G_N_ELEMENTS (bert_counts), name, error)
                 && check_counts (config, bert_projection_counts, G_N_ELEMENTS (bert_projection_counts), name, error)));
}

gboolean
arra_clip_config_check (const ArraClipConfig *config, const char *name, GError **error)
{
  if (!check_counts (config, vision_counts, G_N_ELEMENTS (vision_counts), name, error)
      || !check_tower (&config->vision, "vision_config", name, error)
      || (config->text.width > 0 && !check_texts (config, name, error)))
    return FALSE;
  if (config->image_size % config->patch_size != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: image_size (%u) is no multiple of patch_size (%u)", name,
                      config->image_size, config->patch_size);
  if (!(config->logit_scale >= 0 && config->logit_scale <= MAX_LOGIT_SCALE))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: logit_scale_init_value must be between 0 and %g", name,
                      MAX_LOGIT_SCALE);
  return TRUE;
}

guint
arra_clip_picture_tokens (const ArraClipConfig *config)
{
  guint grid = config->image_size / config->patch_size;

  return grid * grid + 1;
}

/* ---- reading */

static gboolean
read_activation (ArraClipTower *tower, JsonObject *object, const char *name, GError **error)
{
  const char *activation;

  if (!json_object_has_member (object, "hidden_act"))
    return TRUE;
  activation = arra_json_get_string (object, name, "hidden_act", error);
  if (activation == NULL)
    return FALSE;
  tower->exact_gelu = g_str_equal (activation, "gelu");
  if (!tower->exact_gelu && !g_str_equal (activation, "quick_gelu"))
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                      "%s: hidden_act \"%.40s\" is not supported (only \"quick_gelu\" and \"gelu\")", name, activation);
  return TRUE;
}

/* The counts that stand below @key; standard ones where it is missing. */
static gboolean
read_part (ArraClipConfig *config,
           const Count *counts,
           gsize n,
           JsonObject *root,
           const char *key,
           const char *name,
           GError **error)
{
  g_autoptr (JsonObject) empty = json_object_new ();
  JsonObject *object = empty;

  if (json_object_has_member (root, key))
    object = arra_json_get_object (root, name, key, error);
  for (gsize i = 0; object != NULL && i < n; i++)
    if (!read_count (config, &counts[i], object, name, error))
      return FALSE;
  return object != NULL;
}

static gboolean
read_tower (ArraClipConfig *config,
            ArraClipTower *tower,
            const Count *counts,
            gsize n,
            JsonObject *root,
            const char *key,
            const char *name,
            GError **error)
{
  g_autoptr (JsonObject) empty = json_object_new ();
  JsonObject *object = empty;
  double eps;

  if (!read_part (config, counts, n, root, key, name, error))
    return FALSE;
  if (json_object_has_member (root, key))
    object = json_object_get_object_member (root, key);
  if (!arra_json_get_double_default (object, name, "layer_norm_eps", 1e-5, &eps, error))
    return FALSE;
  tower->eps = (float) eps;
  return read_activation (tower, object, name, error);
}

/* Whether the texts of the model go through BERT, and its pictures through a plain ViT, as BiomedCLIP's do. */
static gboolean
has_bert (JsonObject *root)
{
  JsonNode *text = json_object_get_member (root, "text_config");
  JsonNode *type = text != NULL && JSON_NODE_HOLDS_OBJECT (text)
                       ? json_object_get_member (json_node_get_object (text), "model_type")
                       : NULL;

  return type != NULL && JSON_NODE_HOLDS_VALUE (type) && g_strcmp0 (json_node_get_string (type), "bert") == 0;
}

static gboolean
read_bert (ArraClipConfig *config, JsonObject *root, const char *name, GError **error)
{
  config->plain_patches = config->text.norm_after = TRUE;
  return read_part (config, bert_counts, G_N_ELEMENTS (bert_counts), root, "text_config", name, error)
         && read_part (config, bert_projection_counts, G_N_ELEMENTS (bert_projection_counts), root,
                       "text_projection_config", name, error);
}

gboolean
arra_clip_config_read (ArraClipConfig *config, JsonObject *root, const char *name, GError **error)
{
  const char *type = arra_json_get_string (root, name, "model_type", error);

  *config = (ArraClipConfig) { .projection = 0 };
  if (type == NULL)
    return FALSE;
  if (!g_str_equal (type, "clip"))
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: model_type is \"%.40s\", not \"clip\"", name, type);
  return arra_quantised_check_config (root, name, error)
         && read_tower (config, &config->vision, vision_counts, G_N_ELEMENTS (vision_counts), root, "vision_config",
                        name, error)
         && read_tower (config, &config->text, text_counts, G_N_ELEMENTS (text_counts), root, "text_config", name,
                        error)
         && read_count (config, &projection_count, root, name, error)
         && (!has_bert (root) || read_bert (config, root, name, error))
         && arra_json_get_double_default (root, name, "logit_scale_init_value", 2.6592, &config->logit_scale, error)
         && arra_clip_config_check (config, name, error);
}

/* ---- writing */

static void
put_counts (ArraJsonWriter *json, const ArraClipConfig *config, const Count *counts, gsize n)
{
  for (gsize i = 0; i < n; i++)
    arra_json_put_uint (json, counts[i].key, *count_at ((ArraClipConfig *) config, &counts[i]));
}

static void
put_tower (ArraJsonWriter *json,
           const char *key,
           const ArraClipConfig *config,
           const ArraClipTower *tower,
           const Count *counts,
           gsize n,
           const char *type)
{
  arra_json_begin_object (json, key);
  arra_json_put_string (json, "model_type", type);
  put_counts (json, config, counts, n);
  arra_json_put_uint (json, "projection_dim", config->projection);
  arra_json_put_string (json, "hidden_act", tower->exact_gelu ? "gelu" : "quick_gelu");
  arra_json_put_float (json, "layer_norm_eps", tower->eps);
  arra_json_end_object (json);
}

char *
arra_clip_config_to_json (const ArraClipConfig *config)
{
  ArraJsonWriter *json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_begin_array_as (json, "architectures", ARRA_JSON_LINE);
  arra_json_put_string (json, NULL, "CLIPModel");
  arra_json_end_array (json);
  arra_json_put_string (json, "model_type", "clip");
  arra_json_put_string (json, "torch_dtype", "float32");
  put_counts (json, config, &projection_count, 1);
  arra_json_put_double (json, "logit_scale_init_value", config->logit_scale);
  put_tower (json, "vision_config", config, &config->vision, vision_counts, G_N_ELEMENTS (vision_counts),
             "clip_vision_model");
  put_tower (json, "text_config", config, &config->text, text_counts, G_N_ELEMENTS (text_counts), "clip_text_model");
  arra_json_end_object (json);
  return arra_json_writer_end (json);
}
