/* matmul_q8_0.c - products of Q8_0 rows with quantised tokens (AVX-512 VNNI): a block of sixteen rows is transposed
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "eighths.h"

#define UNIT_SIZE sizeof (ArraBlockQ8_0)
#define UNIT_BLOCKS 1
#define FEW_TOKENS 2
#define AHEAD ROWS

/* 4 x 4 dwords within each quarter: out[c] = column c of rows 0..3 | column c + 4 | column c of rows 4..7 | column c +
 * 4 */
ALWAYS_INLINE void
transpose_eight (const guint8 *block, gsize w_stride, __m512i out[4])
{
  const guint8 *q = block + sizeof (guint16);
  __m512i v[4], low[2], high[2];

  UNROLL
  for (gsize r = 0; r < 4; r++)
    v[r] = _mm512_inserti64x4 (_mm512_castsi256_si512 (_mm256_loadu_si256 ((const __m256i *) (q + r * w_stride))),
                               _mm256_loadu_si256 ((const __m256i *) (q + (r + 4) * w_stride)), 1);
  UNROLL
  for (int i = 0; i < 2; i++)
    {
      low[i] = _mm512_unpacklo_epi32 (v[2 * i], v[2 * i + 1]);
      high[i] = _mm512_unpackhi_epi32 (v[2 * i], v[2 * i + 1]);
    }
  out[0] = _mm512_unpacklo_epi64 (low[0], low[1]);
  out[1] = _mm512_unpackhi_epi64 (low[0], low[1]);
  out[2] = _mm512_unpacklo_epi64 (high[0], high[1]);
  out[3] = _mm512_unpackhi_epi64 (high[0], high[1]);
}

ALWAYS_INLINE __m512
load_scales (const guint8 *block, gsize w_stride)
{
  guint16 d[ROWS];
  __m256i all;

  UNROLL
  for (gsize r = 0; r < ROWS; r++)
    memcpy (&d[r], block + r * w_stride, sizeof d[r]);
  all = _mm256_setr_epi16 ((short) d[0], (short) d[1], (short) d[2], (short) d[3], (short) d[4], (short) d[5],
                           (short) d[6], (short) d[7], (short) d[8], (short) d[9], (short) d[10], (short) d[11],
                           (short) d[12], (short) d[13], (short) d[14], (short) d[15]);
  return _mm512_cvtph_ps (all);
}

/* Block @unit of sixteen rows from @w */
ALWAYS_INLINE void
pack (const guint8 *w, gsize w_stride, gsize unit, Panel *panel)
{
  const __m512i unsign = _mm512_set1_epi8 ((char) 0x80);
  const guint8 *block = w + unit * UNIT_SIZE;
  __m512i a[4], b[4];

  transpose_eight (block, w_stride, a);
  transpose_eight (block + 8 * w_stride, w_stride, b);
  UNROLL
  for (int c = 0; c < 4; c++)
    {
      panel->q[c] = _mm512_xor_si512 (_mm512_shuffle_i32x4 (a[c], b[c], _MM_SHUFFLE (2, 0, 2, 0)), unsign);
      panel->q[c + 4] = _mm512_xor_si512 (_mm512_shuffle_i32x4 (a[c], b[c], _MM_SHUFFLE (3, 1, 3, 1)), unsign);
    }
  panel->d = load_scales (block, w_stride);
}

/* Where block @b of row @i of sixteen from @w lies */
ALWAYS_INLINE const guint8 *
ahead_of (const guint8 *w, gsize w_stride, gsize i, gsize b)
{
  return w + i * w_stride + b * UNIT_SIZE;
}

#include "packed_body.h"

void
arra_avx512_matmul_q8_0 (const void *w,
                         gsize w_stride,
                         gsize n_rows,
                         gsize k,
                         const void *x,
                         gsize x_stride,
                         gsize n_tokens,
                         float *y,
                         gsize y_stride)
{
  const BlockProduct p = { w, w_stride, k / ARRA_QK, x, x_stride, n_tokens, y, y_stride };

  arra_avx512_q8_0_quads (&p, n_tokens > FEW_TOKENS ? multiply_packed (&p, n_rows) : 0, n_rows);
}
