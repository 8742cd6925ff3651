/* test-surface.c - pictures for the screen
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <surface.h>

static const guint8 pixels[] = { 255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30 };

static guint32
pixel (cairo_surface_t *surface, int x, int y)
{
  const guint8 *row = cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface);

  return ((const guint32 *) (const void *) row)[x] & 0xffffff;
}

static void
test_colours (void)
{
  const ArraPicture picture = { 2, 2, 2, 2, pixels };
  cairo_surface_t *surface = arra_surface_new (&picture);

  g_assert_nonnull (surface);
  g_assert_cmphex (pixel (surface, 0, 0), ==, 0xff0000);
  g_assert_cmphex (pixel (surface, 1, 0), ==, 0x00ff00);
  g_assert_cmphex (pixel (surface, 0, 1), ==, 0x0000ff);
  g_assert_cmphex (pixel (surface, 1, 1), ==, 0x0a141e);
  cairo_surface_destroy (surface);
}

static void
test_sizes (void)
{
  const ArraPicture half = { 2, 2, 1, 2, pixels }, huge = { 1000000, 1000000, 1, 1, pixels };
  cairo_surface_t *small = arra_surface_thumbnail (&half, half.height / half.rows_finished * half.rows_total, 80, 2);

  g_assert_null (arra_surface_new (&huge));
  g_assert_null (arra_surface_thumbnail (&huge, huge.height, 80, 1));
  g_assert_nonnull (small);
  g_assert_cmpint (cairo_image_surface_get_width (small), ==, 80);
  g_assert_cmpint (cairo_image_surface_get_height (small), ==, 160);
  g_assert_cmphex (pixel (small, 0, 0), ==, 0xff0000);
  g_assert_cmphex (pixel (small, 0, 159), ==, 0);
  cairo_surface_destroy (small);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/surface/colours", test_colours);
  g_test_add_func ("/ui/surface/sizes", test_sizes);
  return g_test_run ();
}
