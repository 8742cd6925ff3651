/* winograd.c - squares of pixels to Winograd's products and back (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vectors.h"

#include "winograd_body.h"

void
arra_avx2_winograd_in (const float *x, gsize row, gsize channels, float *v, gsize step)
{
  winograd_in (x, row, channels, v, step);
}

void
arra_avx2_winograd_out (const float *m, gsize step, gsize channels, float *y, gsize row)
{
  winograd_out (m, step, channels, y, row);
}
