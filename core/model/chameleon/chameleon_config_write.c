/* chameleon_config_write.c - config.json of a new model
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon.h"
#include "jsonwriter.h"

static void
put_rope (ArraJsonWriter *json, const ArraChameleonConfig *config)
{
  arra_json_put_double (json, "rope_theta", config->rope_theta);
  if (config->rope_scaling == ARRA_ROPE_PLAIN)
    return;
  arra_json_begin_object (json, "rope_scaling");
  arra_json_put_string (json, "type", config->rope_scaling == ARRA_ROPE_LINEAR ? "linear" : "dynamic");
  arra_json_put_double (json, "factor", config->rope_factor);
  arra_json_end_object (json);
}

/* ids as the reference's config.json has them: 1 and 2, whatever the tokenizer says */
static void
put_members (ArraJsonWriter *json, const ArraChameleonConfig *config)
{
  arra_json_begin_object (json, NULL);
  arra_json_begin_array (json, "architectures");
  arra_json_put_string (json, NULL, "ChameleonForConditionalGeneration");
  arra_json_end_array (json);
  arra_json_put_string (json, "model_type", "chameleon");
  arra_json_put_string (json, "hidden_act", "silu");
  arra_json_put_string (json, "torch_dtype", "float32");
  arra_json_put_int (json, "vocab_size", config->vocab_size);
  arra_json_put_int (json, "hidden_size", config->hidden_size);
  arra_json_put_int (json, "intermediate_size", config->intermediate_size);
  arra_json_put_int (json, "num_hidden_layers", config->n_layers);
  arra_json_put_int (json, "num_attention_heads", config->n_heads);
  arra_json_put_int (json, "num_key_value_heads", config->n_kv_heads);
  arra_json_put_int (json, "max_position_embeddings", config->context);
  arra_json_put_int (json, "model_parallel_size", config->model_parallel);
  arra_json_put_float (json, "rms_norm_eps", config->norm_eps);
  put_rope (json, config);
  arra_json_put_bool (json, "swin_norm", config->swin_norm);
  arra_json_put_bool (json, "mask_image_logits", FALSE);
  arra_json_put_bool (json, "attention_bias", FALSE);
  arra_json_put_bool (json, "mlp_bias", FALSE);
  arra_json_put_bool (json, "tie_word_embeddings", FALSE);
  arra_json_put_int (json, "bos_token_id", 1);
  arra_json_put_int (json, "eos_token_id", 2);
  arra_json_end_object (json);
}

char *
arra_chameleon_config_to_json (const ArraChameleonConfig *config)
{
  ArraJsonWriter *json = arra_json_writer_new (ARRA_JSON_LINES);

  put_members (json, config);
  return arra_json_writer_end (json);
}
