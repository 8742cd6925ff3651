/* vqgan_config.c - a VQGAN's configuration: taming's YAML, Hugging Face's JSON, GGUF metadata
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqgan.h"

#include "fail.h"
#include "jsonguard.h"
#include "jsonwriter.h"
#include "vqgan_private.h"

#define MAX_CHANNELS 4096
#define MAX_CODES (1 << 20)
#define MAX_RESOLUTION (1 << 16)
#define DDCONFIG "model.params.ddconfig."

static const struct
{
  const char *yaml, *json, *gguf;
  gsize offset;
  guint standard; /* Chameleon's; where it is 0, so may the number be */
  guint max;
  gboolean optional; /* not written when it is the standard */
} numbers[] = {
  { DDCONFIG "ch", "base_channels", "arra-vqgan.base_channels", G_STRUCT_OFFSET (ArraVqganConfig, ch), 128,
    MAX_CHANNELS, FALSE },
  { DDCONFIG "num_res_blocks", "num_res_blocks", "arra-vqgan.num_res_blocks",
    G_STRUCT_OFFSET (ArraVqganConfig, n_res_blocks), 2, VQGAN_MAX_BLOCKS, FALSE },
  { DDCONFIG "resolution", "resolution", "arra-vqgan.resolution", G_STRUCT_OFFSET (ArraVqganConfig, resolution), 512,
    MAX_RESOLUTION, FALSE },
  { DDCONFIG "in_channels", "in_channels", "arra-vqgan.in_channels", G_STRUCT_OFFSET (ArraVqganConfig, in_channels), 3,
    3, FALSE },
  { DDCONFIG "out_ch", "out_channels", "arra-vqgan.out_channels", G_STRUCT_OFFSET (ArraVqganConfig, out_channels), 3, 3,
    FALSE },
  { DDCONFIG "z_channels", "latent_channels", "arra-vqgan.latent_channels",
    G_STRUCT_OFFSET (ArraVqganConfig, z_channels), 256, MAX_CHANNELS, FALSE },
  { "model.params.embed_dim", "embed_dim", "arra-vqgan.embed_dim", G_STRUCT_OFFSET (ArraVqganConfig, embed_dim), 256,
    MAX_CHANNELS, FALSE },
  { "model.params.n_embed", "num_embeddings", "arra-vqgan.num_embeddings", G_STRUCT_OFFSET (ArraVqganConfig, n_embed),
    8192, MAX_CODES, FALSE },
  { DDCONFIG "norm_num_groups", "norm_groups", "arra-vqgan.norm_groups", G_STRUCT_OFFSET (ArraVqganConfig, norm_groups),
    32, MAX_CHANNELS, TRUE },
  { DDCONFIG "decoder_ch", "decoder_base_channels", "arra-vqgan.decoder.base_channels",
    G_STRUCT_OFFSET (ArraVqganConfig, decoder_ch), 0, MAX_CHANNELS, TRUE },
  { DDCONFIG "decoder_res_blocks", "decoder_res_blocks", "arra-vqgan.decoder.res_blocks",
    G_STRUCT_OFFSET (ArraVqganConfig, decoder_blocks), 0, VQGAN_MAX_BLOCKS + 1, TRUE },
  { DDCONFIG "smooth_upsampling", "smooth_upsampling", "arra-vqgan.smooth_upsampling",
    G_STRUCT_OFFSET (ArraVqganConfig, smooth_upsampling), 0, 1, TRUE },
  { DDCONFIG "plain_middle", "plain_middle", "arra-vqgan.plain_middle", G_STRUCT_OFFSET (ArraVqganConfig, plain_middle),
    0, 1, TRUE },
  { DDCONFIG "pixel_norm", "pixel_norm", "arra-vqgan.pixel_norm", G_STRUCT_OFFSET (ArraVqganConfig, pixel_norm), 0, 2,
    TRUE },
  { DDCONFIG "padding", "padding", "arra-vqgan.padding", G_STRUCT_OFFSET (ArraVqganConfig, padding), 0,
    ARRA_PADDING_WRAP, TRUE },
  { DDCONFIG "names", "names", "arra-vqgan.names", G_STRUCT_OFFSET (ArraVqganConfig, names), 0, ARRA_VQGAN_TRANSFORMERS,
    TRUE },
  { DDCONFIG "unit_codes", "unit_codes", "arra-vqgan.unit_codes", G_STRUCT_OFFSET (ArraVqganConfig, unit_codes), 0,
    ARRA_VQGAN_CODES_UNIT_DECODED, TRUE },
  { DDCONFIG "nearest_bytes", "nearest_bytes", "arra-vqgan.nearest_bytes",
    G_STRUCT_OFFSET (ArraVqganConfig, nearest_bytes), 0, 1, TRUE },
};

#define MULTIPLIERS "arra-vqgan.channel_multiplier"
#define DECODER_MULTIPLIERS "arra-vqgan.decoder.channel_multiplier"
#define RESOLUTIONS "arra-vqgan.attn_resolutions"

static guint *
number_at (ArraVqganConfig *config, gsize i)
{
  return (guint *) ((char *) config + numbers[i].offset);
}

guint
arra_vqgan_decoder_blocks (const ArraVqganConfig *config)
{
  return config->decoder_blocks > 0 ? config->decoder_blocks : config->n_res_blocks + 1;
}

gsize
arra_vqgan_decoder_channels (const ArraVqganConfig *config, guint level)
{
  gsize base = config->decoder_ch > 0 ? config->decoder_ch : config->ch;

  return base * (config->n_decoder_mult > 0 ? config->decoder_ch_mult[level] : config->ch_mult[level]);
}

static gboolean
check_numbers (const ArraVqganConfig *config, const char *name, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      guint value = *number_at ((ArraVqganConfig *) config, i);
      guint least = MIN (numbers[i].standard, 1);

      if (value < least || value > numbers[i].max)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s is %u; %u to %u can be used", name, numbers[i].json,
                          value, least, numbers[i].max);
    }
  return TRUE;
}

static gboolean
check_multipliers (const guint *values, guint n, const char *name, const char *key, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (values[i] < 1 || values[i] > MAX_CHANNELS)
      return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: a %s of %u cannot be used", name, key, values[i]);
  return TRUE;
}

static gboolean
check_widths (const ArraVqganConfig *config, const char *name, GError **error)
{
  guint bases[] = { config->ch, config->decoder_ch };
  gsize widest = MAX (config->ch, config->decoder_ch);

  for (guint i = 0; i < config->n_levels; i++)
    {
      widest = MAX (widest, (gsize) config->ch * config->ch_mult[i]);
      widest = MAX (widest, arra_vqgan_decoder_channels (config, i));
    }
  for (guint i = 0; i < G_N_ELEMENTS (bases); i++)
    if (bases[i] % config->norm_groups != 0 || widest > MAX_CHANNELS)
      return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                        "%s: base_channels %u, and %zu at the widest level: multiples of norm_groups (%u) "
                        "up to %d can be used",
                        name, bases[i], widest, config->norm_groups, MAX_CHANNELS);
  return TRUE;
}

gboolean
arra_vqgan_config_check (const ArraVqganConfig *config, const char *name, GError **error)
{
  if (!check_numbers (config, name, error))
    return FALSE;
  if (config->n_levels < 1 || config->n_levels > ARRA_VQGAN_MAX_LEVELS || config->n_attn > ARRA_VQGAN_MAX_LEVELS)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: channel_multiplier has %u and attn_resolutions %u entries; at most %d can be used", name,
                      config->n_levels, config->n_attn, ARRA_VQGAN_MAX_LEVELS);
  if (config->n_decoder_mult != 0 && config->n_decoder_mult != config->n_levels)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: decoder_channel_multiplier has %u entries, channel_multiplier %u: both must agree", name,
                      config->n_decoder_mult, config->n_levels);
  if (!check_multipliers (config->ch_mult, config->n_levels, name, "channel_multiplier", error)
      || !check_multipliers (config->decoder_ch_mult, config->n_decoder_mult, name, "decoder_channel_multiplier", error)
      || !check_widths (config, name, error))
    return FALSE;
  if (config->in_channels != 3 || config->out_channels != 3)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: only VQGANs of RGB pictures can be used", name);
  return TRUE;
}

static gboolean
too_large (const char *name, const char *key, GError **error)
{
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s has an entry that cannot be used", name, key);
}

static gboolean
take_list (const gint64 *values,
           gsize n,
           guint max,
           const char *name,
           const char *key,
           guint *out,
           guint *n_out,
           GError **error)
{
  for (gsize i = 0; i < n; i++)
    {
      if (values[i] < 1 || values[i] > (gint64) max)
        return too_large (name, key, error);
      out[i] = (guint) values[i];
    }
  *n_out = (guint) n;
  return TRUE;
}

static gboolean
yaml_list (const ArraYaml *yaml, const char *key, guint max, guint *out, guint *n_out, GError **error)
{
  gint64 values[ARRA_VQGAN_MAX_LEVELS];
  gsize n;

  return arra_yaml_get_ints (yaml, key, ARRA_VQGAN_MAX_LEVELS, values, &n, error)
         && take_list (values, n, max, "vqgan.yaml", key, out, n_out, error);
}

gboolean
arra_vqgan_config_from_yaml (ArraVqganConfig *config, const ArraYaml *yaml, GError **error)
{
  gboolean double_z = FALSE;

  *config = (ArraVqganConfig) { 0 };
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      gint64 value = numbers[i].standard;
      gboolean said = !numbers[i].optional || arra_yaml_has (yaml, numbers[i].yaml);
      if (said && !arra_yaml_get_int (yaml, numbers[i].yaml, MIN (value, 1), numbers[i].max, &value, error))
        return FALSE;
      *number_at (config, i) = (guint) value;
    }
  if (arra_yaml_has (yaml, DDCONFIG "double_z") && !arra_yaml_get_bool (yaml, DDCONFIG "double_z", &double_z, error))
    return FALSE;
  if (double_z)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                      "vqgan.yaml: double_z belongs to another kind of autoencoder, which is not supported");
  return yaml_list (yaml, DDCONFIG "ch_mult", MAX_CHANNELS, config->ch_mult, &config->n_levels, error)
         && yaml_list (yaml, DDCONFIG "attn_resolutions", MAX_RESOLUTION, config->attn_resolutions, &config->n_attn,
                       error)
         && (!arra_yaml_has (yaml, DDCONFIG "decoder_ch_mult")
             || yaml_list (yaml, DDCONFIG "decoder_ch_mult", MAX_CHANNELS, config->decoder_ch_mult,
                           &config->n_decoder_mult, error))
         && arra_vqgan_config_check (config, "vqgan.yaml", error);
}

/* Missing or null: nothing is set. */
static gboolean
json_list (JsonObject *object, const char *name, const char *key, guint max, guint *out, guint *n_out, GError **error)
{
  gint64 values[ARRA_VQGAN_MAX_LEVELS];
  JsonArray *array;
  guint n;

  if (!json_object_has_member (object, key) || json_object_get_null_member (object, key))
    return TRUE;
  array = arra_json_get_array (object, name, key, error);
  if (array == NULL)
    return FALSE;
  n = json_array_get_length (array);
  if (n > ARRA_VQGAN_MAX_LEVELS)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: %s has %u entries; at most %d can be used", name, key, n,
                      ARRA_VQGAN_MAX_LEVELS);
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
        return too_large (name, key, error);
      values[i] = json_node_get_int (node);
    }
  return take_list (values, n, max, name, key, out, n_out, error);
}

/* What else a vq_config can ask for. */
static gboolean
json_refuse (JsonObject *object, const char *name, GError **error)
{
  gboolean double_latent;

  if (!arra_json_get_bool_default (object, name, "double_latent", FALSE, &double_latent, error))
    return FALSE;
  if (double_latent)
    return arra_fail (error, ARRA_ERROR_UNSUPPORTED,
                      "%s: double_latent belongs to another kind of autoencoder, which is not supported", name);
  if (json_object_has_member (object, "attn_type"))
    {
      const char *type = arra_json_get_string (object, name, "attn_type", error);
      if (type == NULL)
        return FALSE;
      if (!g_str_equal (type, "vanilla"))
        return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: attn_type “%s” is not supported", name, type);
    }
  return TRUE;
}

gboolean
arra_vqgan_config_from_json (ArraVqganConfig *config, JsonObject *object, const char *name, GError **error)
{
  *config = (ArraVqganConfig) { .n_levels = 5, .ch_mult = { 1, 1, 2, 2, 4 } };
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      gint64 value;
      if (!arra_json_get_int_default (object, name, numbers[i].json, MIN (numbers[i].standard, 1), numbers[i].max,
                                      numbers[i].standard, &value, error))
        return FALSE;
      *number_at (config, i) = (guint) value;
    }
  return json_refuse (object, name, error)
         && json_list (object, name, "channel_multiplier", MAX_CHANNELS, config->ch_mult, &config->n_levels, error)
         && json_list (object, name, "decoder_channel_multiplier", MAX_CHANNELS, config->decoder_ch_mult,
                       &config->n_decoder_mult, error)
         && json_list (object, name, "attn_resolutions", MAX_RESOLUTION, config->attn_resolutions, &config->n_attn,
                       error)
         && arra_vqgan_config_check (config, name, error);
}

/* A list in GGUF metadata: KEY.count and KEY.0, KEY.1, … */
static gboolean
gguf_list (const ArraGguf *gguf, const char *key, guint max, guint *out, guint *n_out, GError **error)
{
  g_autofree char *count_key = g_strdup_printf ("%s.count", key);
  guint64 n, value;

  if (!arra_gguf_get_uint (gguf, count_key, ARRA_VQGAN_MAX_LEVELS, &n, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *entry_key = g_strdup_printf ("%s.%u", key, i);
      if (!arra_gguf_get_uint (gguf, entry_key, max, &value, error))
        return FALSE;
      out[i] = (guint) value;
    }
  *n_out = (guint) n;
  return TRUE;
}

gboolean
arra_vqgan_config_load (ArraVqganConfig *config, const ArraGguf *gguf, GError **error)
{
  *config = (ArraVqganConfig) { 0 };
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      guint64 value = numbers[i].standard;
      gboolean said = !numbers[i].optional || arra_gguf_has (gguf, numbers[i].gguf);
      if (said && !arra_gguf_get_uint (gguf, numbers[i].gguf, numbers[i].max, &value, error))
        return FALSE;
      *number_at (config, i) = (guint) value;
    }
  return gguf_list (gguf, MULTIPLIERS, MAX_CHANNELS, config->ch_mult, &config->n_levels, error)
         && gguf_list (gguf, RESOLUTIONS, MAX_RESOLUTION, config->attn_resolutions, &config->n_attn, error)
         && (!arra_gguf_has (gguf, DECODER_MULTIPLIERS ".count")
             || gguf_list (gguf, DECODER_MULTIPLIERS, MAX_CHANNELS, config->decoder_ch_mult, &config->n_decoder_mult,
                           error))
         && arra_vqgan_config_check (config, arra_gguf_path (gguf), error);
}

static void
store_list (ArraGgufWriter *writer, const char *key, const guint *values, guint n)
{
  g_autofree char *count_key = g_strdup_printf ("%s.count", key);

  arra_gguf_writer_set_uint (writer, count_key, n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *entry_key = g_strdup_printf ("%s.%u", key, i);
      arra_gguf_writer_set_uint (writer, entry_key, values[i]);
    }
}

void
arra_vqgan_config_store (const ArraVqganConfig *config, ArraGgufWriter *writer)
{
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      guint value = *number_at ((ArraVqganConfig *) config, i);
      if (!numbers[i].optional || value != numbers[i].standard)
        arra_gguf_writer_set_uint (writer, numbers[i].gguf, value);
    }
  store_list (writer, MULTIPLIERS, config->ch_mult, config->n_levels);
  store_list (writer, RESOLUTIONS, config->attn_resolutions, config->n_attn);
  if (config->n_decoder_mult > 0)
    store_list (writer, DECODER_MULTIPLIERS, config->decoder_ch_mult, config->n_decoder_mult);
}

gboolean
arra_vqgan_by_pixel (const ArraVqganConfig *config, gboolean encode)
{
  return config->pixel_norm == 1 || (config->pixel_norm == 2 && !encode);
}

guint
arra_vqgan_patch (const ArraVqganConfig *config)
{
  return 1u << (config->n_levels - 1);
}

char *
arra_vqgan_config_to_json (const ArraVqganConfig *config)
{
  ArraJsonWriter *json = arra_json_writer_new (ARRA_JSON_LINES);

  arra_json_begin_object (json, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      guint value = *number_at ((ArraVqganConfig *) config, i);

      if (value != 0 || numbers[i].standard != 0)
        arra_json_put_uint (json, numbers[i].json, value);
    }
  arra_json_put_ids (json, "channel_multiplier", config->ch_mult, config->n_levels);
  if (config->n_decoder_mult > 0)
    arra_json_put_ids (json, "decoder_channel_multiplier", config->decoder_ch_mult, config->n_decoder_mult);
  arra_json_put_ids (json, "attn_resolutions", config->attn_resolutions, config->n_attn);
  arra_json_end_object (json);
  return arra_json_writer_end (json);
}
