/* differences.h - where two pictures differ, and by how much
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "domain.h"

/* A rectangle of pixels: @left <= x < @right, @top <= y < @bottom */
typedef struct
{
  gsize left, right, top, bottom;
} Region;

typedef struct
{
  double inside, outside; /* sums of absolute differences of the first channel, in the region and elsewhere */
  guint strong_inside;    /* pixels that differ by more than 12 of 255 */
  guint strong_outside;
} Difference;

/* The picture that @labels give for @index. The caller clears it. */
ArraRaster drawn (const ArraDomain *domain, guint64 index, const guint8 *labels);
Difference difference_of (const ArraRaster *a, const ArraRaster *b, Region region);
