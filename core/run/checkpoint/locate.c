/* locate.c - from a checkpoint's path or name to where it lies
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra.h>

#include <string.h>

#include "fail.h"
#include "hub.h"
#include "places.h"

#define MAX_SHOWN 10 /* names in a message */
#define MAX_NAME 256 /* bytes that are compared for likeness */

/* ------------------------------------------------------------------ paths */

static gboolean
is_path (const char *text)
{
  return g_path_is_absolute (text) || g_str_has_prefix (text, "./") || g_str_has_prefix (text, "../")
         || g_str_has_prefix (text, "~/") || g_str_has_suffix (text, "/") || strcmp (text, ".") == 0
         || strcmp (text, "..") == 0;
}

/* A repository's folder in the Hugging Face cache stands for what is in force in it. */
static char *
locate_path (const char *text, GError **error)
{
  g_autofree char *path
      = g_str_has_prefix (text, "~/") ? g_build_filename (g_get_home_dir (), text + 2, NULL) : g_strdup (text);
  g_autofree char *repository = arra_hub_name (path);
  char *snapshot = repository != NULL ? arra_hub_snapshot (path) : NULL;

  if (snapshot != NULL)
    return snapshot;
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  arra_fail (error, ARRA_ERROR_NOT_FOUND, "there is no file or folder %s", path);
  return NULL;
}

/* ------------------------------------------------------------------ names */

static const ArraPlace *
find_name (const GPtrArray *places, const char *name, int (*compare) (const char *, const char *))
{
  for (guint i = 0; i < places->len; i++)
    {
      const ArraPlace *place = places->pdata[i];

      if (place->name != NULL && compare (place->name, name) == 0)
        return place;
    }
  return NULL;
}

/* The repository OWNER/REPO of the cache, of whatever kind its model is. */
static char *
locate_repository (const char *name)
{
  g_autofree char *cache = arra_hub_folder ();
  g_auto (GStrv) words = g_strsplit (name, "/", 0);
  g_autofree char *folder = NULL;

  if (g_strv_length (words) != 2 || *words[0] == '.' || *words[1] == '\0')
    return NULL;
  folder = g_strdup_printf ("%s/models--%s--%s", cache, words[0], words[1]);
  return arra_hub_snapshot (folder);
}

static char *
locate_name (const GPtrArray *places, const char *text)
{
  g_autofree char *name
      = g_str_has_suffix (text, ".gguf") ? g_strndup (text, strlen (text) - strlen (".gguf")) : g_strdup (text);
  const ArraPlace *place = find_name (places, name, strcmp);

  if (place == NULL)
    place = find_name (places, name, g_ascii_strcasecmp);
  return place != NULL ? g_strdup (place->path) : locate_repository (name);
}

/* ------------------------------------------------------------------ what there is instead */

/* Characters to change, add or take away to get from one to the other, upper and lower case being the same
 * (Levenshtein). */
static guint
distance (const char *a, const char *b)
{
  guint row[MAX_NAME + 1], length = (guint) MIN (strlen (b), MAX_NAME);

  for (guint j = 0; j <= length; j++)
    row[j] = j;
  for (guint i = 1; *a != '\0'; a++, i++)
    {
      guint diagonal = row[0];

      row[0] = i;
      for (guint j = 1; j <= length; j++)
        {
          guint above = row[j];
          guint changed = diagonal + (g_ascii_tolower (*a) != g_ascii_tolower (b[j - 1]) ? 1 : 0);

          row[j] = MIN (changed, MIN (above, row[j - 1]) + 1);
          diagonal = above;
        }
    }
  return row[length];
}

/* (nullable): the name most like @text, when it is like it at all */
static const char *
nearest (const GPtrArray *places, const char *text)
{
  guint least = (guint) strlen (text) / 3 + 2;
  const char *found = NULL;

  for (guint i = 0; i < places->len; i++)
    {
      const char *name = ((const ArraPlace *) places->pdata[i])->name;
      guint far = name != NULL ? distance (text, name) : G_MAXUINT;

      if (far >= least)
        continue;
      least = far;
      found = name;
    }
  return found;
}

/* (transfer full) */
static char *
list_names (const GPtrArray *places)
{
  GString *names = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < places->len && n < MAX_SHOWN; i++)
    {
      const char *name = ((const ArraPlace *) places->pdata[i])->name;

      if (name != NULL)
        g_string_append_printf (names, "%s%s", n++ > 0 ? ", " : "", name);
    }
  if (n == MAX_SHOWN)
    g_string_append (names, ", …");
  return g_string_free (names, FALSE);
}

static void
fail_unknown (const GPtrArray *places, const char *text, GError **error)
{
  const char *near = strlen (text) <= MAX_NAME ? nearest (places, text) : NULL;
  g_autofree char *names = list_names (places);
  g_autofree char *folder = arra_checkpoints_folder ();

  if (near != NULL)
    arra_fail (error, ARRA_ERROR_NOT_FOUND,
               "there is no file or folder %s, nor a checkpoint of that name; did you mean \"%s\"? Known are: %s", text,
               near, names);
  else if (*names != '\0')
    arra_fail (error, ARRA_ERROR_NOT_FOUND,
               "there is no file or folder %s, nor a checkpoint of that name; known are: %s", text, names);
  else
    arra_fail (error, ARRA_ERROR_NOT_FOUND,
               "there is no file or folder %s, nor a checkpoint of that name; put one into %s to give it a name", text,
               folder);
}

char *
arra_checkpoints_locate (const char *text, GError **error)
{
  g_autoptr (GPtrArray) places = NULL;
  char *found;

  g_return_val_if_fail (text != NULL, NULL);
  if (is_path (text))
    return locate_path (text, error);
  if (arra_place_looks_right (text))
    return g_strdup (text);
  places = arra_places_list (NULL);
  found = locate_name (places, text);
  if (found != NULL)
    return found;
  if (g_file_test (text, G_FILE_TEST_EXISTS))
    return locate_path (text, error);
  fail_unknown (places, text, error);
  return NULL;
}
