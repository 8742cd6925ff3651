/* sizes.h - the picture sizes Lumina-mGPT was trained on, and which of them fits a picture best
 *
 * Source: Lumina-mGPT data/item_processor.py, generate_crop_size_list and var_center_crop.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  guint width, height; /* pixels */
} ArraSize;

/* All sizes of at most (target / patch)^2 patches whose sides are at most 4 : 1, in the reference's order. @sizes
 * (nullable: only count) has room for
 * @max. Returns how many there are. */
guint arra_crop_sizes (guint target, guint patch, ArraSize *sizes, guint max);

/* The size that loses least of a @width x @height picture when it is scaled to cover it and cropped; ties go to the
 * wider one. */
ArraSize arra_crop_choose (const ArraSize *sizes, guint n_sizes, guint width, guint height);
