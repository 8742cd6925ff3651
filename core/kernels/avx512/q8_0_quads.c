/* q8_0_quads.c - products of Q8_0 rows with one or two quantised tokens, bound by memory (AVX-512 VNNI)
 *
 * Four rows at a time, a quarter of the range apart: a thread reads four long streams of weights, where short ones that
 * jump from row to row cost a third of the memory bandwidth. Four blocks of the four rows are summed in one register,
 * then added to the rows' sums one block after the other.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx512.h"
#include "variants.h"

typedef struct
{
  const guint8 *row[4];
} Quad;

ALWAYS_INLINE __m512i
two_blocks (const guint8 *q, gsize size)
{
  return _mm512_inserti64x4 (_mm512_castsi256_si512 (_mm256_loadu_si256 ((const __m256i *) q)),
                             _mm256_loadu_si256 ((const __m256i *) (q + size)), 1);
}

/* Sums of two blocks' dwords for four rows: row 0..3 of block 0, low half | high half | block 1, low half | high half
 */
ALWAYS_INLINE __m512i
quad_sums (const __m512i w[4], __m512i x)
{
  const __m512i unsign = _mm512_set1_epi8 ((char) 0x80);
  __m512i start = _mm512_sub_epi32 (_mm512_setzero_si512 (), _mm512_dpbusd_epi32 (_mm512_setzero_si512 (), unsign, x));
  __m512i s[4], ab, cd;

  UNROLL
  for (int r = 0; r < 4; r++)
    s[r] = _mm512_dpbusd_epi32 (start, w[r], x);
  ab = _mm512_add_epi32 (_mm512_unpacklo_epi32 (s[0], s[1]), _mm512_unpackhi_epi32 (s[0], s[1]));
  cd = _mm512_add_epi32 (_mm512_unpacklo_epi32 (s[2], s[3]), _mm512_unpackhi_epi32 (s[2], s[3]));
  return _mm512_add_epi32 (_mm512_unpacklo_epi64 (ab, cd), _mm512_unpackhi_epi64 (ab, cd));
}

/* The halves at @at of the four rows, in the low 64 bits */
ALWAYS_INLINE __m128i
quad_scales (const Quad *quad, gsize at)
{
  __m128i d[4];

  UNROLL
  for (int r = 0; r < 4; r++)
    d[r] = _mm_loadu_si128 ((const __m128i *) (quad->row[r] + at));
  return _mm_unpacklo_epi32 (_mm_unpacklo_epi16 (d[0], d[1]), _mm_unpacklo_epi16 (d[2], d[3]));
}

/* The token's scales of four blocks, each four times */
ALWAYS_INLINE __m512
token_scales (const ArraBlockQ8A *x)
{
  __m512 d = _mm512_set1_ps (x[0].d);
  d = _mm512_mask_broadcastss_ps (d, 0x00f0, _mm_load_ss (&x[1].d));
  d = _mm512_mask_broadcastss_ps (d, 0x0f00, _mm_load_ss (&x[2].d));
  return _mm512_mask_broadcastss_ps (d, 0xf000, _mm_load_ss (&x[3].d));
}

/* acc[t], the four rows, grows by four blocks, one after the other. */
ALWAYS_INLINE void
add_four_blocks (const Quad *quad, gsize block, const guint8 *x, gsize x_stride, gsize tokens, __m128 *acc)
{
  const __m512i unsign = _mm512_set1_epi8 ((char) 0x80);
  const gsize size = sizeof (ArraBlockQ8_0);
  const gsize at = block * size;
  __m512i w[2][4];
  __m256i halves;
  __m512 d;

  UNROLL
  for (int r = 0; r < 4; r++)
    {
      _mm_prefetch (quad->row[r] + at + ARRA_PREFETCH, _MM_HINT_T0);
      _mm_prefetch (quad->row[r] + at + ARRA_PREFETCH + 64, _MM_HINT_T0);
    }
  UNROLL
  for (gsize i = 0; i < 2; i++)
    UNROLL
  for (int r = 0; r < 4; r++)
    w[i][r] = _mm512_xor_si512 (two_blocks (quad->row[r] + at + 2 * i * size + sizeof (guint16), size), unsign);
  halves = _mm256_set_m128i (_mm_unpacklo_epi64 (quad_scales (quad, at + 2 * size), quad_scales (quad, at + 3 * size)),
                             _mm_unpacklo_epi64 (quad_scales (quad, at), quad_scales (quad, at + size)));
  d = _mm512_cvtph_ps (halves);
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    {
      const ArraBlockQ8A *token = (const ArraBlockQ8A *) (x + t * x_stride) + block;
      __m512i a = quad_sums (w[0], two_blocks ((const guint8 *) token[0].q, sizeof *token));
      __m512i b = quad_sums (w[1], two_blocks ((const guint8 *) token[2].q, sizeof *token));
      __m512i sums = _mm512_add_epi32 (_mm512_shuffle_i32x4 (a, b, _MM_SHUFFLE (2, 0, 2, 0)),
                                       _mm512_shuffle_i32x4 (a, b, _MM_SHUFFLE (3, 1, 3, 1)));
      __m512 s = _mm512_cvtepi32_ps (sums);
      __m512 scale = _mm512_mul_ps (d, token_scales (token));

      acc[t] = _mm_fmadd_ps (_mm512_castps512_ps128 (s), _mm512_castps512_ps128 (scale), acc[t]);
      acc[t] = _mm_fmadd_ps (_mm512_extractf32x4_ps (s, 1), _mm512_extractf32x4_ps (scale, 1), acc[t]);
      acc[t] = _mm_fmadd_ps (_mm512_extractf32x4_ps (s, 2), _mm512_extractf32x4_ps (scale, 2), acc[t]);
      acc[t] = _mm_fmadd_ps (_mm512_extractf32x4_ps (s, 3), _mm512_extractf32x4_ps (scale, 3), acc[t]);
    }
}

/* acc[t] grows by one block. */
ALWAYS_INLINE void
add_one_block (const Quad *quad, gsize block, const guint8 *x, gsize x_stride, gsize tokens, __m128 *acc)
{
  const __m512i unsign = _mm512_set1_epi8 ((char) 0x80);
  const gsize at = block * sizeof (ArraBlockQ8_0);
  __m128 d = _mm_cvtph_ps (quad_scales (quad, at));
  __m512i w[4];

  UNROLL
  for (int r = 0; r < 4; r++)
    w[r] = _mm512_xor_si512 (two_blocks (quad->row[r] + at + sizeof (guint16), 0), unsign);
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    {
      const ArraBlockQ8A *token = (const ArraBlockQ8A *) (x + t * x_stride) + block;
      __m512i halves = quad_sums (w, two_blocks ((const guint8 *) token->q, 0));
      __m128i sums = _mm_add_epi32 (_mm512_castsi512_si128 (halves), _mm512_extracti32x4_epi32 (halves, 1));

      acc[t] = _mm_fmadd_ps (_mm_cvtepi32_ps (sums), _mm_mul_ps (d, _mm_set1_ps (token->d)), acc[t]);
    }
}

/* @count <= 4 rows from @row, @step apart (when fewer, the last is repeated), times @tokens tokens */
ALWAYS_INLINE void
quad_times_tokens (const BlockProduct *p, gsize row, gsize step, gsize count, gsize token, gsize tokens)
{
  const guint8 *x = p->x + token * p->x_stride;
  gsize block = 0;
  __m128 acc[2];
  Quad quad;

  UNROLL
  for (gsize i = 0; i < 4; i++)
    quad.row[i] = p->w + (row + MIN (i, count - 1) * step) * p->w_stride;
  UNROLL
  for (gsize t = 0; t < tokens; t++)
    acc[t] = _mm_setzero_ps ();
  for (; block + 4 <= p->n_blocks; block += 4)
    add_four_blocks (&quad, block, x, p->x_stride, tokens, acc);
  for (; block < p->n_blocks; block++)
    add_one_block (&quad, block, x, p->x_stride, tokens, acc);
  for (gsize t = 0; t < tokens; t++)
    {
      float sums[4];
      _mm_storeu_ps (sums, acc[t]);
      for (gsize i = 0; i < count; i++)
        p->y[(token + t) * p->y_stride + row + i * step] = sums[i];
    }
}

static void
quad_times_all (const BlockProduct *p, gsize row, gsize step, gsize count)
{
  gsize t = 0;

  for (; t + 2 <= p->n_tokens; t += 2)
    quad_times_tokens (p, row, step, count, t, 2);
  for (; t < p->n_tokens; t++)
    quad_times_tokens (p, row, step, count, t, 1);
}

void
arra_avx512_q8_0_quads (const BlockProduct *p, gsize begin, gsize end)
{
  gsize step = (end - begin) / 4;

  for (gsize r = begin; r < begin + step; r++)
    quad_times_all (p, r, step, 4);
  if (begin + 4 * step < end)
    quad_times_all (p, begin + 4 * step, 1, end - begin - 4 * step);
}
