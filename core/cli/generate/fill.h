/* fill.h - the parts of `arra fill`
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "picture.h"

/* Pixels to draw on beyond each edge. */
typedef struct
{
  guint left, right, top, bottom;
} FillExtend;

/* "left=256,top=64"; wrong use when it is none. */
gboolean fill_extend_parse (const char *text, FillExtend *extend, GError **error);

/* The picture at @path, with what is to be drawn around it, and the mask of what is to be made: where @mask_path
 * (nullable), a picture of the same size, is not black, where the picture is transparent, and beyond its edges. @mask
 * has one channel. */
gboolean fill_picture_load (const char *path,
                            const char *mask_path,
                            const FillExtend *extend,
                            ArraRaster *rgb,
                            ArraRaster *mask,
                            GError **error);
