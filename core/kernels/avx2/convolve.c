/* convolve.c - convolutions of pixels and the gradients of their weights (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

#define WIDTH 8
#define BLOCK 6

typedef __m256 Vector;
typedef __m256i Mask;

ALWAYS_INLINE Mask
first_lanes (gsize n)
{
  return _mm256_cmpgt_epi32 (_mm256_set1_epi32 ((int) n), _mm256_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7));
}

ALWAYS_INLINE Vector
load (const float *p, Mask mask)
{
  return _mm256_maskload_ps (p, mask);
}

ALWAYS_INLINE void
store (float *p, Mask mask, Vector v)
{
  _mm256_maskstore_ps (p, mask, v);
}

ALWAYS_INLINE Vector
spread (float x)
{
  return _mm256_set1_ps (x);
}

ALWAYS_INLINE Vector
multiply_add (Vector a, Vector b, Vector c)
{
  return _mm256_fmadd_ps (a, b, c);
}

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
