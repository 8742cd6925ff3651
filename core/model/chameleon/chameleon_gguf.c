/* chameleon_gguf.c - the transformer's shape from and to GGUF metadata, in GGUF's usual spelling
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "chameleon_private.h"

#include <string.h>

#include "fail.h"

#define PREFIX "arra-chameleon."

static const struct
{
  const char *key;
  gsize offset;
} counts[] = {
  { PREFIX "vocab_size", G_STRUCT_OFFSET (ArraChameleonConfig, vocab_size) },
  { PREFIX "context_length", G_STRUCT_OFFSET (ArraChameleonConfig, context) },
  { PREFIX "embedding_length", G_STRUCT_OFFSET (ArraChameleonConfig, hidden_size) },
  { PREFIX "feed_forward_length", G_STRUCT_OFFSET (ArraChameleonConfig, intermediate_size) },
  { PREFIX "block_count", G_STRUCT_OFFSET (ArraChameleonConfig, n_layers) },
  { PREFIX "attention.head_count", G_STRUCT_OFFSET (ArraChameleonConfig, n_heads) },
  { PREFIX "attention.head_count_kv", G_STRUCT_OFFSET (ArraChameleonConfig, n_kv_heads) },
  { PREFIX "model_parallel_size", G_STRUCT_OFFSET (ArraChameleonConfig, model_parallel) },
};

static const char *const scalings[] = {
  [ARRA_ROPE_PLAIN] = "none",
  [ARRA_ROPE_LINEAR] = "linear",
  [ARRA_ROPE_DYNAMIC] = "dynamic",
};

static gboolean
load_rope (ArraChameleonConfig *config, const ArraGguf *gguf, GError **error)
{
  const char *type;
  gsize length;

  config->rope_factor = 1.0;
  if (!arra_gguf_get_double (gguf, PREFIX "rope.freq_base", &config->rope_theta, error))
    return FALSE;
  if (!arra_gguf_has (gguf, PREFIX "rope.scaling.type"))
    return TRUE;
  if (!arra_gguf_get_string (gguf, PREFIX "rope.scaling.type", &type, &length, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (scalings); i++)
    if (length == strlen (scalings[i]) && memcmp (type, scalings[i], length) == 0)
      {
        config->rope_scaling = (ArraRopeScaling) i;
        return i == ARRA_ROPE_PLAIN
               || arra_gguf_get_double (gguf, PREFIX "rope.scaling.factor", &config->rope_factor, error);
      }
  return arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: %srope.scaling.type \"%.*s\" is not supported",
                    arra_gguf_path (gguf), PREFIX, (int) MIN (length, 40), type);
}

/* Missing switches take their defaults. */
static gboolean
load_switch (const ArraGguf *gguf, const char *key, gboolean standard, gboolean *out, GError **error)
{
  *out = standard;
  return !arra_gguf_has (gguf, key) || arra_gguf_get_bool (gguf, key, out, error);
}

gboolean
arra_chameleon_config_load (ArraChameleonConfig *config, const ArraGguf *gguf, GError **error)
{
  double eps;

  memset (config, 0, sizeof *config);
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      guint64 value;

      if (!arra_gguf_get_uint (gguf, counts[i].key, G_MAXUINT, &value, error))
        return FALSE;
      G_STRUCT_MEMBER (guint, config, counts[i].offset) = (guint) value;
    }
  if (!load_rope (config, gguf, error)
      || !arra_gguf_get_double (gguf, PREFIX "attention.layer_norm_rms_epsilon", &eps, error)
      || !load_switch (gguf, PREFIX "swin_norm", FALSE, &config->swin_norm, error)
      || !load_switch (gguf, PREFIX "mask_image_logits", TRUE, &config->mask_image_logits, error))
    return FALSE;
  config->norm_eps = (float) eps;
  return arra_chameleon_config_check (config, arra_gguf_path (gguf), error);
}

void
arra_chameleon_config_store (const ArraChameleonConfig *config, ArraGgufWriter *writer)
{
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    arra_gguf_writer_set_uint (writer, counts[i].key, G_STRUCT_MEMBER (guint, config, counts[i].offset));
  arra_gguf_writer_set_double (writer, PREFIX "attention.layer_norm_rms_epsilon", (double) config->norm_eps);
  arra_gguf_writer_set_double (writer, PREFIX "rope.freq_base", config->rope_theta);
  if (config->rope_scaling != ARRA_ROPE_PLAIN)
    {
      arra_gguf_writer_set_string (writer, PREFIX "rope.scaling.type", scalings[config->rope_scaling], -1);
      arra_gguf_writer_set_double (writer, PREFIX "rope.scaling.factor", config->rope_factor);
    }
  arra_gguf_writer_set_bool (writer, PREFIX "swin_norm", config->swin_norm);
  arra_gguf_writer_set_bool (writer, PREFIX "mask_image_logits", config->mask_image_logits);
}
