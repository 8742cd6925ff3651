/* folder.c - a folder for targets whose parsers read files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"

#define MARK "\n---\n"

static char *folder;

static void
remove_folder (void)
{
  fixture_remove (folder);
  g_free (folder);
}

char *
fuzz_path (const char *name)
{
  if (folder == NULL)
    {
      folder = fixture_directory ();
      atexit (remove_folder);
    }
  return g_build_filename (folder, name, NULL);
}

/* Not g_file_set_contents(), which waits for the disk. */
char *
fuzz_put (const char *name, const void *data, gsize size)
{
  char *path = fuzz_path (name);
  g_autofree char *parent = g_path_get_dirname (path);
  int fd;

  g_mkdir_with_parents (parent, 0700);
  fd = g_open (path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  close (fd);
  return path;
}

char *
fuzz_next_part (const guint8 **data, gsize *size, gsize *part_size)
{
  const guint8 *mark = *size > 0 ? memmem (*data, *size, MARK, strlen (MARK)) : NULL;
  gsize length = mark != NULL ? (gsize) (mark - *data) : *size;
  gsize used = mark != NULL ? length + strlen (MARK) : length;
  char *part = g_malloc (length + 1);

  if (length > 0)
    memcpy (part, *data, length);
  part[length] = '\0';
  *data += used;
  *size -= used;
  if (part_size != NULL)
    *part_size = length;
  return part;
}

guint8 *
fuzz_change (const guint8 *whole, gsize whole_size, gsize limit, const guint8 *data, gsize size)
{
  guint8 *changed = g_memdup2 (whole, whole_size);

  for (; size >= 3; data += 3, size -= 3)
    changed[(data[0] | (gsize) data[1] << 8) % limit] = data[2];
  return changed;
}

void
fuzz_check (gboolean result, const GError *error, const char *name)
{
  g_assert_true (result == (error == NULL));
  g_assert_true (error == NULL || name == NULL || g_str_has_prefix (error->message, name));
  g_assert_true (error == NULL || g_utf8_validate (error->message, -1, NULL));
}
