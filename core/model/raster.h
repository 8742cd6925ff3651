/* raster.h - the plain layout: nothing but codes, row after row, of pictures of one size (LlamaGen, Janus)
 *
 * Ids are codes. Prompts lie in front of the sequence, not in it, and an answer is one picture.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layout.h"

/* @n_codes of the codebook; pictures of @side x @side codes. To be freed with arra_layout_free(). */
ArraLayout *arra_raster_new (guint32 n_codes, guint side, GError **error);
