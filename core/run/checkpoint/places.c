/* places.c - where checkpoints lie: the installation's folder, the user's, the Hugging Face cache
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "places.h"

#include <string.h>

#include "family.h"
#include "hub.h"
#include "jsonguard.h"
#include "jsonpython.h"

#define SUFFIX ".gguf"

typedef struct
{
  GPtrArray *places;
  GHashTable *paths; /* canonical */
  GHashTable *names;
} List;

static void
place_free (gpointer data)
{
  ArraPlace *place = data;

  g_free (place->path);
  g_free (place->name);
  g_free (place);
}

/* Takes @name (nullable). */
static void
add (List *list, const char *path, char *name)
{
  g_autofree char *own = name;
  ArraPlace *place;

  if (list->places->len >= ARRA_MAX_PLACES || !g_hash_table_add (list->paths, g_canonicalize_filename (path, NULL)))
    return;
  place = g_new0 (ArraPlace, 1);
  place->path = g_strdup (path);
  if (own != NULL && g_hash_table_add (list->names, g_strdup (own)))
    place->name = g_steal_pointer (&own);
  g_ptr_array_add (list->places, place);
}

static gboolean
holds (const char *folder, const char *file)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

gboolean
arra_place_looks_right (const char *path)
{
  return (g_str_has_suffix (path, SUFFIX) && g_file_test (path, G_FILE_TEST_IS_REGULAR)) || holds (path, "config.json");
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Paths in a folder, sorted; hidden ones are left out. Never NULL. */
static GPtrArray *
paths_in (const char *folder)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && paths->len < ARRA_MAX_PLACES && (name = g_dir_read_name (dir)) != NULL)
    if (*name != '.')
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, by_name);
  return paths;
}

/* (transfer full): the last part of a path, without ".gguf" */
static char *
stem_of (const char *path)
{
  char *base = g_path_get_basename (path);

  if (g_str_has_suffix (base, SUFFIX) && strlen (base) > strlen (SUFFIX))
    base[strlen (base) - strlen (SUFFIX)] = '\0';
  return base;
}

/* A folder that is a checkpoint, or whose files and folders are. */
static void
add_folder (List *list, const char *folder, gboolean named)
{
  g_autoptr (GPtrArray) paths = NULL;

  if (g_file_test (folder, G_FILE_TEST_IS_REGULAR) || holds (folder, "config.json"))
    {
      add (list, folder, NULL);
      return;
    }
  paths = paths_in (folder);
  for (guint i = 0; i < paths->len; i++)
    if (g_str_has_suffix (paths->pdata[i], SUFFIX) || holds (paths->pdata[i], "config.json"))
      add (list, paths->pdata[i], named ? stem_of (paths->pdata[i]) : NULL);
}

static void
add_data_folder (List *list, const char *data_folder)
{
  g_autofree char *folder = g_build_filename (data_folder, "arra", "checkpoints", NULL);

  add_folder (list, folder, TRUE);
}

/* A cache holds models of every kind: only those of our families are ours to list. */
static gboolean
is_ours (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);
  JsonObject *object = NULL;
  g_autoptr (JsonParser) parser = arra_json_parse_config (path, &object, NULL);

  return parser != NULL && json_object_has_member (object, "model_type")
         && arra_family_of_config (object, path, NULL) != NULL;
}

static void
add_cache (List *list)
{
  g_autofree char *cache = arra_hub_folder ();
  g_autoptr (GPtrArray) repositories = paths_in (cache);

  for (guint i = 0; i < repositories->len; i++)
    {
      g_autofree char *name = arra_hub_name (repositories->pdata[i]);
      g_autofree char *snapshot = name != NULL ? arra_hub_snapshot (repositories->pdata[i]) : NULL;

      if (snapshot != NULL && is_ours (snapshot))
        add (list, snapshot, g_steal_pointer (&name));
    }
}

GPtrArray *
arra_places_list (const char *const *folders)
{
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  List list = { g_ptr_array_new_with_free_func (place_free), paths, names };

  add_data_folder (&list, ARRA_DATA_DIR);
  for (const char *const *dir = g_get_system_data_dirs (); *dir != NULL; dir++)
    add_data_folder (&list, *dir);
  add_data_folder (&list, g_get_user_data_dir ());
  for (const char *const *folder = folders; folder != NULL && *folder != NULL; folder++)
    add_folder (&list, *folder, FALSE);
  add_cache (&list);
  return list.places;
}
