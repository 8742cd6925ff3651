/* picture_format.h - what a picture file is, by its contents, and whether it is whole: told before anything is decoded
 *
 * Drawings (SVG), icons and what else gdk-pixbuf may have loaders for are known by name, and not read.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_RASTER_MAX_PIXELS ((gsize) 1 << 26)

typedef struct
{
  gsize at, size;
} ArraPicturePart;

/* What the structure of a file says. A loader is given the parts alone: no texts and profiles that it would unpack, no
 * second frame, nothing behind the end. */
typedef struct
{
  gsize width, height; /* pixels, as they are stored */
  guint orientation;   /* EXIF's number: 1 is upright; 1 as well where loaders turn by themselves */
  GArray *parts;       /* ArraPicturePart */
  guint8 end;          /* when not 0: a byte that is given after the parts */
} ArraPictureFacts;

/* NULL, or what is wrong with the file: a part of a message, untranslated. */
typedef const char *(*ArraPictureLook) (const guint8 *bytes, gsize n, ArraPictureFacts *facts);

typedef struct
{
  const char *name;    /* "PNG" */
  const char *endings; /* of file names, each after a dot: ".png" */
  const char *mime;    /* that names gdk-pixbuf's loader; NULL: a format that is not read */
  const char *package; /* (nullable): Debian's, of a loader that does not come with gdk-pixbuf */
  ArraPictureLook look;
  gboolean (*is_a) (const guint8 *bytes, gsize n); /* the first 64 bytes are enough, but for drawings */
} ArraPictureFormat;

#define ARRA_PICTURE_HEAD 1024 /* bytes that tell a format */

/* By contents; NULL: no format that is known. */
const ArraPictureFormat *arra_picture_format_find (const guint8 *bytes, gsize n);
/* What the first bytes of a file say; NULL: no format that is known, or no file that can be read. */
const ArraPictureFormat *arra_picture_format_inside (const char *path);
/* By the name of a file, of formats that are read and of those that are not; NULL: no ending of a picture. */
const ArraPictureFormat *arra_picture_format_named (const char *name);
/* Whether gdk-pixbuf has a loader for it here. */
gboolean arra_picture_format_is_readable (const ArraPictureFormat *format);

/* Numbers of @size bytes, the lowest one first, and the highest one first */
gsize arra_le_number (const guint8 *at, guint size);
gsize arra_be_number (const guint8 *at, guint size);
/* Appends to the parts, to the last one where they touch. */
void arra_picture_facts_add (ArraPictureFacts *facts, gsize at, gsize size);
gboolean arra_picture_is_too_large (gsize width, gsize height);

/* Formats, one each */
const char *arra_png_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts);
const char *arra_jpeg_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts);
const char *arra_gif_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts);
const char *arra_bmp_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts);
const char *arra_tga_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts);
const char *arra_pnm_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts);
const char *arra_tiff_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts);
const char *arra_webp_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts);
const char *arra_heif_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts);

/* What they find, in one wording */
extern const char arra_picture_ends_early[], arra_picture_is_damaged[], arra_picture_takes_long[];
