/* test-fill_region.c - what is looked at around a hole
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "fill_region.h"

#define PATCH 16
#define WINDOW 4

/* A hole of @size pixels at @left, @top of a picture. */
static ArraFillRegion
region_of (guint width, guint height, guint left, guint top, guint size, guint8 **mask)
{
  ArraFillRegion region;

  *mask = g_malloc0 ((gsize) width * height);
  for (guint y = top; y < MIN (top + size, height); y++)
    memset (*mask + (gsize) y * width + left, 1, MIN (size, width - left));
  g_assert_true (arra_fill_region (*mask, width, height, PATCH, WINDOW, WINDOW, &region));
  return region;
}

static void
test_inside (void)
{
  g_autofree guint8 *mask = NULL;
  const ArraFillRegion region = region_of (400, 400, 200, 210, 20, &mask);

  g_assert_cmpuint (region.column, ==, 10);
  g_assert_cmpuint (region.columns, ==, 6);
  g_assert_cmpuint (region.row, ==, 11);
  g_assert_cmpuint (region.rows, ==, 6);
}

/* No region is smaller than a window, none begins outside of the picture, and all of the hole lies in it. */
static void
test_anywhere (void)
{
  for (guint width = 1; width < 150; width += 13)
    for (guint left = 0; left < width; left += 9)
      for (guint size = 1; size < 130; size += 37)
        {
          g_autofree guint8 *mask = NULL;
          const ArraFillRegion region = region_of (width, 90, left, 30, size, &mask);
          const guint codes = (width + PATCH - 1) / PATCH;

          g_assert_cmpuint (region.columns, >=, WINDOW);
          g_assert_cmpuint (region.rows, >=, WINDOW);
          g_assert_cmpuint (region.column * PATCH, <=, left);
          g_assert_cmpuint ((region.column + region.columns) * PATCH, >=, MIN (left + size, width));
          if (codes >= WINDOW)
            g_assert_cmpuint (region.column + region.columns, <=, codes);
          else
            g_assert_cmpuint (region.column, ==, 0);
        }
}

static void
test_free (void)
{
  g_autofree guint8 *mask = NULL;
  const ArraFillRegion region = region_of (70, 70, 17, 15, 1, &mask);

  for (guint row = 0; row < region.rows; row++)
    for (guint column = 0; column < region.columns; column++)
      {
        const gboolean hole = region.row + row == 0 && region.column + column == 1;

        g_assert_cmpint (arra_fill_region_is_free (&region, mask, 70, 70, PATCH, row, column), ==, hole);
      }
}

/* Behind the edge of a picture that is smaller than a window there is nothing to keep. */
static void
test_beyond (void)
{
  g_autofree guint8 *mask = NULL;
  const ArraFillRegion region = region_of (20, 20, 3, 3, 2, &mask);

  g_assert_cmpuint (region.columns, ==, WINDOW);
  g_assert_true (arra_fill_region_is_free (&region, mask, 20, 20, PATCH, 0, 0));
  g_assert_false (arra_fill_region_is_free (&region, mask, 20, 20, PATCH, 0, 1));
  g_assert_true (arra_fill_region_is_free (&region, mask, 20, 20, PATCH, 0, 2));
}

static void
test_nothing (void)
{
  static const guint8 mask[64];
  ArraFillRegion region;

  g_assert_false (arra_fill_region (mask, 8, 8, PATCH, WINDOW, WINDOW, &region));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fill-region/inside", test_inside);
  g_test_add_func ("/fill-region/anywhere", test_anywhere);
  g_test_add_func ("/fill-region/free", test_free);
  g_test_add_func ("/fill-region/beyond", test_beyond);
  g_test_add_func ("/fill-region/nothing", test_nothing);
  return g_test_run ();
}
