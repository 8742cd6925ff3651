/* kept_pictures.c - pictures that an earlier run made
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "kept_pictures.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "fail.h"
#include "imagefolder.h"
#include "mapping.h"
#include "mem.h"

#define MAX_FILE ((gsize) 1 << 28)
#define MARK "made from sha256 "
#define HEX (2 * ARRA_CACHE_KEY)

static char *
hex_of (const guint8 key[ARRA_CACHE_KEY])
{
  GString *hex = g_string_new (NULL);

  for (guint i = 0; i < ARRA_CACHE_KEY; i++)
    g_string_append_printf (hex, "%02x", key[i]);
  return g_string_free (hex, FALSE);
}

char *
arra_kept_text (const guint8 key[ARRA_CACHE_KEY])
{
  g_autofree char *hex = hex_of (key);

  return g_strconcat ("arra decode --data: " MARK, hex, NULL);
}

/* The hash that a picture's file says; NULL: it is not whole, or says none. (transfer full) */
static char *
read_source (const char *path)
{
  gsize size;
  g_automem char *file = arra_picture_is_whole (path) ? arra_read_file (path, MAX_FILE, &size, NULL) : NULL;
  const char *found = file != NULL ? memmem (file, size, MARK, strlen (MARK)) : NULL;

  if (found == NULL || size - (gsize) (found - file) < strlen (MARK) + HEX)
    return NULL;
  found += strlen (MARK);
  return strspn (found, "0123456789abcdef") == HEX ? g_strndup (found, HEX) : NULL;
}

gboolean
arra_kept_has (const char *directory, guint number, const guint8 key[ARRA_CACHE_KEY])
{
  g_autofree char *path = arra_imagefolder_path (directory, number);
  g_autofree char *source = read_source (path), *hex = hex_of (key);

  return g_strcmp0 (source, hex) == 0;
}

/* ---- moving */

/* Where a picture waits for its number */
static char *
waiting_path (const char *directory, const char *hex)
{
  g_autofree char *name = g_strdup_printf ("images/.%s.png", hex);

  return g_build_filename (directory, name, NULL);
}

static gboolean
move (const char *from, const char *to, GError **error)
{
  if (g_rename (from, to) == 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (errno), "%s: %s", to, g_strerror (errno));
  return FALSE;
}

/* Pictures of sources, and those that wait: (element-type filename) (transfer full) */
static GPtrArray *
list_pictures (const char *directory)
{
  g_autofree char *images = g_build_filename (directory, "images", NULL);
  g_autoptr (GDir) dir = g_dir_open (images, 0, NULL);
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".png"))
      g_ptr_array_add (paths, g_build_filename (images, name, NULL));
  return paths;
}

/* The numbers of sources by their hashes, + 1: (transfer full) */
static GHashTable *
index_keys (const guint8 *keys, guint n)
{
  GHashTable *index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < n; i++)
    g_hash_table_insert (index, hex_of (keys + (gsize) i * ARRA_CACHE_KEY), GUINT_TO_POINTER (i + 1));
  return index;
}

/* What stands before the ending: (transfer full) */
static char *
number_of (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  return g_strndup (name, strlen (name) - strlen (".png"));
}

/* Puts all pictures that stand at a wrong number aside; those of no source go. */
static gboolean
put_aside (const char *directory, GPtrArray *paths, const guint8 *keys, guint n, GHashTable *index, GError **error)
{
  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *source = read_source (paths->pdata[i]), *number_text = number_of (paths->pdata[i]);
      g_autofree char *waiting = source != NULL ? waiting_path (directory, source) : NULL;
      guint64 number;

      if (source == NULL || strcmp (waiting, paths->pdata[i]) == 0)
        continue;
      if (!g_hash_table_contains (index, source))
        g_unlink (paths->pdata[i]);
      else if ((!g_ascii_string_to_unsigned (number_text, 10, 0, n - 1, &number, NULL)
                || !arra_kept_has (directory, (guint) number, keys + number * ARRA_CACHE_KEY))
               && !move (paths->pdata[i], waiting, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
take_back (const char *directory, const guint8 *keys, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *hex = hex_of (keys + (gsize) i * ARRA_CACHE_KEY);
      g_autofree char *waiting = waiting_path (directory, hex), *path = arra_imagefolder_path (directory, i);

      if (g_file_test (waiting, G_FILE_TEST_EXISTS) && !move (waiting, path, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
arra_kept_sort (const char *directory, const guint8 *keys, guint n, GError **error)
{
  g_autoptr (GHashTable) index = index_keys (keys, n);
  g_autoptr (GPtrArray) paths = list_pictures (directory);
  guint n_made = 0, n_wanted = 0;

  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *source = read_source (paths->pdata[i]);

      n_made += source != NULL;
      n_wanted += source != NULL && g_hash_table_contains (index, source);
    }
  if (n_made > 0 && n_wanted == 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s holds pictures of another data set: name another folder",
                      directory);
  return put_aside (directory, paths, keys, n, index, error) && take_back (directory, keys, n, error);
}
