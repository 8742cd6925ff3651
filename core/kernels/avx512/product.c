/* product.c - products of matrices (AVX-512)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vectors.h"

#define ROWS 14

/* Blocks of four by four first, each of the four in a quarter of a register. */
ALWAYS_INLINE void
transpose (Vector r[WIDTH])
{
  Vector t[WIDTH];

  UNROLL
  for (gsize i = 0; i < 16; i += 2)
    {
      t[i] = _mm512_unpacklo_ps (r[i], r[i + 1]);
      t[i + 1] = _mm512_unpackhi_ps (r[i], r[i + 1]);
    }
  UNROLL
  for (gsize i = 0; i < 16; i += 4)
    for (gsize k = 0; k < 2; k++)
      {
        const __m512d a = _mm512_castps_pd (t[i + k]), b = _mm512_castps_pd (t[i + k + 2]);

        r[i + 2 * k] = _mm512_castpd_ps (_mm512_unpacklo_pd (a, b));
        r[i + 2 * k + 1] = _mm512_castpd_ps (_mm512_unpackhi_pd (a, b));
      }
  UNROLL
  for (gsize i = 0; i < 4; i++)
    {
      const Vector a = _mm512_shuffle_f32x4 (r[i], r[i + 4], 0x44), b = _mm512_shuffle_f32x4 (r[i], r[i + 4], 0xee);
      const Vector c = _mm512_shuffle_f32x4 (r[i + 8], r[i + 12], 0x44);
      const Vector d = _mm512_shuffle_f32x4 (r[i + 8], r[i + 12], 0xee);

      r[i] = _mm512_shuffle_f32x4 (a, c, 0x88);
      r[i + 4] = _mm512_shuffle_f32x4 (a, c, 0xdd);
      r[i + 8] = _mm512_shuffle_f32x4 (b, d, 0x88);
      r[i + 12] = _mm512_shuffle_f32x4 (b, d, 0xdd);
    }
}

#include "product_body.h"

void
arra_avx512_product (const ArraProduct *product, float *scratch)
{
  multiply_matrices (product, scratch);
}
