/* vqgan_hash.c - one hash of what decides a picture's codes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqgan_private.h"

#include <string.h>

static void
add_number (GChecksum *sum, guint64 value)
{
  guint64 bytes = GUINT64_TO_LE (value);

  g_checksum_update (sum, (const guchar *) &bytes, sizeof bytes);
}

static gboolean
is_of_decoder (const char *name)
{
  return g_str_has_prefix (name, "decoder.") || g_str_has_prefix (name, "post_quant_conv.");
}

static gboolean
add_tensor (const char *name, const ArraTensor *stored, gpointer data, GError **error)
{
  GChecksum *sum = data;
  const guint8 *bytes = stored->data;

  if (is_of_decoder (name))
    return TRUE;
  g_checksum_update (sum, (const guchar *) name, (gssize) strlen (name) + 1);
  g_checksum_update (sum, (const guchar *) arra_dtype_name (stored->dtype), -1);
  add_number (sum, stored->n_bytes);
  for (gsize at = 0; at < stored->n_bytes; at += 1u << 30)
    g_checksum_update (sum, bytes + at, (gssize) MIN (stored->n_bytes - at, 1u << 30));
  return TRUE;
}

char *
arra_vqgan_encoder_sha256 (const ArraVqganConfig *config, ArraSource *source, const char *prefix, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  add_number (sum, config->n_levels);
  add_number (sum, config->resolution);
  add_number (sum, config->norm_groups);
  for (guint i = 0; i < config->n_attn; i++)
    add_number (sum, config->attn_resolutions[i]);
  if (config->plain_middle || config->padding != ARRA_PADDING_ZEROS)
    add_number (sum, 4 * config->plain_middle + config->padding);
  if (config->unit_codes || arra_vqgan_by_pixel (config, TRUE))
    add_number (sum, config->unit_codes + (arra_vqgan_by_pixel (config, TRUE) ? 4 : 0));
  if (!arra_vqgan_foreach (config, source, prefix, add_tensor, sum, error))
    return NULL;
  return g_strdup (g_checksum_get_string (sum));
}

char *
arra_vqgan_codebook_sha256 (const ArraVqgan *vqgan)
{
  const ArraVqganConfig *config = &vqgan->config;
  const gsize n = (gsize) config->n_embed * config->embed_dim;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  add_number (sum, config->n_embed);
  add_number (sum, config->embed_dim);
  g_checksum_update (sum, (const guchar *) vqgan->net.codebook, (gssize) (n * sizeof (float)));
  return g_strdup (g_checksum_get_string (sum));
}
