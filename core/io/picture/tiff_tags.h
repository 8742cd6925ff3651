/* tiff_tags.h - numbers out of the first directory of a TIFF file, or of the EXIF block in another picture, which has
 * the same form
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  const guint8 *bytes; /* the caller's, untrusted */
  gsize n;
  gboolean big_endian;
  gsize entries_at;
  guint n_entries;
} ArraTiff;

typedef struct
{
  gsize at;    /* of its first value */
  gsize count; /* values */
  guint size;  /* bytes of each: 1, 2, 4 or 8 */
} ArraTiffTag;

/* FALSE: @bytes begin with no TIFF header, or the first directory does not lie in them. */
gboolean arra_tiff_init (ArraTiff *tiff, const guint8 *bytes, gsize n);
/* Whether every value of the directory lies in the file. */
gboolean arra_tiff_is_whole (const ArraTiff *tiff);
/* FALSE: there is no such tag, or its values do not lie in the file. */
gboolean arra_tiff_find (const ArraTiff *tiff, guint number, ArraTiffTag *tag);
/* of integers of at most 4 bytes; others: 0 */
guint32 arra_tiff_value (const ArraTiff *tiff, const ArraTiffTag *tag, gsize i);
/* The first value of tag @number, or @otherwise. */
guint32 arra_tiff_number (const ArraTiff *tiff, guint number, guint32 otherwise);
/* How the picture of an EXIF block is to be turned: 1 (not at all) to 8, by EXIF's numbers; 1 when it does not say. */
guint arra_exif_orientation (const guint8 *bytes, gsize n);
