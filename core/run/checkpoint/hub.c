/* hub.c - the Hugging Face cache
 *
 * Reference: huggingface_hub's constants.py and file_download.py.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub.h"

#include <glib/gstdio.h>
#include <pwd.h>
#include <string.h>

#include "mapping.h"
#include "mem.h"

#define PREFIX "models--"
#define MAX_REF 256 /* bytes of refs/main */

/* ------------------------------------------------------------------ where it lies */

/* The home folder of the user that @path names after its "~", whose @length characters are passed over. NULL:
 * there is no such user. */
static const char *
home_of (const char *path, gsize *length)
{
  g_autofree char *user = NULL;
  const struct passwd *entry;

  *length = strcspn (path, "/");
  if (*length == 1)
    return g_getenv ("HOME") != NULL ? g_getenv ("HOME") : g_get_home_dir ();
  user = g_strndup (path + 1, *length - 1);
  entry = getpwnam (user);
  return entry != NULL ? entry->pw_dir : NULL;
}

static char *
expand_home (const char *path)
{
  gsize length = 0;
  const char *home = *path == '~' ? home_of (path, &length) : NULL;

  return home != NULL ? g_strconcat (home, path + length, NULL) : g_strdup (path);
}

/* Length of the name of a variable that stands at the beginning of @text, without "$" and braces; 0: none
 * does. */
static gsize
variable_at (const char *text, gsize *whole)
{
  gboolean braces = text[0] == '$' && text[1] == '{';
  const char *name = text + (braces ? 2 : 1);
  gsize length = 0;

  if (text[0] != '$')
    return 0;
  while (g_ascii_isalnum (name[length]) || name[length] == '_')
    length++;
  if (braces && name[length] != '}')
    return 0;
  *whole = length + (braces ? 3 : 1);
  return length;
}

/* "~", "~user", "$NAME" and "${NAME}", as Python's expanduser and expandvars do it: what is not known stays
 * as it is. */
static char *
expand (const char *path)
{
  g_autofree char *from_home = expand_home (path);
  GString *expanded = g_string_new (NULL);

  for (const char *at = from_home; *at != '\0';)
    {
      gsize whole = 0, length = variable_at (at, &whole);
      g_autofree char *name = length > 0 ? g_strndup (at + whole - length - (at[1] == '{' ? 1 : 0), length) : NULL;
      const char *value = name != NULL ? g_getenv (name) : NULL;

      if (value != NULL)
        g_string_append (expanded, value);
      else
        g_string_append_len (expanded, at, length > 0 ? (gssize) whole : 1);
      at += length > 0 ? whole : 1;
    }
  return g_string_free (expanded, FALSE);
}

/* (nullable): the value of a variable that says something, expanded */
static char *
folder_from (const char *variable)
{
  const char *value = g_getenv (variable);

  return value != NULL && *value != '\0' ? expand (value) : NULL;
}

char *
arra_hub_home (void)
{
  g_autofree char *caches = NULL;
  char *home = folder_from ("HF_HOME");

  if (home != NULL)
    return home;
  caches = folder_from ("XDG_CACHE_HOME");
  return g_build_filename (caches != NULL ? caches : g_get_user_cache_dir (), "huggingface", NULL);
}

char *
arra_hub_folder (void)
{
  g_autofree char *home = arra_hub_home ();
  char *own = folder_from ("HF_HUB_CACHE");

  if (own == NULL)
    own = folder_from ("HUGGINGFACE_HUB_CACHE");
  return own != NULL ? own : g_build_filename (home, "hub", NULL);
}

/* ------------------------------------------------------------------ a repository */

char *
arra_hub_name (const char *folder)
{
  g_autofree char *base = g_path_get_basename (folder);
  g_auto (GStrv) words = NULL;

  if (!g_str_has_prefix (base, PREFIX) || base[strlen (PREFIX)] == '\0')
    return NULL;
  words = g_strsplit (base + strlen (PREFIX), "--", 2);
  return g_strjoinv ("/", words);
}

static char *
newest_in (const char *snapshots)
{
  g_autoptr (GDir) dir = g_dir_open (snapshots, 0, NULL);
  char *newest = NULL;
  gint64 latest = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (snapshots, name, NULL);
      GStatBuf status;

      if (*name == '.' || g_stat (path, &status) != 0 || !S_ISDIR (status.st_mode))
        continue;
      /* of two of one second, the order of the alphabet decides */
      if (newest != NULL && (status.st_mtime < latest || (status.st_mtime == latest && strcmp (path, newest) < 0)))
        continue;
      g_free (newest);
      newest = g_steal_pointer (&path);
      latest = status.st_mtime;
    }
  return newest;
}

char *
arra_hub_snapshot (const char *folder)
{
  g_autofree char *ref = g_build_filename (folder, "refs", "main", NULL);
  g_autofree char *snapshots = g_build_filename (folder, "snapshots", NULL);
  g_automem char *commit = arra_read_file (ref, MAX_REF, NULL, NULL);

  if (commit != NULL)
    g_strstrip (commit);
  if (commit != NULL && *commit != '\0' && *commit != '.' && strchr (commit, '/') == NULL)
    return g_build_filename (snapshots, commit, NULL);
  return newest_in (snapshots);
}
