/* bytes.c - bytes that grow, in arra_mem memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bytes.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

#define FIRST_ROOM 4096

gboolean
arra_bytes_append (ArraBytes *bytes, const void *data, gsize size, GError **error)
{
  gsize needed;

  if (size == 0)
    return TRUE;
  if (!arra_size_add (bytes->size, size, &needed))
    return arra_fail (error, ARRA_ERROR_NO_MEMORY, "Not enough memory for %zu more bytes", size);
  if (needed > bytes->room)
    {
      gsize room = MAX (MAX (needed, FIRST_ROOM), bytes->room + bytes->room / 2);
      guint8 *bigger = arra_mem_resize (bytes->data, room, 1, "a file's contents", error);

      if (bigger == NULL)
        return FALSE;
      bytes->data = bigger;
      bytes->room = room;
    }
  memcpy (bytes->data + bytes->size, data, size);
  bytes->size = needed;
  return TRUE;
}

gboolean
arra_bytes_append_text (ArraBytes *bytes, const char *text, GError **error)
{
  return arra_bytes_append (bytes, text, strlen (text), error);
}

gboolean
arra_bytes_append_be32 (ArraBytes *bytes, guint32 value, GError **error)
{
  guint32 swapped = GUINT32_TO_BE (value);

  return arra_bytes_append (bytes, &swapped, sizeof swapped, error);
}

void
arra_bytes_clear (ArraBytes *bytes)
{
  arra_mem_free (bytes->data);
  *bytes = (ArraBytes) { 0 };
}
