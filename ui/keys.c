/* keys.c - key files in places that may hold anything
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGEST (8u << 20) /* bytes */
#define MAX_LINKS 40       /* as the kernel's */

/* At most @size bytes of it: what they are, or NULL. */
static char *
read_bytes (int fd, gsize size, gsize *length)
{
  g_autofree char *text = g_malloc (size);

  for (*length = 0; *length < size;)
    {
      const gssize n = read (fd, text + *length, size - *length);

      if (n < 0 && errno != EINTR)
        return NULL;
      if (n == 0)
        break;
      *length += n > 0 ? (gsize) n : 0;
    }
  return g_steal_pointer (&text);
}

char *
arra_keys_read (const char *path, gsize *length)
{
  const int fd = open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  char *text = NULL;
  struct stat status;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_size <= LARGEST)
    text = read_bytes (fd, (gsize) status.st_size, length);
  close (fd);
  return text;
}

gboolean
arra_keys_load (GKeyFile *keys, const char *path)
{
  gsize length;
  g_autofree char *text = arra_keys_read (path, &length);

  return text != NULL && g_key_file_load_from_data (keys, text, length, G_KEY_FILE_NONE, NULL);
}

/* Behind links, which stay: settings may be kept where several machines find them. (transfer full) */
static char *
place_of (const char *path)
{
  char *place = g_strdup (path), *to;

  for (guint i = 0; i < MAX_LINKS && (to = g_file_read_link (place, NULL)) != NULL; i++)
    {
      g_autofree char *folder = g_path_get_dirname (place);
      char *next = g_path_is_absolute (to) ? g_strdup (to) : g_build_filename (folder, to, NULL);

      g_free (to);
      g_free (place);
      place = next;
    }
  return place;
}

/* A link to /dev/null says that nothing is to be remembered. */
static gboolean
keeps_nothing (const char *place)
{
  struct stat status;

  return stat (place, &status) == 0 && !S_ISREG (status.st_mode) && !S_ISDIR (status.st_mode);
}

gboolean
arra_keys_make_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      const int fault = errno;

      g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (fault), "%s: %s", folder, g_strerror (fault));
      return FALSE;
    }
  return TRUE;
}

gboolean
arra_keys_save (GKeyFile *keys, const char *path, GError **error)
{
  g_autofree char *place = place_of (path), *folder = g_path_get_dirname (place), *text = NULL;
  gsize length;

  if (keeps_nothing (place))
    return TRUE;
  if (!arra_keys_make_folder (folder, error))
    return FALSE;
  text = g_key_file_to_data (keys, &length, NULL);
  return g_file_set_contents_full (place, text, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}
