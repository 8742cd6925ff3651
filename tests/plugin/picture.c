/* picture.c - looks at the pictures that GIMP wrote
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture.h"

#include <math.h>
#include <string.h>

GdkPixbuf *
picture_load (const char *path)
{
  g_autoptr (GError) error = NULL;
  GdkPixbuf *picture = gdk_pixbuf_new_from_file (path, &error);

  g_assert_no_error (error);
  return picture;
}

const guint8 *
picture_at (GdkPixbuf *picture, int x, int y)
{
  return gdk_pixbuf_read_pixels (picture) + y * gdk_pixbuf_get_rowstride (picture)
         + x * gdk_pixbuf_get_n_channels (picture);
}

static double
to_linear (guint8 value)
{
  const double v = value / 255.0;

  return v <= 0.04045 ? v / 12.92 : pow ((v + 0.055) / 1.055, 2.4);
}

static int
luminance (const guint8 *rgb)
{
  const double y = 0.2225 * to_linear (rgb[0]) + 0.7169 * to_linear (rgb[1]) + 0.0606 * to_linear (rgb[2]);

  return (int) lrint (255 * (y <= 0.0031308 ? 12.92 * y : 1.055 * pow (y, 1 / 2.4) - 0.055));
}

static guint
difference (const char *path, const char *reference, gboolean grey)
{
  g_autoptr (GdkPixbuf) a = picture_load (path), b = picture_load (reference);
  const int width = gdk_pixbuf_get_width (b), height = gdk_pixbuf_get_height (b);
  guint most = 0;

  g_assert_cmpint (gdk_pixbuf_get_width (a), ==, width);
  g_assert_cmpint (gdk_pixbuf_get_height (a), ==, height);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        {
          const guint8 *wanted = picture_at (b, x, y);
          const int is = picture_at (a, x, y)[c];

          most = MAX (most, (guint) ABS (is - (grey ? luminance (wanted) : wanted[c])));
        }
  g_test_message ("%s: at most %u from %s", path, most, reference);
  return most;
}

guint
picture_difference (const char *path, const char *reference)
{
  return difference (path, reference, FALSE);
}

guint
picture_grey_difference (const char *path, const char *reference)
{
  return difference (path, reference, TRUE);
}

gboolean
picture_is_plain (GdkPixbuf *picture, int x, int y, int width, int height, const guint8 colour[3])
{
  for (int row = y; row < y + height; row++)
    for (int column = x; column < x + width; column++)
      for (int c = 0; c < 3; c++)
        if (picture_at (picture, column, row)[c] != colour[c])
          return FALSE;
  return TRUE;
}

gboolean
picture_same_at (GdkPixbuf *a, int ax, int ay, GdkPixbuf *b, int bx, int by)
{
  return memcmp (picture_at (a, ax, ay), picture_at (b, bx, by), 3) == 0;
}

void
picture_write (const char *path, int width, int height, int shift)
{
  g_autoptr (GdkPixbuf) picture = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, width, height);
  const int stride = gdk_pixbuf_get_rowstride (picture);
  guint8 *pixels = gdk_pixbuf_get_pixels (picture);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        pixels[y * stride + 3 * x + c] = (guint8) (30 + shift + 50 * c + (x * 7 + y * 13) % 60);
  g_assert_true (gdk_pixbuf_save (picture, path, "png", NULL, NULL));
}
