/* chameleon_config.c - the transformer's shape, read from config.json
 *
 * Reference: ARRA arra/model/chameleon/configuration_chameleon.py (defaults of members that are missing).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon_private.h"

#include <string.h>

#include "config_numbers.h"
#include "fail.h"
#include "jsonguard.h"
#include "quantised.h"

#define MAX_LAYERS 4096
#define MAX_WIDTH (1 << 20)
#define MAX_VOCAB (1 << 24)
#define MAX_CONTEXT (1 << 19)

static const ArraConfigCount counts[] = {
  { "vocab_size", G_STRUCT_OFFSET (ArraChameleonConfig, vocab_size), MAX_VOCAB, 0 },
  { "hidden_size", G_STRUCT_OFFSET (ArraChameleonConfig, hidden_size), MAX_WIDTH, 0 },
  { "intermediate_size", G_STRUCT_OFFSET (ArraChameleonConfig, intermediate_size), MAX_WIDTH, 0 },
  { "num_hidden_layers", G_STRUCT_OFFSET (ArraChameleonConfig, n_layers), MAX_LAYERS, 0 },
  { "num_attention_heads", G_STRUCT_OFFSET (ArraChameleonConfig, n_heads), MAX_WIDTH, 0 },
  { "max_position_embeddings", G_STRUCT_OFFSET (ArraChameleonConfig, context), MAX_CONTEXT, 4096 },
  { "model_parallel_size", G_STRUCT_OFFSET (ArraChameleonConfig, model_parallel), MAX_WIDTH, 1 },
};

/* Members that change the computation in ways this version does not know, unless they have this value. */
static const struct
{
  const char *key;
  gboolean known;
} switches[] = {
  { "attention_bias", FALSE },
  { "mlp_bias", FALSE },
  { "tie_word_embeddings", FALSE },
};

static gboolean
divides (guint divisor, guint value, const char *divisor_name, const char *value_name, const char *name, GError **error)
{
  if (value % divisor == 0)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s (%u) is no multiple of %s (%u)", name, value_name, value,
                    divisor_name, divisor);
}

static gboolean
check_rope (const ArraChameleonConfig *config, const char *name, GError **error)
{
  if (!arra_config_check_rope_theta (config->rope_theta, name, error))
    return FALSE;
  if (config->rope_scaling != ARRA_ROPE_PLAIN && !(config->rope_factor >= 1.0 && config->rope_factor <= 1e6))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the factor of rope_scaling must be between 1 and 1e6", name);
  if (config->rope_scaling == ARRA_ROPE_DYNAMIC && config->head_dim < 4)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: dynamic rope_scaling needs heads of at least 4 numbers",
                      name);
  return TRUE;
}

gboolean
arra_chameleon_config_check (ArraChameleonConfig *config, const char *name, GError **error)
{
  if (!arra_config_check_count (config->vocab_size, MAX_VOCAB, "vocab_size", name, error)
      || !arra_config_check_count (config->hidden_size, MAX_WIDTH, "hidden_size", name, error)
      || !arra_config_check_count (config->intermediate_size, MAX_WIDTH, "intermediate_size", name, error)
      || !arra_config_check_count (config->n_layers, MAX_LAYERS, "num_hidden_layers", name, error)
      || !arra_config_check_count (config->n_heads, MAX_WIDTH, "num_attention_heads", name, error)
      || !arra_config_check_count (config->n_kv_heads, MAX_WIDTH, "num_key_value_heads", name, error)
      || !arra_config_check_count (config->context, MAX_CONTEXT, "max_position_embeddings", name, error)
      || !arra_config_check_count (config->model_parallel, MAX_WIDTH, "model_parallel_size", name, error)
      || !divides (config->n_heads, config->hidden_size, "num_attention_heads", "hidden_size", name, error)
      || !divides (config->n_kv_heads, config->n_heads, "num_key_value_heads", "num_attention_heads", name, error)
      || !divides (config->model_parallel, config->n_heads, "model_parallel_size", "num_attention_heads", name, error)
      || !divides (config->model_parallel, config->n_kv_heads, "model_parallel_size", "num_key_value_heads", name,
                   error))
    return FALSE;
  config->head_dim = config->hidden_size / config->n_heads;
  if (config->head_dim % 2 != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: a head has %u numbers; an even number is needed", name,
                      config->head_dim);
  return arra_config_check_norm_eps (config->norm_eps, name, error) && check_rope (config, name, error);
}

static gboolean
is_null (JsonObject *object, const char *key)
{
  return !json_object_has_member (object, key) || json_node_is_null (json_object_get_member (object, key));
}

/* @key must be missing, null or @known. */
static gboolean
only_string (JsonObject *object, const char *name, const char *key, const char *known, GError **error)
{
  const char *value;

  if (is_null (object, key))
    return TRUE;
  value = arra_json_get_string (object, name, key, error);
  if (value == NULL)
    return FALSE;
  if (strcmp (value, known) != 0)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: %s \"%.40s\" is not supported (only \"%s\")", name, key,
                      value, known);
  return TRUE;
}

static gboolean
read_switches (JsonObject *object, const char *name, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (switches); i++)
    {
      gboolean value;

      if (!arra_json_get_bool_default (object, name, switches[i].key, switches[i].known, &value, error))
        return FALSE;
      if (value != switches[i].known)
        return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: %s %s is not supported", name, switches[i].key,
                          value ? "true" : "false");
    }
  return TRUE;
}

static gboolean
read_counts (ArraChameleonConfig *config, JsonObject *object, const char *name, GError **error)
{
  gint64 value;

  if (!arra_config_read_counts (config, counts, G_N_ELEMENTS (counts), object, name, error)
      || !arra_json_get_int_default (object, name, "num_key_value_heads", 1, MAX_WIDTH, config->n_heads, &value, error))
    return FALSE;
  config->n_kv_heads = (guint) value;
  if (!arra_json_get_int_default (object, name, "head_dim", 1, MAX_WIDTH, config->hidden_size / config->n_heads, &value,
                                  error))
    return FALSE;
  if (value != config->hidden_size / config->n_heads)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                      "%s: head_dim %d is not supported: it must be hidden_size / num_attention_heads", name,
                      (int) value);
  return TRUE;
}

/* The type of a scaling; one that names none is plain, as transformers has it. */
static const char *
rope_type (JsonObject *scaling, const char *name, GError **error)
{
  const char *key = is_null (scaling, "rope_type") ? "type" : "rope_type";

  return is_null (scaling, key) ? "default" : arra_json_get_string (scaling, name, key, error);
}

/* "rope_scaling" {type or rope_type, factor}, or its later form "rope_parameters", which holds rope_theta
 * too. */
static gboolean
read_rope (ArraChameleonConfig *config, JsonObject *object, const char *name, GError **error)
{
  const char *key = is_null (object, "rope_scaling") ? "rope_parameters" : "rope_scaling";
  const char *type;
  JsonObject *scaling;

  config->rope_factor = 1.0;
  if (!arra_json_get_double_default (object, name, "rope_theta", 10000.0, &config->rope_theta, error))
    return FALSE;
  if (is_null (object, key))
    return TRUE;
  scaling = arra_json_get_object (object, name, key, error);
  type = scaling != NULL ? rope_type (scaling, name, error) : NULL;
  if (type == NULL
      || !arra_json_get_double_default (scaling, name, "rope_theta", config->rope_theta, &config->rope_theta, error))
    return FALSE;
  if (strcmp (type, "default") == 0)
    return TRUE;
  if (strcmp (type, "linear") == 0)
    config->rope_scaling = ARRA_ROPE_LINEAR;
  else if (strcmp (type, "dynamic") == 0)
    config->rope_scaling = ARRA_ROPE_DYNAMIC;
  else
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                      "%s: %s of type \"%.40s\" is not supported (\"linear\" and \"dynamic\" are)", name, key, type);
  return arra_json_get_double_default (scaling, name, "factor", 1.0, &config->rope_factor, error);
}

/* Whether it is the form in which Lumina-mGPT and ARRA, which make pictures, write their models: their class,
 * or a member that it alone has. */
static gboolean
is_generator (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "architectures");
  JsonArray *classes = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; classes != NULL && i < json_array_get_length (classes); i++)
    {
      JsonNode *item = json_array_get_element (classes, i);

      if (json_node_get_value_type (item) == G_TYPE_STRING
          && g_str_has_prefix (json_node_get_string (item), "ChameleonXLLMX"))
        return TRUE;
    }
  return !is_null (object, "z_loss_weight");
}

/* transformers leaves out of config.json what its class has for a default, which is TRUE here. */
static gboolean
read_mask (ArraChameleonConfig *config, JsonObject *object, const char *name, GError **error)
{
  config->mask_left_out = is_null (object, "mask_image_logits") && is_generator (object);
  return arra_json_get_bool_default (object, name, "mask_image_logits", !config->mask_left_out,
                                     &config->mask_image_logits, error);
}

gboolean
arra_chameleon_config_read (ArraChameleonConfig *config, JsonObject *object, const char *name, GError **error)
{
  double eps;

  memset (config, 0, sizeof *config);
  if (!only_string (object, name, "model_type", "chameleon", error)
      || !arra_quantised_check_config (object, name, error) || !only_string (object, name, "hidden_act", "silu", error)
      || !read_switches (object, name, error) || !read_counts (config, object, name, error)
      || !read_rope (config, object, name, error)
      || !arra_json_get_double_default (object, name, "rms_norm_eps", 1e-5, &eps, error)
      || !arra_json_get_bool_default (object, name, "swin_norm", FALSE, &config->swin_norm, error)
      || !read_mask (config, object, name, error))
    return FALSE;
  config->norm_eps = (float) eps;
  return arra_chameleon_config_check (config, name, error);
}
