/* patches.h - pictures as rows of patches: what a vision transformer's first convolution multiplies (arXiv
 * 2010.11929, section 3.1)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

typedef struct
{
  gsize n, height, width; /* of the pictures */
  gsize patch;            /* divides both sides */
} ArraPatches;

/* pixels: [n][3][height][width] to rows [n][height / patch][width / patch][patch][patch][3]. */
void arra_patches (const ArraExec *exec, const ArraPatches *shape, const float *pixels, float *rows);

/* dpixels += the gradient of arra_patches(): the way back. */
void arra_patches_vjp (const ArraExec *exec, const ArraPatches *shape, const float *drows, float *dpixels);
