/* checkpoint_text_encoder.c - the text encoder of a checkpoint: given apart, in its file, or beside it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint_private.h"

gboolean
arra_checkpoint_find_text_encoder (ArraCheckpoint *checkpoint, const char *directory, GError **error)
{
  const char *given = checkpoint->text_encoder_given;
  g_autofree char *beside = NULL;
  gboolean found = FALSE;

  if (!checkpoint->decoder.conditioner->reads_features)
    return TRUE;
  if (given == NULL && checkpoint->gguf != NULL)
    {
      checkpoint->text_encoder = arra_text_encoder_load (checkpoint->gguf, &found, error);
      if (found)
        return checkpoint->text_encoder != NULL;
    }
  if (given == NULL)
    given = beside = arra_text_encoder_find (directory);
  if (given == NULL)
    return TRUE;
  checkpoint->text_encoder = arra_text_encoder_open (given, error);
  return checkpoint->text_encoder != NULL;
}
