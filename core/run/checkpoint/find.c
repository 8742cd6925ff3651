/* find.c - the checkpoints on this machine, opened, broken ones with the reason
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra.h>
#include <string.h>

#include "places.h"

#define DEFAULT_FILE ARRA_DEFAULT_NAME ".gguf"

static void
found_free (gpointer data)
{
  ArraFound *found = data;

  g_free (found->path);
  g_clear_pointer (&found->checkpoint, arra_checkpoint_unref);
  g_free (found->problem);
  g_free (found->name);
  g_free (found);
}

static ArraFound *
open_place (const ArraPlace *place, GCancellable *cancellable)
{
  const ArraOpenOptions options = { .metadata_only = TRUE };
  g_autoptr (GError) error = NULL;
  ArraFound *found = g_new0 (ArraFound, 1);

  found->path = g_strdup (place->path);
  found->name = g_strdup (place->name);
  found->checkpoint = arra_checkpoint_open (place->path, &options, cancellable, &error);
  if (found->checkpoint == NULL)
    found->problem = g_strdup (error->message);
  return found;
}

static void
put_default_first (GPtrArray *found)
{
  for (guint i = 1; i < found->len; i++)
    {
      ArraFound *item = found->pdata[i];
      g_autofree char *base = g_path_get_basename (item->path);

      if (item->problem != NULL || strcmp (base, DEFAULT_FILE) != 0)
        continue;
      memmove (found->pdata + 1, found->pdata, i * sizeof found->pdata[0]);
      found->pdata[0] = item;
      return;
    }
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The first file, by name, of the data folder's checkpoints whose path ends in @wanted. */
static char *
first_file (const char *data_folder, const char *wanted)
{
  g_autofree char *folder = g_build_filename (data_folder, "arra", "checkpoints", NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && names->len < ARRA_MAX_PLACES && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (*name != '.' && g_str_has_suffix (path, wanted))
        g_ptr_array_add (names, g_steal_pointer (&path));
    }
  g_ptr_array_sort (names, by_name);
  return names->len > 0 ? g_strdup (names->pdata[0]) : NULL;
}

static char *
first_file_of_all (const char *first, const char *second, const char *wanted)
{
  char *found = first_file (first, wanted);

  if (found == NULL)
    found = first_file (second, wanted);
  for (const char *const *dir = g_get_system_data_dirs (); found == NULL && *dir != NULL; dir++)
    found = first_file (*dir, wanted);
  return found;
}

char *
arra_checkpoints_default (void)
{
  char *found = first_file_of_all (ARRA_DATA_DIR, g_get_user_data_dir (), "/" DEFAULT_FILE);

  return found != NULL ? found : first_file_of_all (g_get_user_data_dir (), ARRA_DATA_DIR, ".gguf");
}

char *
arra_checkpoints_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "arra", "checkpoints", NULL);
}

GPtrArray *
arra_checkpoints_find (const char *const *folders, GCancellable *cancellable)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (found_free);
  g_autoptr (GPtrArray) places = arra_places_list (folders);

  for (guint i = 0; i < places->len && !g_cancellable_is_cancelled (cancellable); i++)
    g_ptr_array_add (found, open_place (places->pdata[i], cancellable));
  put_default_first (found);
  return found;
}
