/* png_text.c - texts in PNG files
 *
 * Source: PNG Specification, third edition (W3C).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "png_text.h"

#include <string.h>
#include <zlib.h>

#include "fail.h"
#include "mapping.h"
#include "mem.h"
#include "picture_format.h"

#define SIGNATURE "\x89PNG\r\n\x1a\n"
#define FRAME 12 /* bytes of a chunk besides its data */

typedef struct
{
  const guint8 *bytes;
  gsize size;
  gboolean latin1;
} Text;

/* Goes over what ends with a NUL. FALSE: nothing does. */
static gboolean
skip_string (Text *rest)
{
  const guint8 *end = memchr (rest->bytes, '\0', rest->size);

  if (end == NULL)
    return FALSE;
  rest->size -= (gsize) (end + 1 - rest->bytes);
  rest->bytes = end + 1;
  return TRUE;
}

/* Behind the keyword of an iTXt chunk: whether and how it is compressed, its language, the keyword in that. */
static gboolean
skip_itxt_head (Text *rest)
{
  if (rest->size < 2 || rest->bytes[0] != 0)
    return FALSE;
  rest->bytes += 2;
  rest->size -= 2;
  return skip_string (rest) && skip_string (rest);
}

/* The text of the @size bytes of data of @chunk; FALSE: it is none with that keyword. */
static gboolean
find_text (const guint8 *chunk, gsize size, const char *keyword, Text *text)
{
  const gboolean itxt = memcmp (chunk + 4, "iTXt", 4) == 0;
  const gsize length = strlen (keyword) + 1;

  if ((!itxt && memcmp (chunk + 4, "tEXt", 4) != 0) || size < length || memcmp (chunk + 8, keyword, length) != 0)
    return FALSE;
  *text = (Text) { chunk + 8 + length, size - length, !itxt };
  return (!itxt || skip_itxt_head (text)) && memchr (text->bytes, '\0', text->size) == NULL
         && crc32_z (0, chunk + 4, 4 + size) == arra_be_number (chunk + 8 + size, 4);
}

static char *
to_utf8 (const Text *text, GError **error)
{
  char *utf8 = arra_mem_new (2 * text->size + 1, 1, "text", error), *at = utf8;

  if (utf8 == NULL)
    return NULL;
  for (gsize i = 0; i < text->size; i++)
    if (text->latin1)
      at += g_unichar_to_utf8 (text->bytes[i], at);
    else
      *at++ = (char) text->bytes[i];
  *at = '\0';
  return utf8;
}

char *
arra_png_text (const char *path, const char *keyword, GError **error)
{
  g_autoptr (ArraMapping) mapping = arra_mapping_open (path, error);
  const gsize n = mapping != NULL ? arra_mapping_size (mapping) : 0;
  const guint8 *bytes = mapping != NULL ? arra_mapping_data (mapping) : NULL;
  gsize at = strlen (SIGNATURE);
  Text text;

  if (mapping == NULL)
    return NULL;
  if (n >= at && memcmp (bytes, SIGNATURE, at) == 0)
    for (gsize size; n - at >= FRAME && (size = arra_be_number (bytes + at, 4)) <= n - at - FRAME; at += size + FRAME)
      if (find_text (bytes + at, size, keyword, &text))
        return to_utf8 (&text, error);
  arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: is no PNG file with a text \"%s\"", path, keyword);
  return NULL;
}
