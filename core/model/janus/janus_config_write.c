/* janus_config_write.c - config.json of a new model, in deepseek-ai's form
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "janus_private.h"
#include "jsonwriter.h"

static void
put_language (ArraJsonWriter *json, const ArraJanusConfig *config)
{
  arra_json_begin_object (json, "language_config");
  arra_json_put_string (json, "model_type", "llama");
  arra_json_put_uint (json, "vocab_size", config->n_text);
  arra_json_put_uint (json, "hidden_size", config->hidden_size);
  arra_json_put_uint (json, "intermediate_size", config->intermediate_size);
  arra_json_put_uint (json, "num_hidden_layers", config->n_layers);
  arra_json_put_uint (json, "num_attention_heads", config->n_heads);
  arra_json_put_uint (json, "num_key_value_heads", config->n_kv_heads);
  arra_json_put_uint (json, "max_position_embeddings", config->context);
  arra_json_put_float (json, "rms_norm_eps", config->norm_eps);
  arra_json_put_double (json, "rope_theta", config->rope_theta);
  arra_json_end_object (json);
}

char *
arra_janus_config_to_json (const ArraJanusConfig *config)
{
  ArraJsonWriter *json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_begin_array (json, "architectures");
  arra_json_put_string (json, NULL, "MultiModalityCausalLM");
  arra_json_end_array (json);
  arra_json_put_string (json, "model_type", "multi_modality");
  arra_json_put_string (json, "torch_dtype", "float32");
  put_language (json, config);
  arra_json_begin_object (json, "vision_config");
  arra_json_put_uint (json, "num_image_tokens", (guint64) config->side * config->side);
  arra_json_end_object (json);
  arra_json_end_object (json);
  return arra_json_writer_end (json);
}
