/* picture_gif.c - the structure of a GIF file: its blocks, up to the trailer
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_format.h"

enum
{
  EXTENSION = 0x21,
  IMAGE = 0x2c,
  TRAILER = 0x3b,
};

/* Bytes of the table of colours that the flags announce */
static gsize
table_size (guint flags)
{
  return (flags & 0x80) != 0 ? 3u << ((flags & 7) + 1) : 0;
}

/* Behind the empty block that ends the blocks at @at; more than @n: it is not there. */
static gsize
skip_blocks (const guint8 *bytes, gsize n, gsize at)
{
  while (at < n && bytes[at] != 0)
    at += 1 + (gsize) bytes[at];
  return at < n ? at + 1 : n + 1;
}

/* Behind the frame at @at */
static gsize
skip_frame (const guint8 *bytes, gsize n, gsize at)
{
  return n - at < 11 ? n + 1 : skip_blocks (bytes, n, at + 10 + table_size (bytes[at + 9]) + 1);
}

/* The first frame is the picture: the loader is given no other. */
static void
take_frame (const guint8 *bytes, gsize at, gsize end, ArraPictureFacts *facts)
{
  gsize width = arra_le_number (bytes + at + 5, 2), height = arra_le_number (bytes + at + 7, 2);

  if (facts->parts->len > 0)
    return;
  arra_picture_facts_add (facts, 0, end);
  if (width * height > facts->width * facts->height)
    {
      facts->width = width;
      facts->height = height;
    }
}

const char *
arra_gif_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts)
{
  gsize at = n < 13 ? n : 13 + table_size (bytes[10]);

  if (n >= 13)
    {
      facts->width = arra_le_number (bytes + 6, 2);
      facts->height = arra_le_number (bytes + 8, 2);
    }
  facts->end = TRAILER;
  while (at < n && bytes[at] != TRAILER)
    {
      gsize next = bytes[at] == IMAGE ? skip_frame (bytes, n, at) : skip_blocks (bytes, n, at + 2);

      if (bytes[at] != IMAGE && bytes[at] != EXTENSION)
        return arra_picture_is_damaged;
      if (next > n)
        break;
      if (bytes[at] == IMAGE && (arra_le_number (bytes + at + 5, 2) == 0 || arra_le_number (bytes + at + 7, 2) == 0))
        return arra_picture_is_damaged;
      if (bytes[at] == IMAGE)
        take_frame (bytes, at, next, facts);
      at = next;
    }
  if (at >= n || bytes[at] != TRAILER)
    return arra_picture_ends_early;
  return facts->parts->len > 0 ? NULL : arra_picture_is_damaged;
}
