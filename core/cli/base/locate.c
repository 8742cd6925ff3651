/* locate.c - the checkpoint to use, by its path, by its name, or when none is named
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "locate.h"

#include <string.h>

#include "signals.h"
#include "status.h"

char *
cli_locate_checkpoint (const char *model, GError **error)
{
  g_autofree char *folder = NULL;
  char *found;

  if (model != NULL)
    {
      g_autoptr (GError) fault = NULL;

      found = arra_checkpoints_locate (model, &fault);
      if (found == NULL)
        cli_usage_error (error, "%s", fault->message);
      return found;
    }
  found = arra_checkpoints_default ();
  if (found != NULL)
    return found;
  folder = arra_checkpoints_folder ();
  cli_usage_error (error,
                   "no checkpoint: name one with --model (a .gguf file made by 'arra convert', a Hugging "
                   "Face folder, or a name that 'arra "
                   "info' lists), or put a .gguf file into %s",
                   folder);
  return NULL;
}

char *
cli_locate_fingerprint (const char *fingerprint, char **name)
{
  g_autoptr (GPtrArray) found = arra_checkpoints_find (NULL, cli_signals_stage (0));

  for (guint i = 0; i < found->len; i++)
    {
      const ArraFound *item = found->pdata[i];

      if (item->checkpoint == NULL || strcmp (arra_checkpoint_fingerprint (item->checkpoint), fingerprint) != 0)
        continue;
      if (name != NULL)
        *name = g_strdup (item->name);
      return g_strdup (item->path);
    }
  return NULL;
}

gboolean
cli_locate_part (const char *option, const char *given, char **path, GError **error)
{
  g_autoptr (GError) fault = NULL;

  *path = NULL;
  if (given == NULL)
    return TRUE;
  *path = g_file_test (given, G_FILE_TEST_EXISTS) ? g_strdup (given) : arra_checkpoints_locate (given, &fault);
  return *path != NULL || cli_usage_error (error, "%s: %s", option, fault->message);
}
