/* picture.c - rasters in memory, and reading picture files through gdk-pixbuf
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

#include "fail.h"
#include "mapping.h"
#include "mem.h"
#include "picture_format.h"
#include "stand_in.h"

#define MAX_FILE ((gsize) 512 << 20)
#define CHUNK ((gsize) 64 << 10)

typedef struct
{
  int width, height;
  gboolean too_large;
} Size;

gboolean
arra_raster_init (ArraRaster *raster, gsize width, gsize height, guint channels, GError **error)
{
  guint8 *pixels;

  g_assert (channels == 1 || channels == 3 || channels == 4);
  if (arra_picture_is_too_large (width, height))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "A picture of %zu x %zu pixels is too large; %zu pixels can be used",
                      width, height, ARRA_RASTER_MAX_PIXELS);
  pixels = arra_mem_new (width * height, channels, "a picture", error);
  if (pixels == NULL)
    return FALSE;
  *raster = (ArraRaster) { .width = width, .height = height, .channels = channels, .pixels = pixels };
  return TRUE;
}

void
arra_raster_clear (ArraRaster *raster)
{
  arra_mem_free (raster->pixels);
  *raster = (ArraRaster) { 0 };
}

static void
whiten_pixel (const guint8 *from, guint channels, guint8 *rgb)
{
  double alpha = channels == 4 ? from[3] / 255.0 : 1.0;

  for (guint c = 0; c < 3; c++)
    {
      guint8 value = from[channels == 1 ? 0 : c];
      rgb[c] = channels == 4 ? (guint8) ((1.0 - alpha) * 255.0 + alpha * value) : value;
    }
}

gboolean
arra_raster_whiten (const ArraRaster *raster, ArraRaster *rgb, GError **error)
{
  gsize n = raster->width * raster->height;

  if (!arra_raster_init (rgb, raster->width, raster->height, 3, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    whiten_pixel (raster->pixels + i * raster->channels, raster->channels, rgb->pixels + 3 * i);
  return TRUE;
}

/* Comes before any pixel is decoded; a size of 0 makes gdk-pixbuf's loaders stop. */
static void
check_size (GdkPixbufLoader *loader, int width, int height, gpointer data)
{
  Size *size = data;

  size->width = width;
  size->height = height;
  if (width <= 0 || height <= 0 || arra_picture_is_too_large ((gsize) width, (gsize) height))
    {
      size->too_large = TRUE;
      gdk_pixbuf_loader_set_size (loader, 0, 0);
    }
}

static gboolean
feed (GdkPixbufLoader *loader, const guint8 *bytes, gsize n, const Size *size, GError **error)
{
  for (gsize at = 0; at < n && !size->too_large; at += CHUNK)
    if (!gdk_pixbuf_loader_write (loader, bytes + at, MIN (CHUNK, n - at), error))
      return FALSE;
  return TRUE;
}

static gboolean
feed_parts (GdkPixbufLoader *loader,
            const guint8 *bytes,
            const ArraPictureFacts *facts,
            const Size *size,
            GError **error)
{
  for (guint i = 0; i < facts->parts->len; i++)
    {
      const ArraPicturePart *part = &g_array_index (facts->parts, ArraPicturePart, i);

      if (!feed (loader, bytes + part->at, part->size, size, error))
        {
          gdk_pixbuf_loader_close (loader, NULL);
          return FALSE;
        }
    }
  if (facts->end != 0 && !feed (loader, &facts->end, 1, size, error))
    {
      gdk_pixbuf_loader_close (loader, NULL);
      return FALSE;
    }
  return gdk_pixbuf_loader_close (loader, size->too_large ? NULL : error) && !size->too_large;
}

static gboolean
fail_too_large (const char *path, gsize width, gsize height, GError **error)
{
  return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: says it is %zu x %zu pixels; at most %zu pixels can be used",
                    path, width, height, ARRA_RASTER_MAX_PIXELS);
}

/* NULL with @error set when gdk-pixbuf has none here. */
static GdkPixbufLoader *
new_loader (const ArraPictureFormat *format, const char *path, GError **error)
{
  GdkPixbufLoader *loader = gdk_pixbuf_loader_new_with_mime_type (format->mime, NULL);

  if (loader == NULL && format->package != NULL)
    arra_fail (error, ARRA_ERROR_UNSUPPORTED,
               "%s: is of the format %s, which gdk-pixbuf cannot read here: install its loader (Debian's "
               "package %s)",
               path, format->name, format->package);
  else if (loader == NULL)
    arra_fail (error, ARRA_ERROR_UNSUPPORTED, "%s: is of the format %s, for which gdk-pixbuf has no loader here", path,
               format->name);
  return loader;
}

/* The picture as it is to be seen; (transfer full), NULL without memory. TIFF's loader says itself how to
 * turn what it gives. */
static GdkPixbuf *
turn (GdkPixbuf *pixbuf, guint orientation)
{
  g_autofree char *number = g_strdup_printf ("%u", orientation);

  if (orientation != 1 && gdk_pixbuf_get_option (pixbuf, "orientation") == NULL)
    gdk_pixbuf_set_option (pixbuf, "orientation", number);
  return gdk_pixbuf_apply_embedded_orientation (pixbuf);
}

static gboolean
copy_pixbuf (const GdkPixbuf *pixbuf, ArraRaster *raster, GError **error)
{
  gsize width = (gsize) gdk_pixbuf_get_width (pixbuf);
  gsize height = (gsize) gdk_pixbuf_get_height (pixbuf);
  guint channels = (guint) gdk_pixbuf_get_n_channels (pixbuf);
  const guint8 *from = gdk_pixbuf_read_pixels (pixbuf);
  gsize stride = (gsize) gdk_pixbuf_get_rowstride (pixbuf);

  if (!arra_raster_init (raster, width, height, channels, error))
    return FALSE;
  for (gsize y = 0; y < height; y++)
    memcpy (raster->pixels + y * width * channels, from + y * stride, width * channels);
  return TRUE;
}

static gboolean
decode (ArraRaster *raster,
        const char *path,
        const guint8 *bytes,
        const ArraPictureFormat *format,
        const ArraPictureFacts *facts,
        GError **error)
{
  g_autoptr (GdkPixbufLoader) loader = new_loader (format, path, error);
  g_autoptr (GdkPixbuf) turned = NULL;
  g_autoptr (GError) fault = NULL;
  Size size = { 0 };
  gboolean whole;

  if (loader == NULL)
    return FALSE;
  g_signal_connect (loader, "size-prepared", G_CALLBACK (check_size), &size);
  whole = feed_parts (loader, bytes, facts, &size, &fault);
  if (size.too_large)
    return fail_too_large (path, (gsize) MAX (size.width, 0), (gsize) MAX (size.height, 0), error);
  if (!whole || gdk_pixbuf_loader_get_pixbuf (loader) == NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: cannot be read as a picture: %s", path,
                      fault != NULL ? fault->message : arra_translate ("it holds none"));
  turned = turn (gdk_pixbuf_loader_get_pixbuf (loader), facts->orientation);
  if (turned == NULL)
    return arra_fail (error, ARRA_ERROR_NO_MEMORY, "%s: not enough memory to turn the picture", path);
  return copy_pixbuf (turned, raster, error);
}

/* NULL with @error set: no format that is read. */
static const ArraPictureFormat *
find_format (const char *path, const guint8 *bytes, gsize n, GError **error)
{
  const ArraPictureFormat *format = arra_picture_format_find (bytes, n);

  if (n == 0)
    arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the file is empty", path);
  else if (format == NULL)
    {
      if (arra_stand_in_check (path, bytes, n, ARRA_STAND_IN_FORMAT, error))
        arra_fail (error, ARRA_ERROR_INVALID_DATA,
                   "%s: cannot be read as a picture: its contents are of no known format", path);
    }
  else if (format->mime == NULL)
    arra_fail (error, ARRA_ERROR_UNSUPPORTED,
               "%s: cannot be read as a picture: it is of the format %s, which is not read: save it as PNG", path,
               arra_translate (format->name));
  return n > 0 && format != NULL && format->mime != NULL ? format : NULL;
}

/* The bytes of a file that is a whole picture of a size that can be used, with its facts; NULL with @error set. */
static char *
read_whole (const char *path, const ArraPictureFormat **format, ArraPictureFacts *facts, GError **error)
{
  gsize n;
  g_automem char *bytes = arra_read_file (path, MAX_FILE, &n, error);
  const char *fault;

  if (bytes == NULL || (*format = find_format (path, (const guint8 *) bytes, n, error)) == NULL)
    return NULL;
  fault = (*format)->look ((const guint8 *) bytes, n, facts);
  if (arra_picture_is_too_large (facts->width, facts->height))
    {
      fail_too_large (path, facts->width, facts->height, error);
      return NULL;
    }
  if (fault == NULL && (facts->width == 0 || facts->height == 0))
    fault = arra_picture_is_damaged;
  if (fault == NULL)
    return g_steal_pointer (&bytes);
  arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: cannot be read as a picture: %s", path, arra_translate (fault));
  return NULL;
}

gboolean
arra_raster_load (ArraRaster *raster, const char *path, GError **error)
{
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (ArraPicturePart));
  ArraPictureFacts facts = { .orientation = 1, .parts = parts };
  const ArraPictureFormat *format;
  g_automem char *bytes = read_whole (path, &format, &facts, error);

  return bytes != NULL && decode (raster, path, (const guint8 *) bytes, format, &facts, error);
}

gboolean
arra_picture_is_whole (const char *path)
{
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (ArraPicturePart));
  ArraPictureFacts facts = { .orientation = 1, .parts = parts };
  const ArraPictureFormat *format;
  g_automem char *bytes = read_whole (path, &format, &facts, NULL);

  return bytes != NULL;
}
