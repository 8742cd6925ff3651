/* locate.c - the checkpoint to use when none is named
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "locate.h"

#include <string.h>

#include "fail.h"
#include "status.h"

static char *
first_in_folder (const char *data_folder)
{
  g_autofree char *folder = g_build_filename (data_folder, "arra", "checkpoints", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *first = NULL;
  const char *name;

  if (dir == NULL)
    return NULL;
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".gguf") && *name != '.' && (first == NULL || strcmp (name, first) < 0))
      {
        g_free (first);
        first = g_strdup (name);
      }
  return first == NULL ? NULL : g_build_filename (folder, first, NULL);
}

static char *
first_anywhere (void)
{
  char *found = first_in_folder (g_get_user_data_dir ());

  if (found == NULL)
    found = first_in_folder (CLI_DATA_DIR);
  for (const char *const *dir = g_get_system_data_dirs (); found == NULL && *dir != NULL; dir++)
    found = first_in_folder (*dir);
  return found;
}

char *
cli_locate_checkpoint (const char *model, GError **error)
{
  g_autofree char *folder = NULL;
  char *found;

  if (model != NULL)
    {
      if (g_file_test (model, G_FILE_TEST_EXISTS))
        return g_strdup (model);
      arra_fail (error, ARRA_ERROR_NOT_FOUND, "there is no file or folder %s", model);
      return NULL;
    }
  found = first_anywhere ();
  if (found != NULL)
    return found;
  folder = g_build_filename (g_get_user_data_dir (), "arra", "checkpoints", NULL);
  cli_usage_error (error,
                   "no checkpoint: name one with --model (a .gguf file made by 'arra convert', or a Hugging Face folder), or put a "
                   ".gguf file into %s",
                   folder);
  return NULL;
}
