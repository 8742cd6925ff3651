/* surface.c - pictures for the screen
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "surface.h"

#define STRONGEST 0.85 /* of a map's colours: what lies below is seen, too */
#define NO_CHANGE 128

cairo_surface_t *
arra_surface_new (const ArraPicture *picture)
{
  cairo_surface_t *surface
      = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) picture->width, (int) picture->height);
  guint8 *rows = cairo_image_surface_get_data (surface);
  const int stride = cairo_image_surface_get_stride (surface);

  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS || rows == NULL)
    {
      cairo_surface_destroy (surface);
      return NULL;
    }
  cairo_surface_flush (surface);
  for (guint y = 0; y < picture->height; y++)
    {
      const guint8 *from = picture->pixels + (gsize) y * picture->width * 3;
      guint32 *to = (guint32 *) (void *) (rows + (gsize) y * (gsize) stride);

      for (guint x = 0; x < picture->width; x++, from += 3)
        to[x] = (guint32) from[0] << 16 | (guint32) from[1] << 8 | from[2];
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}

/* Unfinished rows count: a stopped picture keeps its place in the frame. */
cairo_surface_t *
arra_surface_thumbnail (const ArraPicture *picture, guint whole_height, int side, int scale)
{
  cairo_surface_t *whole = arra_surface_new (picture), *small;
  const double zoom = (double) side * scale / MAX (MAX (picture->width, whole_height), 1);
  cairo_t *cr;

  if (whole == NULL)
    return NULL;
  small = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, MAX (1, (int) (picture->width * zoom)),
                                      MAX (1, (int) (whole_height * zoom)));
  cr = cairo_create (small);
  cairo_scale (cr, zoom, zoom);
  cairo_set_source_surface (cr, whole, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, 0, 0, picture->width, picture->height);
  cairo_fill (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (whole);
  cairo_surface_set_device_scale (small, scale, scale);
  return small;
}

static guint32
to_pixel (const GdkRGBA *color, double alpha)
{
  const double red = color->red * alpha, green = color->green * alpha, blue = color->blue * alpha;

  return (guint32) (alpha * 255 + 0.5) << 24 | (guint32) (red * 255 + 0.5) << 16 | (guint32) (green * 255 + 0.5) << 8
         | (guint32) (blue * 255 + 0.5);
}

static guint32
map_pixel (guint8 grey, const GdkRGBA *more, const GdkRGBA *less)
{
  if (less == NULL)
    return to_pixel (more, STRONGEST * grey / 255);
  if (grey < NO_CHANGE)
    return to_pixel (less, STRONGEST * (NO_CHANGE - grey) / NO_CHANGE);
  return to_pixel (more, STRONGEST * (grey - NO_CHANGE) / (255 - NO_CHANGE));
}

cairo_surface_t *
arra_surface_map (const guint8 *grey, guint width, guint height, const GdkRGBA *more, const GdkRGBA *less)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) width, (int) height);
  guint8 *rows = cairo_image_surface_get_data (surface);
  const int stride = cairo_image_surface_get_stride (surface);

  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS || rows == NULL)
    {
      cairo_surface_destroy (surface);
      return NULL;
    }
  cairo_surface_flush (surface);
  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      ((guint32 *) (void *) (rows + (gsize) y * (gsize) stride))[x]
          = map_pixel (grey[(gsize) y * width + x], more, less);
  cairo_surface_mark_dirty (surface);
  return surface;
}
