/* janus_config.c - the shape of Janus: config.json's section on the language model, tensors around the codes,
 * GGUF metadata
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "janus_private.h"

#include <string.h>

#include "config_numbers.h"
#include "fail.h"
#include "jsonguard.h"
#include "quantised.h"

#define PREFIX "arra-janus."
#define MAX_LAYERS 4096
#define MAX_WIDTH (1 << 20)
#define MAX_IDS (1 << 23)
#define MAX_CONTEXT (1 << 19)
#define MAX_SIDE 4096
#define SIDE_KEY PREFIX "picture_side"
#define SIDE 24 /* 384 pixels, 16 for each code: what is not said */

/* What config.json calls them and Llama's defaults, which transformers leaves out; 0: not in config.json. */
static const struct
{
  const char *json, *gguf;
  gsize offset;
  guint max, standard;
} counts[] = {
  { "vocab_size", PREFIX "vocab_size", G_STRUCT_OFFSET (ArraJanusConfig, n_text), MAX_IDS, 32000 },
  { "hidden_size", PREFIX "embedding_length", G_STRUCT_OFFSET (ArraJanusConfig, hidden_size), MAX_WIDTH, 4096 },
  { "intermediate_size", PREFIX "feed_forward_length", G_STRUCT_OFFSET (ArraJanusConfig, intermediate_size), MAX_WIDTH,
    11008 },
  { "num_hidden_layers", PREFIX "block_count", G_STRUCT_OFFSET (ArraJanusConfig, n_layers), MAX_LAYERS, 32 },
  { "num_attention_heads", PREFIX "attention.head_count", G_STRUCT_OFFSET (ArraJanusConfig, n_heads), MAX_WIDTH, 32 },
  { "max_position_embeddings", PREFIX "context_length", G_STRUCT_OFFSET (ArraJanusConfig, context), MAX_CONTEXT, 2048 },
  { NULL, PREFIX "attention.head_count_kv", G_STRUCT_OFFSET (ArraJanusConfig, n_kv_heads), MAX_WIDTH, 0 },
  { NULL, PREFIX "code_count", G_STRUCT_OFFSET (ArraJanusConfig, n_codes), MAX_IDS, 0 },
  { NULL, PREFIX "code_length", G_STRUCT_OFFSET (ArraJanusConfig, code_size), MAX_WIDTH, 0 },
  { NULL, PREFIX "head_length", G_STRUCT_OFFSET (ArraJanusConfig, head_size), MAX_WIDTH, 0 },
};

static const struct
{
  const char *mark, *vqgan;
} forms[] = {
  [ARRA_JANUS_ORIGINAL] = { "gen_embed.weight", "gen_vision_model." },
  [ARRA_JANUS_TRANSFORMERS] = { "generation_embeddings.weight", "vqmodel." },
};

static guint *
count_at (const ArraJanusConfig *config, gsize i)
{
  return (guint *) G_STRUCT_MEMBER_P (config, counts[i].offset);
}

char *
arra_janus_find_prefix (const ArraSource *source, ArraJanusForm *form)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      char *prefix = arra_source_find_prefix (source, forms[i].mark);

      *form = (ArraJanusForm) i;
      if (prefix != NULL)
        return prefix;
    }
  return NULL;
}

char *
arra_janus_vqgan_prefix (const char *prefix, ArraJanusForm form)
{
  return g_strconcat (prefix, forms[form].vqgan, NULL);
}

gboolean
arra_janus_vqgan_config (ArraVqganConfig *config,
                         const ArraSource *source,
                         const char *prefix,
                         ArraJanusForm form,
                         GError **error)
{
  g_autofree char *vqgan = arra_janus_vqgan_prefix (prefix, form);

  if (!arra_vqgan_config_from_tensors (config, source, vqgan, error))
    return FALSE;
  config->nearest_bytes = 0;
  return TRUE;
}

gboolean
arra_janus_config_check (ArraJanusConfig *config, const char *name, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    if (!arra_config_check_count (*count_at (config, i), counts[i].max, counts[i].gguf + strlen (PREFIX), name, error))
      return FALSE;
  if (config->hidden_size % config->n_heads != 0 || config->n_heads % config->n_kv_heads != 0
      || config->hidden_size / config->n_heads % 2 != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: %u heads (%u for keys) do not go into a width of %u: each takes an even number", name,
                      config->n_heads, config->n_kv_heads, config->hidden_size);
  config->head_dim = config->hidden_size / config->n_heads;
  return arra_config_check_rope_theta (config->rope_theta, name, error)
         && arra_config_check_norm_eps (config->norm_eps, name, error);
}

static gboolean
has (JsonObject *object, const char *key)
{
  return json_object_has_member (object, key) && !json_object_get_null_member (object, key);
}

/* rope_theta lies in the section or, later, in its rope_parameters; scaled positions are not what Janus was
 * made with. */
static gboolean
read_rope (ArraJanusConfig *config, JsonObject *section, const char *name, GError **error)
{
  const char *key = has (section, "rope_scaling") ? "rope_scaling" : "rope_parameters";
  const char *type_key;
  JsonObject *rope;

  if (!arra_json_get_double_default (section, name, "rope_theta", 10000.0, &config->rope_theta, error))
    return FALSE;
  if (!has (section, key))
    return TRUE;
  rope = arra_json_get_object (section, name, key, error);
  if (rope == NULL
      || !arra_json_get_double_default (rope, name, "rope_theta", config->rope_theta, &config->rope_theta, error))
    return FALSE;
  type_key = has (rope, "rope_type") ? "rope_type" : "type";
  if (has (rope, type_key))
    {
      const char *type = arra_json_get_string (rope, name, type_key, error);

      if (type == NULL)
        return FALSE;
      if (strcmp (type, "default") != 0)
        return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: %s of type \"%.40s\" is not supported (only \"%s\" is)",
                          name, key, type, "default");
    }
  return TRUE;
}

static gboolean
read_section (ArraJanusConfig *config, JsonObject *section, const char *name, GError **error)
{
  double eps;
  gint64 value;

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      if (counts[i].json == NULL)
        continue;
      if (!arra_json_get_int_default (section, name, counts[i].json, 1, counts[i].max, counts[i].standard, &value,
                                      error))
        return FALSE;
      *count_at (config, i) = (guint) value;
    }
  if (!arra_json_get_int_default (section, name, "num_key_value_heads", 1, MAX_WIDTH, config->n_heads, &value, error)
      || !arra_json_get_double_default (section, name, "rms_norm_eps", 1e-6, &eps, error))
    return FALSE;
  config->n_kv_heads = (guint) value;
  config->norm_eps = (float) eps;
  return read_rope (config, section, name, error);
}

/* transformers' form says how many codes a picture has. */
static gboolean
read_side (ArraJanusConfig *config, JsonObject *object, const char *name, GError **error)
{
  gint64 codes = SIDE * SIDE;
  JsonObject *section;

  if (has (object, "vision_config"))
    {
      section = arra_json_get_object (object, name, "vision_config", error);
      if (section == NULL
          || !arra_json_get_int_default (section, name, "num_image_tokens", 1, MAX_SIDE * MAX_SIDE, codes, &codes,
                                         error))
        return FALSE;
    }
  while ((gint64) config->side * config->side < codes)
    config->side++;
  if ((gint64) config->side * config->side == codes)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: pictures of %u codes are no squares", name, (guint) codes);
}

gboolean
arra_janus_config_read (ArraJanusConfig *config,
                        JsonObject *object,
                        const ArraSource *source,
                        const char *prefix,
                        ArraJanusForm form,
                        const char *name,
                        GError **error)
{
  const char *key = has (object, "text_config") ? "text_config" : "language_config";
  const char *head = form == ARRA_JANUS_ORIGINAL ? "gen_head.vision_head.weight" : "generation_head.vision_head.weight";
  JsonObject *section;

  *config = (ArraJanusConfig) { .n_codes = arra_weights_size (source, prefix, forms[form].mark, 0),
                                .code_size = arra_weights_size (source, prefix, forms[form].mark, 1),
                                .head_size = arra_weights_size (source, prefix, head, 1) };
  if (!arra_quantised_check_config (object, name, error))
    return FALSE;
  section = arra_json_get_object (object, name, key, error);
  return section != NULL && read_section (config, section, name, error) && read_side (config, object, name, error)
         && arra_janus_config_check (config, name, error);
}

gboolean
arra_janus_config_load (ArraJanusConfig *config, const ArraGguf *gguf, GError **error)
{
  double eps;

  *config = (ArraJanusConfig) { 0 };
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      guint64 value;

      if (!arra_gguf_get_uint (gguf, counts[i].gguf, counts[i].max, &value, error))
        return FALSE;
      *count_at (config, i) = (guint) value;
    }
  if (!arra_gguf_get_double (gguf, PREFIX "attention.layer_norm_rms_epsilon", &eps, error)
      || !arra_gguf_get_double (gguf, PREFIX "rope.freq_base", &config->rope_theta, error))
    return FALSE;
  config->norm_eps = (float) eps;
  config->side = SIDE;
  if (arra_gguf_has (gguf, SIDE_KEY))
    {
      guint64 side;

      if (!arra_gguf_get_uint (gguf, SIDE_KEY, MAX_SIDE, &side, error))
        return FALSE;
      config->side = MAX ((guint) side, 1);
    }
  return arra_janus_config_check (config, arra_gguf_path (gguf), error);
}

void
arra_janus_config_store (const ArraJanusConfig *config, ArraGgufWriter *writer)
{
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    arra_gguf_writer_set_uint (writer, counts[i].gguf, *count_at (config, i));
  arra_gguf_writer_set_double (writer, PREFIX "attention.layer_norm_rms_epsilon", (double) config->norm_eps);
  arra_gguf_writer_set_double (writer, PREFIX "rope.freq_base", config->rope_theta);
  arra_gguf_writer_set_uint (writer, SIDE_KEY, config->side);
}
