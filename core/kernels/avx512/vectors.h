/* vectors.h - a register of floats and what is done with it, by the names that bodies for any instruction set use
 * (AVX-512)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "avx512.h"

#define WIDTH 16

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
load_all (const float *p)
{
  return _mm512_loadu_ps (p);
}

ALWAYS_INLINE void
store_all (float *p, Vector v)
{
  _mm512_storeu_ps (p, v);
}

ALWAYS_INLINE Vector
spread (float x)
{
  return _mm512_set1_ps (x);
}

ALWAYS_INLINE Vector
add (Vector a, Vector b)
{
  return _mm512_add_ps (a, b);
}

ALWAYS_INLINE Vector
subtract (Vector a, Vector b)
{
  return _mm512_sub_ps (a, b);
}

ALWAYS_INLINE Vector
multiply (Vector a, Vector b)
{
  return _mm512_mul_ps (a, b);
}

ALWAYS_INLINE Vector
multiply_add (Vector a, Vector b, Vector c)
{
  return _mm512_fmadd_ps (a, b, c);
}
