/* convolve.c - convolutions of pixels and the gradients of their weights (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vectors.h"

#define BLOCK 6

#include "convolve_body.h"

void
arra_avx2_convolve (const ArraConvShape *s, const float *x, const float *w, float *y)
{
  convolve (s, x, w, y);
}

void
arra_avx2_convolve_weights (const ArraConvShape *s, const float *x, const float *dy, float *dw)
{
  convolve_weights (s, x, dy, dw);
}
