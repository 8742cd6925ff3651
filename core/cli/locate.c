/* locate.c - the checkpoint to use when none is named
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "locate.h"

#include "status.h"

char *
cli_locate_checkpoint (const char *model, GError **error)
{
  g_autofree char *folder = NULL;
  char *found;

  if (model != NULL)
    {
      if (g_file_test (model, G_FILE_TEST_EXISTS))
        return g_strdup (model);
      cli_usage_error (error, "there is no file or folder %s", model);
      return NULL;
    }
  found = arra_checkpoints_default ();
  if (found != NULL)
    return found;
  folder = arra_checkpoints_folder ();
  cli_usage_error (error,
                   "no checkpoint: name one with --model (a .gguf file made by 'arra convert', or a Hugging Face folder), or put a "
                   ".gguf file into %s",
                   folder);
  return NULL;
}
