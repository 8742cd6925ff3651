/* vectors.h - a register of floats and what is done with it, by the names that bodies for any instruction set use
 * (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "avx2.h"

#define WIDTH 8

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
load_all (const float *p)
{
  return _mm256_loadu_ps (p);
}

ALWAYS_INLINE void
store_all (float *p, Vector v)
{
  _mm256_storeu_ps (p, v);
}

ALWAYS_INLINE Vector
spread (float x)
{
  return _mm256_set1_ps (x);
}

ALWAYS_INLINE Vector
add (Vector a, Vector b)
{
  return _mm256_add_ps (a, b);
}

ALWAYS_INLINE Vector
subtract (Vector a, Vector b)
{
  return _mm256_sub_ps (a, b);
}

ALWAYS_INLINE Vector
multiply (Vector a, Vector b)
{
  return _mm256_mul_ps (a, b);
}

ALWAYS_INLINE Vector
multiply_add (Vector a, Vector b, Vector c)
{
  return _mm256_fmadd_ps (a, b, c);
}
