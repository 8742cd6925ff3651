/* checkpoint_vqgan.c - the VQGAN of a checkpoint, found in its folder or given apart
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint_private.h"

#include "fail.h"

gboolean
arra_checkpoint_read_vqgan (ArraCheckpoint *checkpoint, const char *path, GError **error)
{
  g_auto (ArraVqganFile) file = { .path = NULL };

  if (!arra_vqgan_file_open (&file, path, error))
    return FALSE;
  checkpoint->vqgan_config = file.config;
  checkpoint->vqgan_source = g_steal_pointer (&file.source);
  checkpoint->vqgan_prefix = g_steal_pointer (&file.prefix);
  checkpoint->vqgan_path = g_steal_pointer (&file.path);
  return TRUE;
}

gboolean
arra_checkpoint_find_vqgan (ArraCheckpoint *checkpoint, const char *directory, gboolean *found, GError **error)
{
  g_autofree char *path = arra_vqgan_file_find (directory);

  *found = path != NULL;
  return path == NULL || arra_checkpoint_read_vqgan (checkpoint, path, error);
}

gboolean
arra_checkpoint_check_vqgan (const ArraCheckpoint *checkpoint, GError **error)
{
  if (checkpoint->vqgan_source == NULL || checkpoint->vqgan_config.n_embed == checkpoint->layout->n_codes)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: this VQGAN has %u codes, but the model's vocabulary has %u image tokens: they do "
                    "not belong together",
                    checkpoint->vqgan_path != NULL ? checkpoint->vqgan_path : checkpoint->path,
                    checkpoint->vqgan_config.n_embed, checkpoint->layout->n_codes);
}
