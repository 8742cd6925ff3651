/* patches.h - pictures as rows of patches: what a vision transformer's first convolution multiplies (arXiv 2010.11929, section 3.1)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* pixels: [n][3][size][size] to rows [n][size / patch][size / patch][3][patch][patch]; patch divides size. */
void arra_patches (const ArraExec *exec, const float *pixels, gsize n, gsize size, gsize patch, float *rows);

/* dpixels += the gradient of arra_patches(): the way back. */
void arra_patches_vjp (const ArraExec *exec, const float *drows, gsize n, gsize size, gsize patch, float *dpixels);
