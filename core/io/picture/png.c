/* png.c - PNG files with the recipe and the AI label of the picture in them
 *
 * Source: PNG Specification, third edition (W3C).
 * gdk-pixbuf compresses the pixels; the text chunks go between the header chunk and the rest.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>
#include <zlib.h>

#include "bytes.h"
#include "fail.h"
#include "mapping.h"
#include "mem.h"
#include "xmp.h"

#define HEADER_END 33 /* signature, length, "IHDR", 13 bytes, checksum */
#define XMP_KEYWORD "XML:com.adobe.xmp"

/* Ends the chunk that begins at @begin: its length goes there, its checksum after the data. */
static gboolean
finish_chunk (ArraBytes *bytes, gsize begin, GError **error)
{
  gsize size = bytes->size - begin - 8;
  guint32 length;

  if (size > G_MAXINT32)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The text to be kept in the picture is too long (%zu bytes)", size);
  length = GUINT32_TO_BE ((guint32) size);
  memcpy (bytes->data + begin, &length, sizeof length);
  return arra_bytes_append_be32 (bytes, (guint32) crc32_z (0, bytes->data + begin + 4, size + 4), error);
}

static gboolean
begin_chunk (ArraBytes *bytes, const char *type, gsize *begin, GError **error)
{
  *begin = bytes->size;
  return arra_bytes_append_be32 (bytes, 0, error) && arra_bytes_append (bytes, type, 4, error);
}

/* What a tEXt chunk may hold: printable Latin-1 and line feeds. */
static gboolean
is_latin1 (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);
      if (!(c == '\n' || (c >= 0x20 && c < 0x7f) || (c >= 0xa0 && c <= 0xff)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
append_latin1 (ArraBytes *bytes, const char *text, GError **error)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      guint8 c = (guint8) g_utf8_get_char (text);
      if (!arra_bytes_append (bytes, &c, 1, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
begin_itxt (ArraBytes *bytes, const char *keyword, gsize *begin, GError **error)
{
  static const guint8 plain[4] = { 0, 0, 0, 0 }; /* not compressed; no language, no translated keyword */

  return begin_chunk (bytes, "iTXt", begin, error) && arra_bytes_append (bytes, keyword, strlen (keyword) + 1, error)
         && arra_bytes_append (bytes, plain, sizeof plain, error);
}

static gboolean
append_text (ArraBytes *bytes, const char *keyword, const char *text, GError **error)
{
  gsize begin;

  if (text == NULL)
    return TRUE;
  if (is_latin1 (text))
    return begin_chunk (bytes, "tEXt", &begin, error) && arra_bytes_append (bytes, keyword, strlen (keyword) + 1, error)
           && append_latin1 (bytes, text, error) && finish_chunk (bytes, begin, error);
  return begin_itxt (bytes, keyword, &begin, error) && arra_bytes_append_text (bytes, text, error)
         && finish_chunk (bytes, begin, error);
}

static gboolean
append_xmp (ArraBytes *bytes, const ArraPictureLabels *labels, GError **error)
{
  gsize begin;

  if (labels->digital_source_type == NULL && labels->description == NULL)
    return TRUE;
  return begin_itxt (bytes, XMP_KEYWORD, &begin, error)
         && arra_xmp_append (bytes, labels->digital_source_type, labels->description, error)
         && finish_chunk (bytes, begin, error);
}

static gboolean
labels_are_utf8 (const ArraPictureLabels *labels, GError **error)
{
  const char *texts[] = { labels->parameters, labels->digital_source_type, labels->description, labels->software };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i] != NULL && !g_utf8_validate (texts[i], -1, NULL))
      return arra_fail (error, ARRA_ERROR_ARGUMENT, "The text to be kept in the picture is not UTF-8");
  return TRUE;
}

typedef struct
{
  ArraBytes out;
  const ArraPictureLabels *labels;
  gboolean labelled;
} Writing;

/* Receives the file from gdk-pixbuf in pieces; the labels go in when the header chunk is whole. */
static gboolean
receive (const char *piece, gsize size, GError **error, gpointer data)
{
  Writing *writing = data;
  gsize before = writing->labelled ? 0 : MIN (size, HEADER_END - writing->out.size);

  if (!arra_bytes_append (&writing->out, piece, before, error))
    return FALSE;
  if (!writing->labelled && writing->out.size == HEADER_END)
    {
      const ArraPictureLabels *l = writing->labels;

      writing->labelled = TRUE;
      if (l != NULL
          && !(append_text (&writing->out, "Software", l->software, error)
               && append_text (&writing->out, "parameters", l->parameters, error)
               && append_xmp (&writing->out, l, error)))
        return FALSE;
    }
  return arra_bytes_append (&writing->out, piece + before, size - before, error);
}

/* gdk-pixbuf has no grey pictures. */
static gboolean
grey_to_rgb (const ArraRaster *grey, ArraRaster *rgb, GError **error)
{
  if (!arra_raster_init (rgb, grey->width, grey->height, 3, error))
    return FALSE;
  for (gsize i = 0; i < grey->width * grey->height; i++)
    memset (rgb->pixels + 3 * i, grey->pixels[i], 3);
  return TRUE;
}

guint8 *
arra_raster_to_png (const ArraRaster *raster, const ArraPictureLabels *labels, gsize *size, GError **error)
{
  Writing writing = { .labels = labels };
  g_auto (ArraBytes) out = { 0 };
  g_autoraster ArraRaster rgb = { 0 };
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  const ArraRaster *from = raster;
  gboolean ok;

  if (raster->width == 0 || raster->height == 0)
    {
      arra_fail (error, ARRA_ERROR_ARGUMENT, "A picture without pixels cannot be saved");
      return NULL;
    }
  if (labels != NULL && !labels_are_utf8 (labels, error))
    return NULL;
  if (raster->channels == 1)
    {
      if (!grey_to_rgb (raster, &rgb, error))
        return NULL;
      from = &rgb;
    }
  pixbuf = gdk_pixbuf_new_from_data (from->pixels, GDK_COLORSPACE_RGB, from->channels == 4, 8, (int) from->width,
                                     (int) from->height, (int) (from->width * from->channels), NULL, NULL);
  ok = gdk_pixbuf_save_to_callback (pixbuf, receive, &writing, "png", error, NULL);
  out = writing.out;
  if (!ok)
    return NULL;
  *size = out.size;
  return g_steal_pointer (&out.data);
}

gboolean
arra_raster_save_png (const ArraRaster *raster, const ArraPictureLabels *labels, const char *path, GError **error)
{
  gsize size;
  g_automem guint8 *png = arra_raster_to_png (raster, labels, &size, error);

  return png != NULL && arra_write_file (path, png, size, error);
}
