/* picture_jpeg.c - the structure of a JPEG file: its segments and scans, up to the marker of the end
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_format.h"

#include <string.h>

#include "jpeg_scans.h"
#include "tiff_tags.h"

#define MAX_SCANS 100                          /* each goes over the whole picture; programs write about ten */
#define MAX_WORK (16 * ARRA_RASTER_MAX_PIXELS) /* pixels times scans */

enum
{
  SOI = 0xd8,
  EOI = 0xd9,
  SOS = 0xda,
  APP0 = 0xe0,
  APP1 = 0xe1,
  APP14 = 0xee,
  APP15 = 0xef,
  COM = 0xfe,
};

/* Without a length: RST0..7, SOI and TEM */
static gboolean
stands_alone (guint marker)
{
  return (marker >= 0xd0 && marker <= SOI) || marker == 0x01;
}

static gboolean
begins_frame (guint marker)
{
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* What a decoder looks at: all but notes. JFIF's and Adobe's say how colours are meant. */
static gboolean
is_needed (guint marker)
{
  return !(marker > APP0 && marker <= APP15 && marker != APP14) && marker != COM;
}

/* The next marker at or behind @at: where its FF lies, before which scans may end. @n: there is none. */
static gsize
find_marker (const guint8 *bytes, gsize n, gsize at, gboolean in_scan)
{
  for (; at + 1 < n; at++)
    if (bytes[at] == 0xff && bytes[at + 1] != 0xff && bytes[at + 1] != 0
        && !(in_scan && bytes[at + 1] >= 0xd0 && bytes[at + 1] <= 0xd7))
      return at;
  return n;
}

/* Notes what the segment at @at says; its length includes the two bytes of itself. */
static void
read_segment (const guint8 *bytes, gsize at, gsize length, ArraPictureFacts *facts)
{
  const guint8 *data = bytes + at + 4;
  guint marker = bytes[at + 1];

  if (marker == APP1 && length >= 8 && memcmp (data, "Exif\0", 6) == 0)
    facts->orientation = arra_exif_orientation (data, length - 2);
  if (begins_frame (marker) && length >= 8)
    {
      facts->height = (gsize) data[1] << 8 | data[2];
      facts->width = (gsize) data[3] << 8 | data[4];
    }
}

const char *
arra_jpeg_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts)
{
  guint n_scans = 0;

  arra_picture_facts_add (facts, 0, 2);
  for (gsize at = 2, next, length; (at = find_marker (bytes, n, at, FALSE)) < n; at = next)
    {
      guint marker = bytes[at + 1];

      next = at + 2;
      if (!stands_alone (marker) && marker != EOI)
        {
          if (n - next < 2)
            break;
          length = (gsize) bytes[next] << 8 | bytes[next + 1];
          if (length < 2 || length > n - next)
            break;
          next += length;
          read_segment (bytes, at, length, facts);
        }
      if (marker == SOS)
        next = find_marker (bytes, n, next, TRUE);
      n_scans += marker == SOS;
      if (n_scans > MAX_SCANS || (gsize) n_scans * facts->width * facts->height > MAX_WORK)
        return arra_picture_takes_long;
      if (is_needed (marker))
        arra_picture_facts_add (facts, at, next - at);
      if (marker == EOI)
        return arra_picture_is_too_large (facts->width, facts->height) || arra_jpeg_scans_are_whole (bytes, next)
                   ? NULL
                   : arra_picture_is_damaged;
    }
  return arra_picture_ends_early;
}
