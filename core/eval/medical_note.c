/* medical_note.c - whether a picture's file says that it is no patient's
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "medical_note.h"

#include <string.h>

#include "mapping.h"
#include "mem.h"

#define MAX_FILE ((gsize) 1 << 28)
#define MARK "not for diagnosis" /* however the dash before it is written */

gboolean
arra_medical_note_find (const char *path, gboolean *marked, GError **error)
{
  gsize size;
  g_automem char *file = arra_read_file (path, MAX_FILE, &size, error);

  *marked = file != NULL && memmem (file, size, MARK, strlen (MARK)) != NULL;
  return file != NULL;
}
