/* product.c - products of matrices (AVX2)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vectors.h"

#define ROWS 6

/* Blocks of four by four first, each of the two in a half of a register. */
ALWAYS_INLINE void
transpose (Vector r[WIDTH])
{
  Vector t[WIDTH];

  UNROLL
  for (gsize i = 0; i < 8; i += 2)
    {
      t[i] = _mm256_unpacklo_ps (r[i], r[i + 1]);
      t[i + 1] = _mm256_unpackhi_ps (r[i], r[i + 1]);
    }
  UNROLL
  for (gsize i = 0; i < 8; i += 4)
    for (gsize k = 0; k < 2; k++)
      {
        const __m256d a = _mm256_castps_pd (t[i + k]), b = _mm256_castps_pd (t[i + k + 2]);

        r[i + 2 * k] = _mm256_castpd_ps (_mm256_unpacklo_pd (a, b));
        r[i + 2 * k + 1] = _mm256_castpd_ps (_mm256_unpackhi_pd (a, b));
      }
  UNROLL
  for (gsize i = 0; i < 4; i++)
    {
      const Vector a = r[i], b = r[i + 4];

      r[i] = _mm256_permute2f128_ps (a, b, 0x20);
      r[i + 4] = _mm256_permute2f128_ps (a, b, 0x31);
    }
}

#include "product_body.h"

void
arra_avx2_product (const ArraProduct *product, float *scratch)
{
  multiply_matrices (product, scratch);
}
