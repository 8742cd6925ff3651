/* checkpoint_fingerprint.c - one hash that names a model in recipes
 *
 * A GGUF file's header holds the hash of its data, so hashing the header is enough. A directory's weights may
 * be many gigabytes, so that configuration, tokenizer, and each tensor's name, type, shape and first bytes
 * stand for the whole; how the weights are split over files, where they lie, and tensors nobody asks for do
 * not matter.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint_private.h"

#include <string.h>

#define SAMPLE ((gsize) 64) /* bytes of each tensor */

/* Numbers in a fixed order of bytes. */
static void
add_number (GChecksum *sum, guint64 value)
{
  guint64 bytes = GUINT64_TO_LE (value);

  g_checksum_update (sum, (const guchar *) &bytes, sizeof bytes);
}

static void
add_bytes (GChecksum *sum, const void *data, gsize size)
{
  add_number (sum, size);
  g_checksum_update (sum, data, (gssize) size);
}

/* A walk over the tensors of a source */
typedef struct
{
  GChecksum *sum;
  const ArraSource *source;
} Walk;

static gboolean
add_tensor (const char *name, const ArraTensor *stored, gpointer data, GError **error)
{
  const Walk *walk = data;
  GChecksum *sum = walk->sum;
  const gsize n = MIN (stored->n_bytes, SAMPLE);
  guint8 buffer[SAMPLE];

  add_bytes (sum, name, strlen (name));
  add_bytes (sum, arra_dtype_name (stored->dtype), strlen (arra_dtype_name (stored->dtype)));
  add_number (sum, stored->n_dims);
  for (guint d = 0; d < stored->n_dims; d++)
    add_number (sum, (guint64) stored->shape[d]);
  add_bytes (sum, arra_source_bytes (walk->source, stored, 0, n, buffer), n);
  return TRUE;
}

static gboolean
add_weight (const char *name, gboolean is_matrix, const ArraTensor *stored, gpointer data, GError **error)
{
  return add_tensor (name, stored, data, error);
}

static gboolean
add_vqgan (const ArraCheckpoint *checkpoint, GChecksum *sum, GError **error)
{
  const ArraVqganConfig *config = &checkpoint->vqgan_config;
  Walk walk = { sum, checkpoint->vqgan_source };

  if (checkpoint->vqgan_source == NULL)
    return TRUE;
  add_number (sum, config->n_levels);
  add_number (sum, config->resolution);
  for (guint i = 0; i < config->n_attn; i++)
    add_number (sum, config->attn_resolutions[i]);
  if (config->padding != ARRA_PADDING_ZEROS || config->smooth_upsampling)
    add_number (sum, 2 * config->padding + config->smooth_upsampling);
  if (config->unit_codes || config->nearest_bytes || config->pixel_norm)
    add_number (sum, 2 * config->unit_codes + config->nearest_bytes + 8 * config->pixel_norm);
  return arra_vqgan_foreach (config, checkpoint->vqgan_source, checkpoint->vqgan_prefix, add_tensor, &walk, error);
}

/* Nothing for one that lies in the checkpoint's own file. */
static gboolean
add_text_encoder (const ArraCheckpoint *checkpoint, GChecksum *sum, GError **error)
{
  const ArraTextEncoder *encoder = checkpoint->text_encoder;
  const char *tokenizer;
  Walk walk = { .sum = sum };
  gsize size;

  if (encoder == NULL || encoder->is_inner)
    return TRUE;
  tokenizer = arra_tokenizer_json (encoder->tokenizer, &size);
  add_bytes (sum, tokenizer, size);
  walk.source = encoder->source;
  return arra_weights_foreach (&encoder->weights, add_weight, &walk, error);
}

static gboolean
add_directory (const ArraCheckpoint *checkpoint, GChecksum *sum, const char *config, gsize config_size, GError **error)
{
  gsize size = 0;
  const char *tokenizer = checkpoint->tokenizer != NULL ? arra_tokenizer_json (checkpoint->tokenizer, &size) : "";
  Walk walk = { sum, checkpoint->decoder.weights.source };

  add_bytes (sum, config, config_size);
  add_bytes (sum, tokenizer, size);
  return arra_weights_foreach (&checkpoint->decoder.weights, add_weight, &walk, error)
         && add_vqgan (checkpoint, sum, error) && add_text_encoder (checkpoint, sum, error);
}

gboolean
arra_checkpoint_take_fingerprint (ArraCheckpoint *checkpoint, const char *config, gsize config_size, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  if (checkpoint->gguf == NULL)
    {
      if (!add_directory (checkpoint, sum, config, config_size, error))
        return FALSE;
    }
  else
    {
      g_checksum_update (sum, arra_gguf_data (checkpoint->gguf), (gssize) arra_gguf_header_size (checkpoint->gguf));
      if ((checkpoint->vqgan_path != NULL && !add_vqgan (checkpoint, sum, error))
          || !add_text_encoder (checkpoint, sum, error))
        return FALSE;
    }
  checkpoint->fingerprint = g_strdup (g_checksum_get_string (sum));
  return TRUE;
}
