/* surface.c - pictures for the screen
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "surface.h"

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
