/* convolve.c - convolutions of pixels and the gradients of their weights (AVX-512)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx512.h"

#define WIDTH 16
#define BLOCK 12

typedef __m512 Vector;
typedef __mmask16 Mask;

ALWAYS_INLINE Vector
load (const float *p, Mask mask)
{
  return _mm512_maskz_loadu_ps (mask, p);
}

ALWAYS_INLINE void
store (float *p, Mask mask, Vector v)
{
  _mm512_mask_storeu_ps (p, mask, v);
}

ALWAYS_INLINE Vector
spread (float x)
{
  return _mm512_set1_ps (x);
}

ALWAYS_INLINE Vector
multiply_add (Vector a, Vector b, Vector c)
{
  return _mm512_fmadd_ps (a, b, c);
}

#include "convolve_body.h"

void
arra_avx512_convolve (const ArraConvShape *s, const float *x, const float *w, float *y)
{
  convolve (s, x, w, y);
}

void
arra_avx512_convolve_weights (const ArraConvShape *s, const float *x, const float *dy, float *dw)
{
  convolve_weights (s, x, dy, dw);
}
