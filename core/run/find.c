/* find.c - the checkpoints on this machine: the installation's, the user's, and those in the Hugging Face cache
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra.h>
#include <string.h>

#include "jsonguard.h"
#include "jsonpython.h"

#define MAX_FOUND 500
#define DEFAULT_FILE "textures.gguf" /* meant for everybody */

typedef struct
{
  GPtrArray *found;
  GHashTable *seen; /* canonical paths */
  GCancellable *cancellable;
} Search;

static void
found_free (gpointer data)
{
  ArraFound *found = data;

  g_free (found->path);
  g_clear_pointer (&found->checkpoint, arra_checkpoint_unref);
  g_free (found->problem);
  g_free (found);
}

static gboolean
is_done (const Search *search)
{
  return search->found->len >= MAX_FOUND || g_cancellable_is_cancelled (search->cancellable);
}

static void
add (Search *search, const char *path)
{
  const ArraOpenOptions options = { .metadata_only = TRUE };
  g_autoptr (GError) error = NULL;
  ArraFound *found;

  if (is_done (search) || !g_hash_table_add (search->seen, g_canonicalize_filename (path, NULL)))
    return;
  found = g_new0 (ArraFound, 1);
  found->path = g_strdup (path);
  found->checkpoint = arra_checkpoint_open (path, &options, search->cancellable, &error);
  if (found->checkpoint == NULL)
    found->problem = g_strdup (error->message);
  g_ptr_array_add (search->found, found);
}

static gboolean
holds (const char *folder, const char *file)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names in a folder, sorted; hidden ones are left out. Never NULL. */
static GPtrArray *
list (const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && names->len < MAX_FOUND && (name = g_dir_read_name (dir)) != NULL)
    if (*name != '.')
      g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (names, by_name);
  return names;
}

/* A folder that is a checkpoint, or whose files and folders are. */
static void
add_folder (Search *search, const char *folder)
{
  g_autoptr (GPtrArray) names = NULL;

  if (g_file_test (folder, G_FILE_TEST_IS_REGULAR) || holds (folder, "config.json"))
    {
      add (search, folder);
      return;
    }
  names = list (folder);
  for (guint i = 0; i < names->len && !is_done (search); i++)
    {
      const char *path = names->pdata[i];

      if (g_str_has_suffix (path, ".gguf") || holds (path, "config.json"))
        add (search, path);
    }
}

/* ---- the Hugging Face cache: models--ORG--NAME/snapshots/REVISION/config.json */

static char *
cache_folder (void)
{
  const char *own = g_getenv ("HF_HUB_CACHE"), *home = g_getenv ("HF_HOME");

  if (own != NULL && *own != '\0')
    return g_strdup (own);
  if (home != NULL && *home != '\0')
    return g_build_filename (home, "hub", NULL);
  return g_build_filename (g_get_user_cache_dir (), "huggingface", "hub", NULL);
}

/* A cache holds models of every kind: only Chameleon's are ours to list. */
static gboolean
is_chameleon (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);
  JsonObject *object = NULL;
  g_autoptr (JsonParser) parser = arra_json_parse_config (path, &object, NULL);

  return parser != NULL && g_strcmp0 (arra_json_get_string (object, path, "model_type", NULL), "chameleon") == 0;
}

static void
add_cache (Search *search)
{
  g_autofree char *cache = cache_folder ();
  g_autoptr (GPtrArray) models = list (cache);

  for (guint i = 0; i < models->len && !is_done (search); i++)
    {
      g_autofree char *base = g_path_get_basename (models->pdata[i]);
      g_autofree char *snapshots = g_build_filename (models->pdata[i], "snapshots", NULL);
      g_autoptr (GPtrArray) revisions = NULL;

      if (!g_str_has_prefix (base, "models--"))
        continue;
      revisions = list (snapshots);
      for (guint j = 0; j < revisions->len; j++)
        if (is_chameleon (revisions->pdata[j]))
          add (search, revisions->pdata[j]);
    }
}

/* ---- everything */

static void
add_data_folder (Search *search, const char *data_folder)
{
  g_autofree char *folder = g_build_filename (data_folder, "arra", "checkpoints", NULL);

  add_folder (search, folder);
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

static char *
first_file (const char *data_folder, const char *wanted)
{
  g_autofree char *folder = g_build_filename (data_folder, "arra", "checkpoints", NULL);
  g_autoptr (GPtrArray) names = list (folder);

  for (guint i = 0; i < names->len; i++)
    if (g_str_has_suffix (names->pdata[i], wanted))
      return g_strdup (names->pdata[i]);
  return NULL;
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
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Search search = { g_ptr_array_new_with_free_func (found_free), seen, cancellable };

  add_data_folder (&search, ARRA_DATA_DIR);
  for (const char *const *dir = g_get_system_data_dirs (); *dir != NULL; dir++)
    add_data_folder (&search, *dir);
  add_data_folder (&search, g_get_user_data_dir ());
  for (const char *const *folder = folders; folder != NULL && *folder != NULL; folder++)
    add_folder (&search, *folder);
  add_cache (&search);
  put_default_first (search.found);
  return search.found;
}
