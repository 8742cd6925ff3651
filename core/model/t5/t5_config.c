/* t5_config.c - the encoder's shape, read from config.json
 *
 * Reference: transformers' configuration_t5.py (defaults of members that are missing).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "t5_private.h"

#include <string.h>

#include "config_numbers.h"
#include "fail.h"
#include "jsonguard.h"
#include "quantised.h"

#define MAX_LAYERS 4096
#define MAX_WIDTH (1 << 20)
#define MAX_VOCAB (1 << 24)

static const ArraConfigCount counts[] = {
  { "vocab_size", G_STRUCT_OFFSET (ArraT5Config, vocab_size), MAX_VOCAB, 0 },
  { "d_model", G_STRUCT_OFFSET (ArraT5Config, hidden_size), MAX_WIDTH, 0 },
  { "d_ff", G_STRUCT_OFFSET (ArraT5Config, intermediate_size), MAX_WIDTH, 0 },
  { "d_kv", G_STRUCT_OFFSET (ArraT5Config, head_dim), MAX_WIDTH, 0 },
  { "num_layers", G_STRUCT_OFFSET (ArraT5Config, n_layers), MAX_LAYERS, 0 },
  { "num_heads", G_STRUCT_OFFSET (ArraT5Config, n_heads), MAX_WIDTH, 0 },
  { "relative_attention_num_buckets", G_STRUCT_OFFSET (ArraT5Config, n_buckets), 4096, 32 },
  { "relative_attention_max_distance", G_STRUCT_OFFSET (ArraT5Config, max_distance), MAX_WIDTH, 128 },
};

#define PREFIX "arra-t5."
#define EPS_KEY PREFIX "layer_norm_epsilon"
#define PAD_KEY PREFIX "pad_token_id"

static gboolean
check_string (JsonObject *object, const char *name, const char *key, const char *known, GError **error)
{
  const char *value;

  if (!json_object_has_member (object, key) || json_object_get_null_member (object, key))
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: \"%s\" is missing", name, key);
  value = arra_json_get_string (object, name, key, error);
  if (value == NULL)
    return FALSE;
  return strcmp (value, known) == 0
         || arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: %s \"%.40s\" is not supported (only \"%s\")", name, key,
                       value, known);
}

static gboolean
check (const ArraT5Config *config, const char *name, GError **error)
{
  if ((guint64) config->n_heads * config->head_dim > MAX_WIDTH)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %u heads of %u numbers are too many", name, config->n_heads,
                      config->head_dim);
  if (config->n_buckets % 4 != 0 || config->max_distance <= config->n_buckets / 4)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                      "%s: relative_attention_num_buckets must be a multiple of 4 and its quarter below "
                      "relative_attention_max_distance",
                      name);
  return arra_config_check_norm_eps (config->norm_eps, name, error);
}

gboolean
arra_t5_config_read (ArraT5Config *config, JsonObject *object, const char *name, GError **error)
{
  gint64 value;
  double eps;

  memset (config, 0, sizeof *config);
  if (!check_string (object, name, "model_type", "t5", error)
      || !check_string (object, name, "feed_forward_proj", "gated-gelu", error)
      || !arra_quantised_check_config (object, name, error)
      || !arra_config_read_counts (config, counts, G_N_ELEMENTS (counts), object, name, error)
      || !arra_json_get_int_default (object, name, "pad_token_id", 0, config->vocab_size - 1, 0, &value, error)
      || !arra_json_get_double_default (object, name, "layer_norm_epsilon", 1e-6, &eps, error))
    return FALSE;
  config->pad = (guint32) value;
  config->norm_eps = (float) eps;
  return check (config, name, error);
}

gboolean
arra_t5_config_load (ArraT5Config *config, const ArraGguf *gguf, GError **error)
{
  guint64 value;
  double eps;

  memset (config, 0, sizeof *config);
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autofree char *key = g_strconcat (PREFIX, counts[i].key, NULL);

      if (!arra_gguf_get_uint (gguf, key, (guint64) counts[i].max, &value, error))
        return FALSE;
      G_STRUCT_MEMBER (guint, config, counts[i].offset) = (guint) value;
      if (!arra_config_check_count ((guint) value, (guint) counts[i].max, key, arra_gguf_path (gguf), error))
        return FALSE;
    }
  if (!arra_gguf_get_uint (gguf, PAD_KEY, config->vocab_size - 1, &value, error)
      || !arra_gguf_get_double (gguf, EPS_KEY, &eps, error))
    return FALSE;
  config->pad = (guint32) value;
  config->norm_eps = (float) eps;
  return check (config, arra_gguf_path (gguf), error);
}

void
arra_t5_config_store (const ArraT5Config *config, ArraGgufWriter *writer)
{
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autofree char *key = g_strconcat (PREFIX, counts[i].key, NULL);

      arra_gguf_writer_set_uint (writer, key, G_STRUCT_MEMBER (const guint, config, counts[i].offset));
    }
  arra_gguf_writer_set_uint (writer, PAD_KEY, config->pad);
  arra_gguf_writer_set_double (writer, EPS_KEY, (double) config->norm_eps);
}
