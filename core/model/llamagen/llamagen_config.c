/* llamagen_config.c - the shape of LlamaGen's transformer: told by its tensors, or by GGUF metadata
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "llamagen_private.h"

#include <string.h>

#include "config_numbers.h"
#include "fail.h"
#include "jsonguard.h"

#define PREFIX "arra-llamagen."
#define MARK "layers.0.attention.wqkv.weight"
#define MAX_LAYERS 4096
#define MAX_WIDTH (1 << 20)
#define MAX_IDS (1 << 23)
#define NORM_EPS 1e-5
#define ROPE_BASE 10000.0

/* LlamaGen autoregressive/models/gpt.py, GPT_models */
static const struct
{
  const char *name;
  guint hidden_size, n_layers, n_heads;
} sizes[] = {
  { "B", 768, 12, 12 },     { "L", 1024, 24, 16 },  { "XL", 1280, 36, 20 }, { "XXL", 1536, 48, 24 },
  { "XXXL", 2560, 48, 40 }, { "1B", 2048, 22, 32 }, { "3B", 3200, 24, 32 }, { "7B", 4096, 32, 32 },
};

static const struct
{
  const char *key;
  gsize offset;
  guint max;
} counts[] = {
  { PREFIX "embedding_length", G_STRUCT_OFFSET (ArraLlamagenConfig, hidden_size), MAX_WIDTH },
  { PREFIX "feed_forward_length", G_STRUCT_OFFSET (ArraLlamagenConfig, intermediate_size), MAX_WIDTH },
  { PREFIX "block_count", G_STRUCT_OFFSET (ArraLlamagenConfig, n_layers), MAX_LAYERS },
  { PREFIX "attention.head_count", G_STRUCT_OFFSET (ArraLlamagenConfig, n_heads), MAX_WIDTH },
  { PREFIX "attention.head_count_kv", G_STRUCT_OFFSET (ArraLlamagenConfig, n_kv_heads), MAX_WIDTH },
  { PREFIX "vocab_size", G_STRUCT_OFFSET (ArraLlamagenConfig, n_codes), MAX_IDS },
  { PREFIX "prefix_length", G_STRUCT_OFFSET (ArraLlamagenConfig, n_prefix), MAX_WIDTH },
};

#define SIDE_KEY PREFIX "picture_side"
#define MAX_SIDE 4096

/* The member that one kind has and the other has not. */
static const struct
{
  const char *key;
  gsize offset;
  guint max;
} of_kind[] = {
  [ARRA_LLAMAGEN_CLASSES] = { PREFIX "class_count", G_STRUCT_OFFSET (ArraLlamagenConfig, n_classes), MAX_IDS },
  [ARRA_LLAMAGEN_TEXT] = { PREFIX "caption_length", G_STRUCT_OFFSET (ArraLlamagenConfig, caption_size), MAX_WIDTH },
};

static gsize
find_size (const ArraLlamagenConfig *config)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (sizes[i].hidden_size == config->hidden_size && sizes[i].n_layers == config->n_layers)
      return i;
  return G_N_ELEMENTS (sizes);
}

const char *
arra_llamagen_size (const ArraLlamagenConfig *config)
{
  gsize i = find_size (config);

  return i < G_N_ELEMENTS (sizes) && sizes[i].n_heads == config->n_heads ? sizes[i].name : NULL;
}

static gboolean
check_heads (ArraLlamagenConfig *config, const char *name, GError **error)
{
  if (config->hidden_size % config->n_heads != 0 || config->n_heads % config->n_kv_heads != 0
      || config->hidden_size / config->n_heads % 4 != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: %u heads (%u for keys) do not go into a width of %u: each takes a multiple of 4", name,
                      config->n_heads, config->n_kv_heads, config->hidden_size);
  config->head_dim = config->hidden_size / config->n_heads;
  if (!(config->rope_base >= 1.0 && config->rope_base <= 1e12))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: rope_base must be between 1 and 1e12", name);
  if (!(config->norm_eps >= 0 && config->norm_eps <= 1))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: norm_eps must be between 0 and 1", name);
  return TRUE;
}

gboolean
arra_llamagen_config_check (ArraLlamagenConfig *config, const char *name, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    if (!arra_config_check_count (G_STRUCT_MEMBER (guint, config, counts[i].offset), counts[i].max,
                                  counts[i].key + strlen (PREFIX), name, error))
      return FALSE;
  if (!arra_config_check_count (G_STRUCT_MEMBER (guint, config, of_kind[config->kind].offset),
                                of_kind[config->kind].max, of_kind[config->kind].key + strlen (PREFIX), name, error))
    return FALSE;
  return check_heads (config, name, error);
}

char *
arra_llamagen_find_prefix (const ArraSource *source)
{
  return arra_source_find_prefix (source, MARK);
}

static guint
count_layers (const ArraSource *source, const char *prefix)
{
  guint n = 0;

  for (; n <= MAX_LAYERS; n++)
    {
      g_autofree char *leaf = g_strdup_printf ("layers.%u.attention.wqkv.weight", n);

      if (arra_weights_size (source, prefix, leaf, 0) == 0)
        break;
    }
  return n;
}

static void
read_kind (ArraLlamagenConfig *config, const ArraSource *source, const char *prefix)
{
  guint classes = arra_weights_size (source, prefix, "cls_embedding.embedding_table.weight", 0);

  config->kind = classes > 0 ? ARRA_LLAMAGEN_CLASSES : ARRA_LLAMAGEN_TEXT;
  config->n_prefix = classes > 0 ? 1 : arra_weights_size (source, prefix, "cls_embedding.uncond_embedding", 0);
  config->n_classes = classes > 0 ? classes - 1 : 0;
  config->caption_size = arra_weights_size (source, prefix, "cls_embedding.cap_proj.fc1.weight", 1);
}

/* The side of a picture of @codes codes. */
static guint
side_of (gint64 codes)
{
  guint side = 0;

  while ((gint64) side * side < codes)
    side++;
  return (gint64) side * side == codes ? side : 0;
}

/* What the tensors say, too: a difference tells that the arguments are another model's. */
static gboolean
check_told (const ArraLlamagenConfig *config, JsonObject *args, const char *name, GError **error)
{
  static const struct
  {
    const char *key;
    gsize offset;
  } told[] = { { "dim", G_STRUCT_OFFSET (ArraLlamagenConfig, hidden_size) },
               { "n_layer", G_STRUCT_OFFSET (ArraLlamagenConfig, n_layers) },
               { "vocab_size", G_STRUCT_OFFSET (ArraLlamagenConfig, n_codes) } };

  for (gsize i = 0; i < G_N_ELEMENTS (told); i++)
    {
      const guint has = G_STRUCT_MEMBER (guint, config, told[i].offset);
      gint64 value;

      if (!arra_json_get_int_default (args, name, told[i].key, 1, MAX_IDS, has, &value, error))
        return FALSE;
      if (value != has)
        return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                          "%s: \"%s\" is %u, but the weights have %u: it belongs to another model", name, told[i].key,
                          (guint) value, has);
    }
  return TRUE;
}

/* n_head, rope_base, norm_eps and block_size, where they are given. */
static gboolean
read_args (ArraLlamagenConfig *config, JsonObject *args, const char *name, GError **error)
{
  double eps = NORM_EPS;
  gint64 heads = 0, codes = 0;
  gsize size = find_size (config);

  config->rope_base = ROPE_BASE;
  if (args != NULL
      && (!check_told (config, args, name, error)
          || !arra_json_get_int_default (args, name, "n_head", 1, MAX_WIDTH, 0, &heads, error)
          || !arra_json_get_int_default (args, name, "block_size", 1, MAX_SIDE * MAX_SIDE, 0, &codes, error)
          || !arra_json_get_double_default (args, name, "rope_base", ROPE_BASE, &config->rope_base, error)
          || !arra_json_get_double_default (args, name, "norm_eps", NORM_EPS, &eps, error)))
    return FALSE;
  config->norm_eps = (float) eps;
  config->side = side_of (codes);
  if (heads == 0 && size == G_N_ELEMENTS (sizes))
    return arra_fail (
        error, ARRA_ERROR_NOT_FOUND,
        "%s: a LlamaGen of %u layers of %u is none of the published sizes: put a model_args.json with its "
        "\"n_head\" beside it",
        name, config->n_layers, config->hidden_size);
  config->n_heads = heads > 0 ? (guint) heads : sizes[size].n_heads;
  return TRUE;
}

gboolean
arra_llamagen_config_from_tensors (ArraLlamagenConfig *config,
                                   const ArraSource *source,
                                   const char *prefix,
                                   JsonObject *args,
                                   const char *name,
                                   GError **error)
{
  guint fused = arra_weights_size (source, prefix, MARK, 0), head_dim;

  *config = (ArraLlamagenConfig) { .n_codes = arra_weights_size (source, prefix, "tok_embeddings.weight", 0),
                                   .hidden_size = arra_weights_size (source, prefix, "tok_embeddings.weight", 1),
                                   .intermediate_size
                                   = arra_weights_size (source, prefix, "layers.0.feed_forward.w1.weight", 0),
                                   .n_layers = count_layers (source, prefix) };
  read_kind (config, source, prefix);
  if (!read_args (config, args, name, error))
    return FALSE;
  head_dim = MAX (config->hidden_size / config->n_heads, 1);
  config->n_kv_heads = fused / head_dim > config->n_heads ? (fused / head_dim - config->n_heads) / 2 : 0;
  return arra_llamagen_config_check (config, name, error);
}

gboolean
arra_llamagen_config_load (ArraLlamagenConfig *config, const ArraGguf *gguf, GError **error)
{
  guint64 value;
  double eps;

  *config
      = (ArraLlamagenConfig) { .kind = arra_gguf_has (gguf, of_kind[ARRA_LLAMAGEN_TEXT].key) ? ARRA_LLAMAGEN_TEXT
                                                                                             : ARRA_LLAMAGEN_CLASSES };
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      if (!arra_gguf_get_uint (gguf, counts[i].key, counts[i].max, &value, error))
        return FALSE;
      G_STRUCT_MEMBER (guint, config, counts[i].offset) = (guint) value;
    }
  if (!arra_gguf_get_uint (gguf, of_kind[config->kind].key, of_kind[config->kind].max, &value, error))
    return FALSE;
  G_STRUCT_MEMBER (guint, config, of_kind[config->kind].offset) = (guint) value;
  if (!arra_gguf_get_double (gguf, PREFIX "attention.layer_norm_rms_epsilon", &eps, error)
      || !arra_gguf_get_double (gguf, PREFIX "rope.freq_base", &config->rope_base, error))
    return FALSE;
  config->norm_eps = (float) eps;
  if (arra_gguf_has (gguf, SIDE_KEY))
    {
      if (!arra_gguf_get_uint (gguf, SIDE_KEY, MAX_SIDE, &value, error))
        return FALSE;
      config->side = (guint) value;
    }
  return arra_llamagen_config_check (config, arra_gguf_path (gguf), error);
}

void
arra_llamagen_config_store (const ArraLlamagenConfig *config, ArraGgufWriter *writer)
{
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    arra_gguf_writer_set_uint (writer, counts[i].key, G_STRUCT_MEMBER (guint, config, counts[i].offset));
  arra_gguf_writer_set_uint (writer, of_kind[config->kind].key,
                             G_STRUCT_MEMBER (guint, config, of_kind[config->kind].offset));
  arra_gguf_writer_set_double (writer, PREFIX "attention.layer_norm_rms_epsilon", (double) config->norm_eps);
  arra_gguf_writer_set_double (writer, PREFIX "rope.freq_base", config->rope_base);
  if (config->side > 0)
    arra_gguf_writer_set_uint (writer, SIDE_KEY, config->side);
}
