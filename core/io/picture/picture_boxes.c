/* picture_boxes.c - the structure of WebP (chunks of RIFF) and of HEIF and AVIF (boxes of ISO media files)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_format.h"

#include <string.h>

#include "tiff_tags.h"

#define MAX_DEPTH 4  /* meta, iprp, ipco, ispe */
#define UNWRITTEN 32 /* zeros at a file's end */

/* Whether the file's last bytes were never written: what is coded does not end so. */
static gboolean
ends_in_zeros (const guint8 *bytes, gsize end)
{
  for (gsize i = 0; i < UNWRITTEN; i++)
    if (end < UNWRITTEN || bytes[end - 1 - i] != 0)
      return FALSE;
  return TRUE;
}

/* ---- WebP */

static void
read_webp_size (const guint8 *chunk, gsize size, ArraPictureFacts *facts)
{
  const guint8 *data = chunk + 8;

  if (memcmp (chunk, "VP8X", 4) == 0 && size >= 10)
    {
      facts->width = arra_le_number (data + 4, 3) + 1;
      facts->height = arra_le_number (data + 7, 3) + 1;
    }
  else if (memcmp (chunk, "VP8L", 4) == 0 && size >= 5)
    {
      facts->width = (arra_le_number (data + 1, 4) & 0x3fff) + 1;
      facts->height = (arra_le_number (data + 1, 4) >> 14 & 0x3fff) + 1;
    }
  else if (memcmp (chunk, "VP8 ", 4) == 0 && size >= 10)
    {
      facts->width = arra_le_number (data + 6, 2) & 0x3fff;
      facts->height = arra_le_number (data + 8, 2) & 0x3fff;
    }
}

const char *
arra_webp_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts)
{
  gsize end = n >= 20 ? arra_le_number (bytes + 4, 4) + 8 : n + 1;

  if (end > n)
    return arra_picture_ends_early;
  for (gsize at = 12, size; at < end && end - at >= 8; at += 8 + size + size % 2)
    {
      size = arra_le_number (bytes + at + 4, 4);
      if (size > end - at - 8)
        return arra_picture_is_damaged;
      if (at == 12)
        read_webp_size (bytes + at, size, facts);
      if (memcmp (bytes + at, "EXIF", 4) == 0)
        facts->orientation = arra_exif_orientation (bytes + at + 8, size);
    }
  arra_picture_facts_add (facts, 0, end);
  return ends_in_zeros (bytes, end) ? arra_picture_ends_early : NULL;
}

/* ---- HEIF and AVIF: turning is a property that their decoders apply */

typedef struct
{
  const guint8 *bytes;
  ArraPictureFacts *facts;
  gboolean data;      /* a box holds coded data */
  gboolean data_last; /* it is the last one on the file's own level */
} Boxes;

/* The box's size, of which *@head bytes come before its contents; 0: it does not fit into @room. */
static gsize
box_size (const guint8 *box, gsize room, gsize *head)
{
  gsize size = room < 8 ? 0 : arra_be_number (box, 4);

  *head = 8;
  if (room >= 8 && size == 0)
    return room;
  if (size == 1)
    {
      *head = 16;
      size = room < 16 ? 0 : arra_be_number (box + 8, 8);
    }
  return size < *head || size > room ? 0 : size;
}

static void
read_extent (Boxes *boxes, const guint8 *data, gsize size)
{
  gsize width = size >= 12 ? arra_be_number (data + 4, 4) : 0, height = size >= 12 ? arra_be_number (data + 8, 4) : 0;

  if (width * height > boxes->facts->width * boxes->facts->height)
    {
      boxes->facts->width = width;
      boxes->facts->height = height;
    }
}

/* FALSE: a box goes beyond what holds it. */
static gboolean
walk (Boxes *boxes, gsize at, gsize end, guint depth)
{
  for (gsize size, head; at < end; at += size)
    {
      const guint8 *box = boxes->bytes + at;

      size = box_size (box, end - at, &head);
      if (size == 0)
        return FALSE;
      if (depth == 0)
        boxes->data_last = memcmp (box + 4, "mdat", 4) == 0;
      boxes->data |= memcmp (box + 4, "mdat", 4) == 0;
      if (memcmp (box + 4, "ispe", 4) == 0)
        read_extent (boxes, box + head, size - head);
      else if (memcmp (box + 4, "meta", 4) == 0)
        head += 4;
      else if (memcmp (box + 4, "iprp", 4) != 0 && memcmp (box + 4, "ipco", 4) != 0)
        continue;
      if (depth < MAX_DEPTH && head <= size && memcmp (box + 4, "ispe", 4) != 0
          && !walk (boxes, at + head, at + size, depth + 1))
        return FALSE;
    }
  return TRUE;
}

const char *
arra_heif_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts)
{
  Boxes boxes = { bytes, facts, FALSE, FALSE };

  if (!walk (&boxes, 0, n, 0) || !boxes.data || (boxes.data_last && ends_in_zeros (bytes, n)))
    return arra_picture_ends_early;
  arra_picture_facts_add (facts, 0, n);
  return facts->width > 0 ? NULL : arra_picture_is_damaged;
}
