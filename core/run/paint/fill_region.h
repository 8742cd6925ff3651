/* fill_region.h - the part of a picture that is looked at when a hole in it is filled
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* Codes, from the picture's top left. Behind its right and bottom edge there may be more than it has. */
typedef struct
{
  guint row, column, rows, columns;
} ArraFillRegion;

/* Around all of @mask ([@height][@width]) that is not 0, half a window more on each side as far as the picture goes,
 * and no smaller than a window. FALSE: the mask is 0 everywhere. */
gboolean arra_fill_region (const guint8 *mask,
                           guint width,
                           guint height,
                           guint patch,
                           guint window_rows,
                           guint window_columns,
                           ArraFillRegion *region);

/* Whether something of the code at @row, @column of @region is to be made. */
gboolean arra_fill_region_is_free (const ArraFillRegion *region,
                                   const guint8 *mask,
                                   guint width,
                                   guint height,
                                   guint patch,
                                   guint row,
                                   guint column);
