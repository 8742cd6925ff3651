/* gallery.c - pictures made of late, on the disk: their recipes, which hold tokens and settings and no pixels
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "gallery.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "keys.h"

#define FAVOURITES "favourites"
#define SUFFIX ".tokens.json"
#define STAMP 16         /* digits: microseconds since 1970, so that names sort by time */
#define MOST_FILES 20000 /* that are looked at, of a folder that anybody may have filled */
#define LARGEST (8u << 20)

void
arra_gallery_item_free (ArraGalleryItem *item)
{
  g_free (item->id);
  g_free (item->problem);
  g_free (item->prompt);
  g_free (item->fingerprint);
  g_free (item);
}

/* ---- names: the time, and which of the answer's pictures it is */

static char *
path_in (const char *folder, const char *id, gboolean favourite)
{
  g_autofree char *name = g_strconcat (id, SUFFIX, NULL);

  return favourite ? g_build_filename (folder, FAVOURITES, name, NULL) : g_build_filename (folder, name, NULL);
}

static gboolean
is_id (const char *text)
{
  const gsize digits = strspn (text, "0123456789");
  const char *index = text + STAMP + 1;

  if (digits != STAMP || text[STAMP] != '-')
    return FALSE;
  return *index != '\0' && strlen (index) <= 4 && strspn (index, "0123456789") == strlen (index);
}

/* Two pictures of the same moment get different ones. */
static char *
new_id (const char *folder, guint index)
{
  for (gint64 now = g_get_real_time ();; now++)
    {
      g_autofree char *id = g_strdup_printf ("%0*" G_GINT64_FORMAT "-%u", STAMP, now, index);
      g_autofree char *path = path_in (folder, id, FALSE);

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&id);
    }
}

gboolean
arra_gallery_is_favourite (const char *folder, const char *id)
{
  g_autofree char *path = path_in (folder, id, TRUE);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

char *
arra_gallery_path (const char *folder, const char *id)
{
  return path_in (folder, id, arra_gallery_is_favourite (folder, id));
}

guint
arra_gallery_index (const char *id)
{
  g_return_val_if_fail (is_id (id), 0);
  return (guint) g_ascii_strtoull (id + STAMP + 1, NULL, 10);
}

/* ---- the folder */

static void
list_in (GPtrArray *ids, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && ids->len < MOST_FILES && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *id = g_strdup (name);

      if (!g_str_has_suffix (name, SUFFIX))
        continue;
      id[strlen (id) - strlen (SUFFIX)] = '\0';
      if (is_id (id))
        g_ptr_array_add (ids, g_steal_pointer (&id));
    }
}

static int
newer_first (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) b, *(const char *const *) a);
}

static GPtrArray *
list (const char *folder, gboolean plain, gboolean favourites)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *inner = g_build_filename (folder, FAVOURITES, NULL);

  if (plain)
    list_in (ids, folder);
  if (favourites)
    list_in (ids, inner);
  g_ptr_array_sort (ids, newer_first);
  return ids;
}

GPtrArray *
arra_gallery_list (const char *folder)
{
  return list (folder, TRUE, TRUE);
}

static gboolean
fail (GError **error, const char *path)
{
  const int fault = errno;

  g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (fault), "%s: %s", path, g_strerror (fault));
  return FALSE;
}

static gboolean
delete_at (const char *folder, const char *id, gboolean favourite, GError **error)
{
  g_autofree char *path = path_in (folder, id, favourite);

  return g_unlink (path) == 0 || errno == ENOENT || fail (error, path);
}

static void
drop_oldest (const char *folder)
{
  g_autoptr (GPtrArray) ids = list (folder, TRUE, FALSE);

  for (guint i = ARRA_GALLERY_MAX; i < ids->len; i++)
    delete_at (folder, ids->pdata[i], FALSE, NULL);
}

char *
arra_gallery_add (const char *folder, const char *recipe, guint index, GError **error)
{
  g_autofree char *id = NULL, *path = NULL;

  if (strlen (recipe) > LARGEST)
    {
      g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_UNSUPPORTED, _ ("it is too large"));
      return NULL;
    }
  if (!arra_keys_make_folder (folder, error))
    return NULL;
  id = new_id (folder, index);
  path = path_in (folder, id, FALSE);
  if (!g_file_set_contents_full (path, recipe, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
    return NULL;
  drop_oldest (folder);
  return g_steal_pointer (&id);
}

gboolean
arra_gallery_favour (const char *folder, const char *id, gboolean favourite, GError **error)
{
  g_autofree char *inner = g_build_filename (folder, FAVOURITES, NULL), *from = path_in (folder, id, !favourite),
                  *to = path_in (folder, id, favourite);

  if (arra_gallery_is_favourite (folder, id) == favourite)
    return TRUE;
  if (!arra_keys_make_folder (inner, error))
    return FALSE;
  return g_rename (from, to) == 0 || fail (error, from);
}

gboolean
arra_gallery_remove (const char *folder, const char *id, GError **error)
{
  return delete_at (folder, id, FALSE, error) && delete_at (folder, id, TRUE, error);
}

gboolean
arra_gallery_clear (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) ids = arra_gallery_list (folder);

  for (guint i = 0; i < ids->len; i++)
    if (!arra_gallery_remove (folder, ids->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* ---- what is in a file */

ArraRecipe *
arra_gallery_read (const char *folder, const char *id, GError **error)
{
  g_autofree char *path = arra_gallery_path (folder, id);
  gsize size = 0;
  g_autofree char *text = arra_keys_read (path, &size);
  ArraRecipe *recipe;

  if (text == NULL)
    {
      g_set_error (error, ARRA_ERROR, ARRA_ERROR_INVALID_DATA, _ ("%s is gone, cannot be read, or is no recipe"), path);
      return NULL;
    }
  recipe = arra_recipe_parse (text, (gssize) size, error);
  if (recipe == NULL)
    g_prefix_error (error, "%s: ", path);
  return recipe;
}

ArraGalleryItem *
arra_gallery_look (const char *folder, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ArraRecipe) recipe = arra_gallery_read (folder, id, &error);
  ArraGalleryItem *item = g_new0 (ArraGalleryItem, 1);
  const ArraRequest *request;

  item->id = g_strdup (id);
  item->favourite = arra_gallery_is_favourite (folder, id);
  if (recipe == NULL)
    {
      item->problem = g_strdup (error->message);
      return item;
    }
  request = arra_recipe_request (recipe);
  item->prompt = g_strdup (request->prompt);
  item->fingerprint = g_strdup (arra_recipe_fingerprint (recipe));
  item->width = request->width;
  item->height = request->height;
  item->seed = request->seed;
  item->answer = request->first;
  return item;
}
