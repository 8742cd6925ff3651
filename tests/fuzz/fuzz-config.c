/* fuzz-config.c - config.json of a transformer, of a VQGAN and of an image and text encoder
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "chameleon.h"
#include "clip_config.h"
#include "jsonguard.h"
#include "vqgan.h"

/* What is taken must be safe to compute with. */
static void
use_transformer (const ArraChameleonConfig *config)
{
  g_assert_cmpuint (config->n_heads, >, 0);
  g_assert_cmpuint (config->n_kv_heads, >, 0);
  g_assert_cmpuint (config->n_heads % config->n_kv_heads, ==, 0);
  g_assert_cmpuint (config->n_heads * config->head_dim, ==, config->hidden_size);
  g_assert_cmpuint (config->head_dim % 2, ==, 0);
  g_assert_true (config->norm_eps >= 0 && config->rope_theta > 0);
}

static void
use_encoder (const ArraClipConfig *config)
{
  g_assert_cmpuint (config->vision.n_heads, >, 0);
  g_assert_cmpuint (config->vision.width % config->vision.n_heads, ==, 0);
  g_assert_cmpuint (config->text.width % config->text.n_heads, ==, 0);
  g_assert_cmpuint (arra_clip_picture_tokens (config), >, 1);
  g_assert_true (config->context >= 2 && config->vision.eps > 0 && config->text.eps > 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL, fault = NULL, vqgan_fault = NULL, clip_fault = NULL;
  JsonObject *object = NULL;
  g_autoptr (JsonParser) parser = arra_json_parse ((const char *) data, size, "FILE", &object, &error);
  ArraChameleonConfig config;
  ArraVqganConfig vqgan;
  ArraClipConfig clip;

  if (parser == NULL)
    return 0;
  if (arra_chameleon_config_read (&config, object, "FILE", &fault))
    use_transformer (&config);
  else
    g_assert_true (g_str_has_prefix (fault->message, "FILE"));
  if (arra_vqgan_config_from_json (&vqgan, object, "FILE", &vqgan_fault))
    g_assert_cmpuint (arra_vqgan_patch (&vqgan), >, 0);
  else
    g_assert_true (g_str_has_prefix (vqgan_fault->message, "FILE"));
  if (arra_clip_config_read (&clip, object, "FILE", &clip_fault))
    use_encoder (&clip);
  else
    g_assert_true (g_str_has_prefix (clip_fault->message, "FILE"));
  return 0;
}
