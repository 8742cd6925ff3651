/* picture.c - rasters in memory, and reading picture files through gdk-pixbuf
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

#include "fail.h"
#include "mapping.h"
#include "mem.h"

#define MAX_FILE ((gsize) 512 << 20)
#define CHUNK ((gsize) 64 << 10)

typedef struct
{
  int width, height;
  gboolean too_large;
} Size;

static gboolean
is_too_large (gsize width, gsize height)
{
  gsize n;

  return !arra_size_mul (width, height, &n) || n > ARRA_RASTER_MAX_PIXELS;
}

gboolean
arra_raster_init (ArraRaster *raster, gsize width, gsize height, guint channels, GError **error)
{
  guint8 *pixels;

  g_assert (channels == 1 || channels == 3 || channels == 4);
  if (is_too_large (width, height))
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "A picture of %zu x %zu pixels is too large; %zu pixels can be used", width, height,
                      ARRA_RASTER_MAX_PIXELS);
  pixels = arra_mem_new (width * height, channels, "a picture", error);
  if (pixels == NULL)
    return FALSE;
  *raster = (ArraRaster){ .width = width, .height = height, .channels = channels, .pixels = pixels };
  return TRUE;
}

void
arra_raster_clear (ArraRaster *raster)
{
  arra_mem_free (raster->pixels);
  *raster = (ArraRaster){ 0 };
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
  if (width <= 0 || height <= 0 || is_too_large ((gsize) width, (gsize) height))
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
      {
        gdk_pixbuf_loader_close (loader, NULL);
        return FALSE;
      }
  return gdk_pixbuf_loader_close (loader, size->too_large ? NULL : error) && !size->too_large;
}

static gsize
be32 (const guint8 *at)
{
  return (gsize) at[0] << 24 | (gsize) at[1] << 16 | (gsize) at[2] << 8 | (gsize) at[3];
}

/* Whether this is a PNG without its last chunk: gdk-pixbuf would show what there is without a word. */
static gboolean
is_cut_png (const guint8 *bytes, gsize n)
{
  static const guint8 signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  gsize at = sizeof signature;

  if (n < sizeof signature || memcmp (bytes, signature, sizeof signature) != 0)
    return FALSE;
  while (n - at >= 12 && be32 (bytes + at) <= n - at - 12)
    {
      if (memcmp (bytes + at + 4, "IEND", 4) == 0)
        return FALSE;
      at += be32 (bytes + at) + 12;
    }
  return TRUE;
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

gboolean
arra_raster_load (ArraRaster *raster, const char *path, GError **error)
{
  g_autoptr (GdkPixbufLoader) loader = NULL;
  g_autoptr (GError) fault = NULL;
  g_automem char *bytes = NULL;
  GdkPixbuf *pixbuf;
  gsize n;
  Size size = { 0 };
  gboolean whole;

  bytes = arra_read_file (path, MAX_FILE, &n, error);
  if (bytes == NULL)
    return FALSE;
  if (n == 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: the file is empty", path);
  loader = gdk_pixbuf_loader_new ();
  g_signal_connect (loader, "size-prepared", G_CALLBACK (check_size), &size);
  whole = feed (loader, (const guint8 *) bytes, n, &size, &fault);
  if (size.too_large)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: says it is %d x %d pixels; at most %zu pixels can be used", path, size.width,
                      size.height, ARRA_RASTER_MAX_PIXELS);
  if (whole && is_cut_png ((const guint8 *) bytes, n))
    return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                      "%s: cannot be read as a picture: the file ends too early", path);
  pixbuf = whole ? gdk_pixbuf_loader_get_pixbuf (loader) : NULL;
  if (pixbuf == NULL)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: cannot be read as a picture: %s", path,
                      fault != NULL ? fault->message : arra_translate ("it holds none"));
  return copy_pixbuf (pixbuf, raster, error);
}
