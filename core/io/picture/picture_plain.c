/* picture_plain.c - the structure of files that hold pixels as they are, or in runs: BMP, Targa, PNM; and of
 * TIFF
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_format.h"

#include <string.h>

#include "fail.h"
#include "tiff_tags.h"

#define EVIDENCE 8                             /* rows that must reach the right edge */
#define PIXEL 4                                /* bytes, at most */
#define MAX_BYTES (8 * ARRA_RASTER_MAX_PIXELS) /* of pixels in a TIFF: four channels of 16 bits */

typedef struct
{
  const guint8 *bytes;
  gsize stride, width, n; /* bytes of a row with and without its padding; rows */
} Rows;

static gboolean
is_zero (const guint8 *bytes, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (bytes[i] != 0)
      return FALSE;
  return TRUE;
}

/* Whether the pixels break off amidst a row, and only zeros follow: so a download that was cut looks where
 * its size had been reserved. A picture that is black at its end has a border there that is a row's, or one
 * that frays. */
static gboolean
break_off (const Rows *rows)
{
  gsize last = rows->stride * rows->n, row, column;

  while (last > 0 && rows->bytes[last - 1] == 0)
    last--;
  if (last == 0 || rows->width <= 2 * PIXEL)
    return FALSE;
  row = (last - 1) / rows->stride;
  column = (last - 1) % rows->stride;
  if (row < EVIDENCE || row + 2 >= rows->n || column + PIXEL >= rows->width)
    return FALSE;
  for (gsize i = 1; i <= EVIDENCE; i++)
    if (is_zero (rows->bytes + (row - i) * rows->stride + rows->width - PIXEL, PIXEL))
      return FALSE;
  return TRUE;
}

/* Pixels as they are, from @at on */
static const char *
check_rows (const guint8 *bytes, gsize n, gsize at, Rows *rows)
{
  gsize size;

  if (at > n || !arra_size_mul (rows->stride, rows->n, &size) || size > n - at)
    return arra_picture_ends_early;
  rows->bytes = bytes + at;
  return break_off (rows) ? arra_picture_ends_early : NULL;
}

/* ---- BMP */

/* Runs of BMP's compression 1 (8 bits) and 2 (4 bits), up to the end of the bitmap */
static const char *
check_bmp_runs (const guint8 *bytes, gsize n, gsize at, gboolean nibbles)
{
  while (at + 2 <= n)
    {
      guint count = bytes[at], what = bytes[at + 1];
      gsize size = nibbles ? (what + 1u) / 2 : what;

      at += 2;
      if (count == 0 && what == 1)
        return NULL;
      if (count == 0 && what == 2)
        at += 2;
      else if (count == 0 && what > 2)
        at += size + size % 2;
    }
  return arra_picture_ends_early;
}

static const char *
check_bmp_pixels (const guint8 *bytes, gsize n, gsize bits, gsize how, const ArraPictureFacts *facts)
{
  gsize at = arra_le_number (bytes + 10, 4), row = (facts->width * bits + 7) / 8;
  Rows rows = { .stride = (row + 3) / 4 * 4, .width = row, .n = facts->height };

  if (how == 1 || how == 2)
    return check_bmp_runs (bytes, n, at, how == 2);
  return check_rows (bytes, n, at, &rows);
}

const char *
arra_bmp_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts)
{
  gboolean old = bytes[14] == 12;
  gint32 height;

  if (n < (old ? 26 : 54))
    return arra_picture_ends_early;
  height = old ? (gint32) arra_le_number (bytes + 20, 2) : (gint32) arra_le_number (bytes + 22, 4);
  facts->width = arra_le_number (bytes + 18, old ? 2 : 4);
  facts->height = (gsize) ABS ((gint64) height);
  arra_picture_facts_add (facts, 0, n);
  if (arra_picture_is_too_large (facts->width, facts->height))
    return NULL;
  return check_bmp_pixels (bytes, n, arra_le_number (bytes + (old ? 24 : 28), 2),
                           old ? 0 : arra_le_number (bytes + 30, 4), facts);
}

/* ---- Targa */

static const char *
check_tga_runs (const guint8 *bytes, gsize n, gsize at, gsize pixel, gsize n_pixels)
{
  for (gsize done = 0, count; done < n_pixels; done += count)
    {
      if (at >= n)
        return arra_picture_ends_early;
      count = (bytes[at] & 0x7fu) + 1;
      at += 1 + ((bytes[at] & 0x80) != 0 ? 1 : count) * pixel;
    }
  return at <= n ? NULL : arra_picture_ends_early;
}

const char *
arra_tga_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts)
{
  gsize pixel = (bytes[16] + 7u) / 8;
  gsize at = 18 + bytes[0] + (bytes[1] == 1 ? arra_le_number (bytes + 5, 2) * ((bytes[7] + 7u) / 8) : 0);
  Rows rows;

  facts->width = arra_le_number (bytes + 12, 2);
  facts->height = arra_le_number (bytes + 14, 2);
  arra_picture_facts_add (facts, 0, n);
  rows = (Rows) { .stride = pixel * facts->width, .width = pixel * facts->width, .n = facts->height };
  if (arra_picture_is_too_large (facts->width, facts->height))
    return NULL;
  return bytes[2] < 8 ? check_rows (bytes, n, at, &rows)
                      : check_tga_runs (bytes, n, at, pixel, facts->width * facts->height);
}

/* ---- PNM */

/* Behind white space and comments */
static gsize
skip_space (const guint8 *bytes, gsize n, gsize at)
{
  while (at < n && (g_ascii_isspace (bytes[at]) || bytes[at] == '#'))
    {
      gboolean comment = bytes[at] == '#';

      for (at++; comment && at < n && bytes[at] != '\n';)
        at++;
    }
  return at;
}

/* The number at *@at, which moves behind it; 0 when there is none. */
static gsize
read_number (const guint8 *bytes, gsize n, gsize *at)
{
  gsize value = 0;

  *at = skip_space (bytes, n, *at);
  for (; *at < n && g_ascii_isdigit (bytes[*at]); ++*at)
    value = MIN (value * 10 + (gsize) (bytes[*at] - '0'), G_MAXUINT32);
  return value;
}

/* Numbers in letters; those of a bitmap (@digits) need nothing between them. */
static const char *
check_pnm_text (const guint8 *bytes, gsize n, gsize at, gsize count, gboolean digits)
{
  for (gsize i = 0; i < count; i++)
    {
      gsize begin = at = skip_space (bytes, n, at);

      while (at < n && g_ascii_isdigit (bytes[at]) && (at == begin || !digits))
        at++;
      if (at == begin)
        return at == n ? arra_picture_ends_early : arra_picture_is_damaged;
    }
  return NULL;
}

const char *
arra_pnm_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts)
{
  guint form = bytes[1] - '0', channels = form % 3 == 0 ? 3 : 1;
  gsize at = 2, most = 1, row;
  Rows rows = { 0 };

  facts->width = read_number (bytes, n, &at);
  facts->height = read_number (bytes, n, &at);
  if (form % 3 != 1)
    most = read_number (bytes, n, &at);
  arra_picture_facts_add (facts, 0, n);
  if (facts->width == 0 || facts->height == 0)
    return arra_picture_ends_early;
  if (arra_picture_is_too_large (facts->width, facts->height))
    return NULL;
  if (form <= 3)
    return check_pnm_text (bytes, n, at, facts->width * facts->height * channels, form == 1);
  row = form == 4 ? (facts->width + 7) / 8 : facts->width * channels * (most > 255 ? 2 : 1);
  rows.stride = row;
  rows.width = form == 4 ? 0 : row; /* zeros of a bitmap are white */
  rows.n = facts->height;
  return check_rows (bytes, n, at + 1, &rows);
}

/* ---- TIFF */

enum
{
  WIDTH = 256,
  LENGTH = 257,
  BITS = 258,
  STRIP_OFFSETS = 273,
  SAMPLES = 277,
  STRIP_COUNTS = 279,
  TILE_WIDTH = 322,
  TILE_LENGTH = 323,
  TILE_OFFSETS = 324,
  TILE_COUNTS = 325,
};

/* Whether all strips or tiles lie in the file. */
static gboolean
has_pieces (const ArraTiff *tiff, guint offsets, guint counts)
{
  ArraTiffTag at, size;

  if (!arra_tiff_find (tiff, offsets, &at))
    return FALSE;
  if (!arra_tiff_find (tiff, counts, &size))
    size.count = 0;
  for (gsize i = 0; i < at.count; i++)
    {
      gsize begin = arra_tiff_value (tiff, &at, i);
      gsize n = i < size.count ? arra_tiff_value (tiff, &size, i) : 0;

      if (begin > tiff->n || n > tiff->n - begin)
        return FALSE;
    }
  return TRUE;
}

/* Whether @width x @height pixels of this file are more than may be unpacked. */
static gboolean
takes_long (const ArraTiff *tiff, gsize width, gsize height)
{
  gsize bits = MAX (arra_tiff_number (tiff, BITS, 1), 1), samples = MAX (arra_tiff_number (tiff, SAMPLES, 1), 1);
  gsize pixels, all;

  return !arra_size_mul (width, height, &pixels) || !arra_size_mul (pixels, samples, &all)
         || !arra_size_mul (all, bits, &all) || all / 8 > MAX_BYTES;
}

const char *
arra_tiff_look (const guint8 *bytes, gsize n, ArraPictureFacts *facts)
{
  ArraTiff tiff;
  ArraTiffTag tile;

  if (!arra_tiff_init (&tiff, bytes, n) || !arra_tiff_is_whole (&tiff))
    return arra_picture_ends_early;
  facts->width = arra_tiff_number (&tiff, WIDTH, 0);
  facts->height = arra_tiff_number (&tiff, LENGTH, 0);
  arra_picture_facts_add (facts, 0, n);
  if (arra_picture_is_too_large (facts->width, facts->height))
    return NULL;
  if (takes_long (&tiff, facts->width, facts->height)
      || takes_long (&tiff, arra_tiff_number (&tiff, TILE_WIDTH, 0), arra_tiff_number (&tiff, TILE_LENGTH, 0)))
    return arra_picture_takes_long;
  return (arra_tiff_find (&tiff, TILE_OFFSETS, &tile) ? has_pieces (&tiff, TILE_OFFSETS, TILE_COUNTS)
                                                      : has_pieces (&tiff, STRIP_OFFSETS, STRIP_COUNTS))
             ? NULL
             : arra_picture_ends_early;
}
