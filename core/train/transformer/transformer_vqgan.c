/* transformer_vqgan.c - the VQGAN that goes into the saved model, which must be one for the codes that are learnt
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "fail.h"
#include "settings.h"
#include "transformer_private.h"

static gboolean
is_file (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

/* The first of @names (NULL-terminated) in @folder: its name, NULL when there is none. */
static const char *
find_name (const char *folder, const char *const *names)
{
  for (; *names != NULL; names++)
    {
      g_autofree char *path = g_build_filename (folder, *names, NULL);

      if (is_file (path))
        return *names;
    }
  return NULL;
}

static const char *const config_names[] = { "vqgan.yaml", "vqgan.json", "config.json", NULL };

/* Where weights and configuration of "model.vqgan" lie. */
static gboolean
find_vqgan (ArraTransformerTrainee *t, const char *path, GError **error)
{
  gboolean is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  g_autofree char *file = is_folder ? arra_vqgan_file_find (path) : g_strdup (path);
  g_autofree char *folder = file != NULL ? g_path_get_dirname (file) : NULL;
  const char *name = folder != NULL ? find_name (folder, config_names) : NULL;

  if (name == NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: there is no VQGAN with vqgan.yaml or vqgan.json beside it",
                      path);
  t->vqgan_weights = g_steal_pointer (&file);
  t->vqgan_config = g_build_filename (folder, name, NULL);
  return TRUE;
}

/* Whether the file at @path is not one that goes into the saved model as it is: one of another form, or one that tells
 * its shape itself, with no configuration beside it. */
static gboolean
is_whole (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_auto (ArraVqganFile) file = { .path = NULL };

  if (!is_file (path))
    return FALSE;
  if (!g_str_has_suffix (path, ".ckpt") && !g_str_has_suffix (path, ".safetensors"))
    return TRUE;
  return find_name (folder, config_names) == NULL && arra_vqgan_file_open (&file, path, NULL);
}

/* It must be the one that made the codes, when that is known. */
static gboolean
compare_vqgan (const ArraTransformerTrainee *t, const ArraYaml *config, const ArraVqganFile *file, GError **error)
{
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
check_vqgan (ArraTransformerTrainee *t, const ArraYaml *config, const ArraVqganFile *file, GError **error)
{
  if (file->config.n_embed != t->layout->n_codes)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: has %u codes, but the vocabulary names %u",
                      t->settings.vqgan, file->config.n_embed, t->layout->n_codes);
  t->patch = arra_vqgan_patch (&file->config);
  return compare_vqgan (t, config, file, error);
}

gboolean
arra_transformer_look_at_vqgan (ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  g_auto (ArraVqganFile) file = { .path = NULL };
  const char *path = t->settings.vqgan;

  if (path == NULL)
    return TRUE;
  if (is_whole (path))
    return arra_vqgan_file_open (&t->vqgan, path, error) && check_vqgan (t, config, &t->vqgan, error);
  return find_vqgan (t, path, error) && arra_vqgan_file_open (&file, t->vqgan_weights, error)
         && check_vqgan (t, config, &file, error);
}
