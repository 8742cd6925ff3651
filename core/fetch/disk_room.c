/* disk_room.c - whether what is to come has room on its disk
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "disk_room.h"

#include <glib/gstdio.h>
#include <sys/statvfs.h>

#include "fail.h"

/* (transfer full): @folder, or the first above it that is there */
static char *
folder_there (const char *folder)
{
  char *path = g_canonicalize_filename (folder, NULL);

  while (!g_file_test (path, G_FILE_TEST_IS_DIR) && path[1] != '\0')
    {
      char *above = g_path_get_dirname (path);

      g_free (path);
      path = above;
    }
  return path;
}

gboolean
arra_disk_room_check (const char *folder, guint64 bytes, GError **error)
{
  g_autofree char *there = folder_there (folder), *needed = NULL, *free_text = NULL;
  struct statvfs disk;
  guint64 room;

  if (statvfs (there, &disk) != 0)
    return TRUE; /* then writing will tell */
  room = (guint64) disk.f_bavail * disk.f_frsize;
  if (bytes <= room)
    return TRUE;
  needed = g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);
  free_text = g_format_size_full (room, G_FORMAT_SIZE_IEC_UNITS);
  g_set_error (
      error, G_FILE_ERROR, G_FILE_ERROR_NOSPC,
      arra_translate (N_ ("%s: %s are needed, and %s are free there: make room, or choose a folder on another disk")),
      there, needed, free_text);
  return FALSE;
}

static gboolean
on_one_disk (const char *folder, const char *other)
{
  g_autofree char *a = folder_there (folder), *b = folder_there (other);
  GStatBuf status_a, status_b;

  return g_stat (a, &status_a) != 0 || g_stat (b, &status_b) != 0 || status_a.st_dev == status_b.st_dev;
}

gboolean
arra_disk_room_check_both (const char *folder, guint64 bytes, const char *other, guint64 more, GError **error)
{
  if (on_one_disk (folder, other))
    return arra_disk_room_check (folder, bytes + more, error);
  return arra_disk_room_check (folder, bytes, error) && arra_disk_room_check (other, more, error);
}
