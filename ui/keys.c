/* keys.c - a key file from a place that may hold anything
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGEST (8u << 20) /* bytes */

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
      *length += n > 0 ? (gsize)n : 0;
    }
  return g_steal_pointer (&text);
}

gboolean
arra_keys_load (GKeyFile *keys, const char *path)
{
  const int fd = open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  g_autofree char *text = NULL;
  struct stat status;
  gsize length;

  if (fd < 0)
    return FALSE;
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_size <= LARGEST)
    text = read_bytes (fd, (gsize)status.st_size, &length);
  close (fd);
  return text != NULL && g_key_file_load_from_data (keys, text, length, G_KEY_FILE_NONE, NULL);
}
