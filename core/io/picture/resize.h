/* resize.h - resizing and cropping pictures as the reference's preprocessing does it (Pillow's resampling, bit for bit)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "picture.h"

typedef enum
{
  ARRA_FILTER_BOX,
  ARRA_FILTER_BILINEAR,
  ARRA_FILTER_BICUBIC, /* a = -0.5 */
  ARRA_FILTER_LANCZOS, /* of 3 lobes */
} ArraFilter;

/* Separable, antialiased: the filter is widened when shrinking. Coefficients have 22 fractional bits; the horizontal
 * pass comes first and is rounded to 8 bits. Channels are independent: blend alpha away before (arra_raster_whiten()).
 * Sizes of zero are an error (ARGUMENT). */
gboolean arra_raster_resize (const ArraRaster *raster,
                             gsize width,
                             gsize height,
                             ArraFilter filter,
                             ArraRaster *out,
                             GError **error);

/* The part of @width x @height pixels that begins at @left and @top; it must lie within the picture. */
gboolean arra_raster_crop (const ArraRaster *raster,
                           gsize left,
                           gsize top,
                           gsize width,
                           gsize height,
                           ArraRaster *out,
                           GError **error);

/* The centre of the picture, filled to @width x @height: halved (BOX) while both sides are at least twice the target's,
 * then resized (BICUBIC) so that it just covers the target, then cropped. */
gboolean arra_raster_center_crop (const ArraRaster *raster, gsize width, gsize height, ArraRaster *out, GError **error);

/* The whole picture, resized (as for arra_raster_center_crop()) so that it just lies within @width x @height, in the
 * middle of a field whose channels are all @fill. */
gboolean arra_raster_center_pad (const ArraRaster *raster,
                                 gsize width,
                                 gsize height,
                                 guint8 fill,
                                 ArraRaster *out,
                                 GError **error);
