/* thumbnail.c - the small picture that a checkpoint's card comes with
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "thumbnail.h"

#include <string.h>

#include "fail.h"
#include "mapping.h"
#include "mem.h"

gboolean
arra_thumbnail_check (const guint8 *bytes, gsize size, const char *name, GError **error)
{
  static const guint8 signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };

  if (size > ARRA_THUMBNAIL_MAX)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the thumbnail is larger than %zu bytes", name,
                      ARRA_THUMBNAIL_MAX);
  if (size < sizeof signature || memcmp (bytes, signature, sizeof signature) != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the thumbnail is no PNG file", name);
  return TRUE;
}

guint8 *
arra_thumbnail_read (const char *folder, const char *file, const char *name, gsize *size, GError **error)
{
  g_autofree char *path = NULL;
  g_automem guint8 *bytes = NULL;

  if (*file == '\0' || strchr (file, '/') != NULL || g_str_equal (file, "..") || g_str_equal (file, "."))
    {
      arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: thumbnail must be the name of a PNG file in the same folder",
                 name);
      return NULL;
    }
  path = g_build_filename (folder, file, NULL);
  bytes = (guint8 *) arra_read_file (path, ARRA_THUMBNAIL_MAX, size, error);
  return bytes != NULL && arra_thumbnail_check (bytes, *size, path, error) ? g_steal_pointer (&bytes) : NULL;
}
