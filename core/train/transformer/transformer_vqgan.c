/* transformer_vqgan.c - the VQGAN that goes into the saved model, which must be one for the codes that are learnt
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "fail.h"
#include "settings.h"
#include "transformer_private.h"

/* It must be the one that made the codes, when that is known. */
static gboolean
compare_vqgan (const ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  const ArraVqganFile *file = &t->vqgan;
  g_autofree char *tokens = NULL, *hash = NULL;

  if (t->items.vqgan == NULL)
    return TRUE;
  hash = arra_vqgan_encoder_sha256 (&file->config, file->source, file->prefix, error);
  if (hash == NULL || !arra_setting_path (config, "data.tokens", &tokens, error))
    return FALSE;
  if (strcmp (hash, t->items.vqgan) == 0)
    return TRUE;
  return arra_fail (
      error, ARRA_ERROR_INVALID_DATA,
      "%s: its codes are of another VQGAN (%.16s) than \"model.vqgan\", %s (%.16s): name that one, or make "
      "the codes anew with `arra pretokenize`",
      tokens, t->items.vqgan, t->settings.vqgan, hash);
}

static gboolean
check_vqgan (ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  const ArraVqganConfig *shape = &t->vqgan.config;

  if (shape->n_embed != t->layout->n_codes)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: has %u codes, but the vocabulary names %u",
                      t->settings.vqgan, shape->n_embed, t->layout->n_codes);
  t->patch = arra_vqgan_patch (shape);
  return compare_vqgan (t, config, error);
}

/* Whether weights and configuration lie in files that go into the saved model as they are. */
static gboolean
is_copied (const ArraVqganFile *file)
{
  return file->config_path != NULL && *file->prefix == '\0'
         && (g_str_has_suffix (file->path, ".ckpt") || g_str_has_suffix (file->path, ".safetensors"));
}

gboolean
arra_transformer_look_at_vqgan (ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  const char *path = t->settings.vqgan;

  if (path == NULL)
    return TRUE;
  if (!arra_vqgan_file_open (&t->vqgan, path, error) || !check_vqgan (t, config, error))
    return FALSE;
  if (is_copied (&t->vqgan))
    {
      t->vqgan_weights = g_steal_pointer (&t->vqgan.path);
      t->vqgan_config = g_steal_pointer (&t->vqgan.config_path);
      arra_vqgan_file_clear (&t->vqgan);
    }
  return TRUE;
}
