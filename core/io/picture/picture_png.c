/* picture_png.c - the structure of a PNG file: its chunks, up to the last one
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_format.h"

#include <string.h>
#include <zlib.h>

#include "tiff_tags.h"

#define SIGNATURE 8
#define FRAME 12 /* bytes of a chunk besides its data */

static gboolean
is_chunk (const guint8 *chunk, const char *type)
{
  return memcmp (chunk + 4, type, 4) == 0;
}

/* What decides the pixels: critical chunks, whose first letter is a capital, and transparency. */
static gboolean
is_needed (const guint8 *chunk)
{
  return (chunk[4] & 0x20) == 0 || is_chunk (chunk, "tRNS");
}

static gboolean
is_sound (const guint8 *chunk, gsize size)
{
  return crc32_z (0, chunk + 4, 4 + size) == arra_be_number (chunk + 8 + size, 4);
}

const char *
arra_png_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts)
{
  gsize at = SIGNATURE;

  arra_picture_facts_add (facts, 0, at);
  for (gsize size; n - at >= FRAME && (size = arra_be_number (bytes + at, 4)) <= n - at - FRAME; at += size + FRAME)
    {
      const guint8 *chunk = bytes + at;

      if (!is_needed (chunk))
        {
          if (is_chunk (chunk, "eXIf"))
            facts->orientation = arra_exif_orientation (chunk + 8, size);
          continue;
        }
      if (!is_sound (chunk, size) || (at == SIGNATURE && is_chunk (chunk, "IHDR") && size != 13))
        return arra_picture_is_damaged;
      if (at == SIGNATURE && is_chunk (chunk, "IHDR"))
        {
          facts->width = arra_be_number (chunk + 8, 4);
          facts->height = arra_be_number (chunk + 12, 4);
        }
      arra_picture_facts_add (facts, at, size + FRAME);
      if (is_chunk (chunk, "IEND"))
        return NULL;
    }
  return arra_picture_ends_early;
}
