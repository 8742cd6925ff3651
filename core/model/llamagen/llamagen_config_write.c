/* llamagen_config_write.c - model_args.json of a new model: LlamaGen's ModelArgs, as its training scripts write them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "jsonwriter.h"
#include "llamagen_private.h"

static void
put_kind (ArraJsonWriter *json, const ArraLlamagenConfig *config, const char *const *classes)
{
  const gboolean text = config->kind == ARRA_LLAMAGEN_TEXT;

  arra_json_put_string (json, "model_type", text ? "t2i" : "c2i");
  arra_json_put_uint (json, "cls_token_num", config->n_prefix);
  if (text)
    arra_json_put_uint (json, "caption_dim", config->caption_size);
  else
    arra_json_put_uint (json, "num_classes", config->n_classes);
  if (classes == NULL)
    return;
  arra_json_begin_array (json, ARRA_LLAMAGEN_CLASS_NAMES);
  for (; *classes != NULL; classes++)
    arra_json_put_string (json, NULL, *classes);
  arra_json_end_array (json);
}

char *
arra_llamagen_config_to_json (const ArraLlamagenConfig *config, const char *const *classes)
{
  ArraJsonWriter *json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  arra_json_put_uint (json, "dim", config->hidden_size);
  arra_json_put_uint (json, "n_layer", config->n_layers);
  arra_json_put_uint (json, "n_head", config->n_heads);
  arra_json_put_uint (json, "n_kv_head", config->n_kv_heads);
  arra_json_put_uint (json, "vocab_size", config->n_codes);
  arra_json_put_uint (json, "block_size", (guint64) config->side * config->side);
  arra_json_put_double (json, "rope_base", config->rope_base);
  arra_json_put_float (json, "norm_eps", config->norm_eps);
  put_kind (json, config, classes);
  arra_json_end_object (json);
  return arra_json_writer_end (json);
}
