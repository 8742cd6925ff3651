/* tiff_tags.c - numbers out of the first directory of a TIFF file
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tiff_tags.h"

#include <string.h>

#define ENTRY 12 /* bytes */
#define ORIENTATION 274

static guint32
get (const ArraTiff *tiff, gsize at, guint size)
{
  guint32 value = 0;

  for (guint i = 0; i < size; i++)
    value = value << 8 | tiff->bytes[at + (tiff->big_endian ? i : size - 1 - i)];
  return value;
}

gboolean
arra_tiff_init (ArraTiff *tiff, const guint8 *bytes, gsize n)
{
  *tiff = (ArraTiff) { .bytes = bytes, .n = n };
  if (n < 8 || (memcmp (bytes, "II*", 4) != 0 && memcmp (bytes, "MM\0*", 4) != 0))
    return FALSE;
  tiff->big_endian = bytes[0] == 'M';
  tiff->entries_at = get (tiff, 4, 4);
  if (tiff->entries_at < 8 || tiff->entries_at > n - 2)
    return FALSE;
  tiff->n_entries = get (tiff, tiff->entries_at, 2);
  tiff->entries_at += 2;
  return tiff->n_entries > 0 && tiff->n_entries <= (n - tiff->entries_at) / ENTRY;
}

/* The entry at place @i. FALSE: its values do not lie in the file. */
static gboolean
read_entry (const ArraTiff *tiff, guint i, ArraTiffTag *tag)
{
  static const guint8 sizes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4 };
  gsize at = tiff->entries_at + (gsize) i * ENTRY;
  guint type = get (tiff, at + 2, 2);
  gsize bytes;

  *tag = (ArraTiffTag) { .at = at + 8, .count = get (tiff, at + 4, 4) };
  tag->size = type < G_N_ELEMENTS (sizes) ? sizes[type] : 0;
  bytes = tag->count * tag->size;
  if (bytes > 4)
    tag->at = get (tiff, at + 8, 4);
  return tag->at <= tiff->n && bytes <= tiff->n - tag->at;
}

gboolean
arra_tiff_is_whole (const ArraTiff *tiff)
{
  ArraTiffTag tag;

  for (guint i = 0; i < tiff->n_entries; i++)
    if (!read_entry (tiff, i, &tag))
      return FALSE;
  return tiff->n - tiff->entries_at >= (gsize) tiff->n_entries * ENTRY + 4; /* where the next directory is */
}

gboolean
arra_tiff_find (const ArraTiff *tiff, guint number, ArraTiffTag *tag)
{
  for (guint i = 0; i < tiff->n_entries; i++)
    if (get (tiff, tiff->entries_at + (gsize) i * ENTRY, 2) == number)
      return read_entry (tiff, i, tag);
  return FALSE;
}

guint32
arra_tiff_value (const ArraTiff *tiff, const ArraTiffTag *tag, gsize i)
{
  g_assert (i < tag->count);
  return tag->size <= 4 ? get (tiff, tag->at + i * tag->size, tag->size) : 0;
}

guint32
arra_tiff_number (const ArraTiff *tiff, guint number, guint32 otherwise)
{
  ArraTiffTag tag;

  return arra_tiff_find (tiff, number, &tag) && tag.count > 0 ? arra_tiff_value (tiff, &tag, 0) : otherwise;
}

guint
arra_exif_orientation (const guint8 *bytes, gsize n)
{
  ArraTiff tiff;
  guint32 value;

  if (n >= 6 && memcmp (bytes, "Exif\0", 6) == 0)
    {
      bytes += 6;
      n -= 6;
    }
  value = arra_tiff_init (&tiff, bytes, n) ? arra_tiff_number (&tiff, ORIENTATION, 1) : 1;
  return value >= 1 && value <= 8 ? value : 1;
}
