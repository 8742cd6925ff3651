/* matmul_q4_k.c - products of stored panels of Q4_K with many quantised tokens (AVX-512 VNNI)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define UNIT_SIZE sizeof (ArraBlockQ4_K)
#define UNIT_BLOCKS (ARRA_QK_K / ARRA_QK)
#define FEW_TOKENS 1
#include "stored.h"

typedef struct
{
  __m512i q[COLUMNS]; /* q[c]: weights 4c..4c+3 of row 0, of row 1, .. */
  __m512 d, m;        /* scales of the rows, and what is taken off their weights */
} Panel;

/* 32 bytes of each panel, which are eight rows of four blocks: sixteen rows of each block */
ALWAYS_INLINE void
put_blocks (__m512i bytes, guint8 out[4][ROWS])
{
  const __m512i order = _mm512_setr_epi64 (0, 4, 1, 5, 2, 6, 3, 7);

  _mm512_storeu_si512 (out, _mm512_permutexvar_epi64 (order, bytes));
}

/* The scales of a unit's blocks, sixteen rows each, then the minima */
ALWAYS_INLINE void
unit_scales (Stored s, guint8 out[2 * UNIT_BLOCKS][ROWS])
{
  const __m512i six = _mm512_set1_epi8 (63), top = _mm512_set1_epi8 (48);
  const gsize at = offsetof (ArraBlockQ4_K, scales);
  __m512i a = stored_columns (s, at, 0), b = stored_columns (s, at, 1), c = stored_columns (s, at, 2);

  put_blocks (_mm512_and_si512 (a, six), out);
  put_blocks (_mm512_or_si512 (nibbles (c, 0), _mm512_and_si512 (_mm512_srli_epi16 (a, 2), top)), out + 4);
  put_blocks (_mm512_and_si512 (b, six), out + 8);
  put_blocks (_mm512_or_si512 (nibbles (c, 4), _mm512_and_si512 (_mm512_srli_epi16 (b, 2), top)), out + 12);
}

ALWAYS_INLINE __m512
floats_of (const guint8 bytes[ROWS])
{
  return _mm512_cvtepi32_ps (_mm512_cvtepu8_epi32 (_mm_loadu_si128 ((const __m128i *) bytes)));
}

ALWAYS_INLINE void
pack (const guint8 *w, gsize w_stride, gsize unit, Panel *panels)
{
  const Stored s = stored_unit (w, w_stride, unit);
  const __m512 d = stored_halves (s, offsetof (ArraBlockQ4_K, d));
  const __m512 dmin = stored_halves (s, offsetof (ArraBlockQ4_K, dmin));
  guint8 scales[2 * UNIT_BLOCKS][ROWS];

  unit_scales (s, scales);
  for (gsize block = 0; block < UNIT_BLOCKS; block++)
    {
      panels[block].d = _mm512_mul_ps (d, floats_of (scales[block]));
      panels[block].m = _mm512_mul_ps (dmin, floats_of (scales[UNIT_BLOCKS + block]));
    }
  for (gsize pair = 0; pair < UNIT_BLOCKS / 2; pair++)
    UNROLL
  for (gsize c = 0; c < COLUMNS; c++)
    {
      __m512i both = stored_columns (s, offsetof (ArraBlockQ4_K, q), pair * COLUMNS + c);

      panels[2 * pair].q[c] = nibbles (both, 0);
      panels[2 * pair + 1].q[c] = nibbles (both, 4);
    }
}

/* Minus the sum of a token's block */
ALWAYS_INLINE __m512
minus_sum (const ArraBlockQ8A *token)
{
  __m512i sum = _mm512_srai_epi32 (_mm512_set1_epi32 (token->offset), 7);

  return _mm512_mul_ps (_mm512_cvtepi32_ps (sum), _mm512_set1_ps (token->d));
}

/* acc[panel][t] grows by one block. */
ALWAYS_INLINE void
add_block (const Panel *const panel[2], gsize panels, const guint8 *x, gsize x_stride, gsize tokens, __m512 acc[2][4])
{
  __m512i sum[2][4];

  UNROLL
  for (gsize t = 0; t < tokens; t++)
    UNROLL
  for (gsize p = 0; p < panels; p++)
    sum[p][t] = _mm512_setzero_si512 ();
  UNROLL
  for (int c = 0; c < COLUMNS; c++)
    UNROLL
  for (gsize t = 0; t < tokens; t++)
    UNROLL
  for (gsize p = 0; p < panels; p++)
    sum[p][t] = _mm512_dpbusd_epi32 (sum[p][t], panel[p]->q[c], four_of (token_block (x, x_stride, t), c));
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    {
      const ArraBlockQ8A *token = token_block (x, x_stride, t);
      __m512 less = minus_sum (token);

      UNROLL
      for (gsize p = 0; p < panels; p++)
        {
          __m512 d = _mm512_mul_ps (panel[p]->d, _mm512_set1_ps (token->d));

          acc[p][t] = _mm512_fmadd_ps (_mm512_cvtepi32_ps (sum[p][t]), d, acc[p][t]);
          acc[p][t] = _mm512_fmadd_ps (panel[p]->m, less, acc[p][t]);
        }
    }
}

#define PRODUCT arra_avx512_matmul_q4_k_panels
#define REST arra_avx2_matmul_q4_k_panels
#include "stored_body.h"
