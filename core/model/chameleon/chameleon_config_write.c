/* chameleon_config_write.c - config.json of a new model
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon.h"

static void
add_int (JsonBuilder *builder, const char *key, gint64 value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_int_value (builder, value);
}

static void
add_bool (JsonBuilder *builder, const char *key, gboolean value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_boolean_value (builder, value);
}

static void
add_double (JsonBuilder *builder, const char *key, double value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_double_value (builder, value);
}

static void
add_text (JsonBuilder *builder, const char *key, const char *value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_string_value (builder, value);
}

static void
add_rope (JsonBuilder *builder, const ArraChameleonConfig *config)
{
  add_double (builder, "rope_theta", config->rope_theta);
  if (config->rope_scaling == ARRA_ROPE_PLAIN)
    return;
  json_builder_set_member_name (builder, "rope_scaling");
  json_builder_begin_object (builder);
  add_text (builder, "type", config->rope_scaling == ARRA_ROPE_LINEAR ? "linear" : "dynamic");
  add_double (builder, "factor", config->rope_factor);
  json_builder_end_object (builder);
}

/* ids as the reference's config.json has them: 1 and 2, whatever the tokenizer says */
static void
add_members (JsonBuilder *builder, const ArraChameleonConfig *config)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "architectures");
  json_builder_begin_array (builder);
  json_builder_add_string_value (builder, "ChameleonForConditionalGeneration");
  json_builder_end_array (builder);
  add_text (builder, "model_type", "chameleon");
  add_text (builder, "hidden_act", "silu");
  add_text (builder, "torch_dtype", "float32");
  add_int (builder, "vocab_size", config->vocab_size);
  add_int (builder, "hidden_size", config->hidden_size);
  add_int (builder, "intermediate_size", config->intermediate_size);
  add_int (builder, "num_hidden_layers", config->n_layers);
  add_int (builder, "num_attention_heads", config->n_heads);
  add_int (builder, "num_key_value_heads", config->n_kv_heads);
  add_int (builder, "max_position_embeddings", config->context);
  add_int (builder, "model_parallel_size", config->model_parallel);
  add_double (builder, "rms_norm_eps", (double) config->norm_eps);
  add_rope (builder, config);
  add_bool (builder, "swin_norm", config->swin_norm);
  add_bool (builder, "mask_image_logits", FALSE);
  add_bool (builder, "attention_bias", FALSE);
  add_bool (builder, "mlp_bias", FALSE);
  add_bool (builder, "tie_word_embeddings", FALSE);
  add_int (builder, "bos_token_id", 1);
  add_int (builder, "eos_token_id", 2);
  json_builder_end_object (builder);
}

char *
arra_chameleon_config_to_json (const ArraChameleonConfig *config)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  add_members (builder, config);
  root = json_builder_get_root (builder);
  text = json_to_string (root, TRUE);
  return g_strconcat (text, "\n", NULL);
}
