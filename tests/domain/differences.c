/* differences.c - where two pictures differ, and by how much
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "differences.h"

#define SIZE 256
#define STRONG 12

ArraRaster
drawn (const ArraDomain *domain, guint64 index, const guint8 *labels)
{
  ArraRaster raster = { 0 };
  GError *error = NULL;

  g_assert_true (arra_raster_init (&raster, SIZE, SIZE, 3, NULL));
  domain->draw (11, index, labels, &raster, &error);
  g_assert_no_error (error);
  return raster;
}

Difference
difference_of (const ArraRaster *a, const ArraRaster *b, Region region)
{
  Difference result = { 0 };

  for (gsize y = 0; y < SIZE; y++)
    for (gsize x = 0; x < SIZE; x++)
      {
        gsize at = 3 * (y * SIZE + x);
        int d = ABS ((int) a->pixels[at] - (int) b->pixels[at]);
        gboolean inside = x >= region.left && x < region.right && y >= region.top && y < region.bottom;

        *(inside ? &result.inside : &result.outside) += d;
        *(inside ? &result.strong_inside : &result.strong_outside) += d > STRONG;
      }
  return result;
}
