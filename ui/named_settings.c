/* named_settings.c - presets: settings under a name, in a file beside the dialog's own
 *
 * Each is a group, whose name has the preset's in it as URIs escape what is special; what it holds has the same keys as
 * the group of the dialog's settings.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "named_settings.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "keys.h"
#include "words.h"

#define FILE_NAME "presets.ini"
#define PREFIX "Preset "

char *
arra_named_settings_path (const char *settings_path)
{
  g_autofree char *folder = g_path_get_dirname (settings_path);

  return g_build_filename (folder, FILE_NAME, NULL);
}

/* What a name is kept as: without what cannot be shown. NULL with @error set: it is none. */
static char *
clean_name (const char *name, GError **error)
{
  g_autofree char *plain = arra_words_plain (name, 2 * ARRA_NAMED_LONGEST);
  const glong length = g_utf8_strlen (plain, -1);

  if (length > 0 && length <= ARRA_NAMED_LONGEST)
    return g_steal_pointer (&plain);
  g_set_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT,
               length == 0 ? _ ("A preset needs a name.") : _ ("The name of a preset can have %d characters."),
               ARRA_NAMED_LONGEST);
  return NULL;
}

/* (transfer full) (nullable) */
static char *
group_of (const char *name)
{
  g_autofree char *clean = clean_name (name, NULL);
  g_autofree char *escaped = clean != NULL ? g_uri_escape_string (clean, " ", TRUE) : NULL;

  return escaped != NULL ? g_strconcat (PREFIX, escaped, NULL) : NULL;
}

/* (transfer full) (nullable): the preset's name, when the group is one as we write them */
static char *
name_of (const char *group)
{
  g_autofree char *name
      = g_str_has_prefix (group, PREFIX) ? g_uri_unescape_string (group + strlen (PREFIX), NULL) : NULL;
  g_autofree char *again = name != NULL && g_utf8_validate (name, -1, NULL) ? group_of (name) : NULL;

  return g_strcmp0 (again, group) == 0 ? g_steal_pointer (&name) : NULL;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(const char *const *) a, *(const char *const *) b);
}

static char **
list (GKeyFile *keys)
{
  g_auto (GStrv) groups = g_key_file_get_groups (keys, NULL);
  GPtrArray *names = g_ptr_array_new ();

  for (char **group = groups; *group != NULL && names->len < ARRA_NAMED_MAX; group++)
    {
      char *name = name_of (*group);

      if (name != NULL)
        g_ptr_array_add (names, name);
    }
  g_ptr_array_sort (names, compare);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

char **
arra_named_settings_list (const char *path)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();

  arra_keys_load (keys, path);
  return list (keys);
}

gboolean
arra_named_settings_save (const char *path, const char *name, const ArraSettings *settings, GError **error)
{
  g_autofree char *clean = clean_name (name, error), *group = clean != NULL ? group_of (clean) : NULL;
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_auto (GStrv) names = NULL;

  if (group == NULL)
    return FALSE;
  arra_keys_load (keys, path);
  names = list (keys);
  if (!g_key_file_has_group (keys, group) && g_strv_length (names) >= ARRA_NAMED_MAX)
    {
      g_set_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT, _ ("There are %d presets already: delete one first."),
                   ARRA_NAMED_MAX);
      return FALSE;
    }
  arra_settings_write_form (settings, keys, group);
  return arra_keys_save (keys, path, error);
}

gboolean
arra_named_settings_load (const char *path, const char *name, ArraSettings *settings)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *group = group_of (name);

  if (group == NULL || !arra_keys_load (keys, path) || !g_key_file_has_group (keys, group))
    return FALSE;
  arra_settings_read_form (settings, keys, group);
  return TRUE;
}

gboolean
arra_named_settings_delete (const char *path, const char *name, GError **error)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *group = group_of (name);

  if (group == NULL || !arra_keys_load (keys, path) || !g_key_file_remove_group (keys, group, NULL))
    return TRUE;
  return arra_keys_save (keys, path, error);
}
