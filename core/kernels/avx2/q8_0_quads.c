/* q8_0_quads.c - products of Q8_0 rows with one or two quantised tokens, bound by memory (AVX2)
 *
 * Four rows at a time, a quarter of the range apart: a thread reads four long streams of weights, where short ones that jump
 * from row to row cost a third of the memory bandwidth.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"
#include "variants.h"

typedef struct
{
  const guint8 *row[4];
} Quad;

/* The halves of a block's scales of the four rows, in the low 64 bits */
ALWAYS_INLINE __m128i
quad_scales (const Quad *quad, gsize at)
{
  __m128i d[4];

  UNROLL for (int r = 0; r < 4; r++)
    d[r] = _mm_loadu_si128 ((const __m128i *) (quad->row[r] + at));
  return _mm_unpacklo_epi32 (_mm_unpacklo_epi16 (d[0], d[1]), _mm_unpacklo_epi16 (d[2], d[3]));
}

/* The sums of one block of the four rows: of its low half | of its high half */
ALWAYS_INLINE __m256i
quad_sums (const Quad *quad, gsize at, __m256i x)
{
  __m256i s[4], ab, cd;

  UNROLL for (int r = 0; r < 4; r++)
    {
      __m256i w = _mm256_loadu_si256 ((const __m256i *) (quad->row[r] + at + sizeof (guint16)));
      s[r] = dot_fours (_mm256_abs_epi8 (w), w, x);
    }
  ab = _mm256_add_epi32 (_mm256_unpacklo_epi32 (s[0], s[1]), _mm256_unpackhi_epi32 (s[0], s[1]));
  cd = _mm256_add_epi32 (_mm256_unpacklo_epi32 (s[2], s[3]), _mm256_unpackhi_epi32 (s[2], s[3]));
  return _mm256_add_epi32 (_mm256_unpacklo_epi64 (ab, cd), _mm256_unpackhi_epi64 (ab, cd));
}

/* acc[t], the four rows, grows by one block. */
ALWAYS_INLINE void
quad_add_block (const Quad *quad, gsize block, const guint8 *x, gsize x_stride, gsize tokens, __m128 *acc)
{
  const gsize at = block * sizeof (ArraBlockQ8_0);
  __m128 d = _mm_cvtph_ps (quad_scales (quad, at));

  UNROLL for (gsize t = 0; t < tokens; t++)
    {
      const ArraBlockQ8A *token = (const ArraBlockQ8A *) (x + t * x_stride) + block;
      __m256i halves = quad_sums (quad, at, _mm256_loadu_si256 ((const __m256i *) token->q));
      __m128i sums = _mm_add_epi32 (_mm256_castsi256_si128 (halves), _mm256_extracti128_si256 (halves, 1));

      acc[t] = _mm_fmadd_ps (_mm_cvtepi32_ps (sums), _mm_mul_ps (d, _mm_broadcast_ss (&token->d)), acc[t]);
    }
}

/* @count <= 4 rows from @row, @step apart (when fewer, the last is repeated), times @tokens tokens */
ALWAYS_INLINE void
quad_times_tokens (const Q8Product *p, gsize row, gsize step, gsize count, gsize token, gsize tokens)
{
  const guint8 *x = p->x + token * p->x_stride;
  __m128 acc[2];
  Quad quad;

  UNROLL for (gsize i = 0; i < 4; i++)
    quad.row[i] = p->w + (row + MIN (i, count - 1) * step) * p->w_stride;
  UNROLL for (gsize t = 0; t < tokens; t++)
    acc[t] = _mm_setzero_ps ();
  for (gsize block = 0; block < p->n_blocks; block++)
    {
      UNROLL for (int r = 0; r < 4; r++)
        _mm_prefetch (quad.row[r] + block * sizeof (ArraBlockQ8_0) + ARRA_PREFETCH, _MM_HINT_T0);
      quad_add_block (&quad, block, x, p->x_stride, tokens, acc);
    }
  for (gsize t = 0; t < tokens; t++)
    {
      float sums[4];
      _mm_storeu_ps (sums, acc[t]);
      for (gsize i = 0; i < count; i++)
        p->y[(token + t) * p->y_stride + row + i * step] = sums[i];
    }
}

static void
quad_times_all (const Q8Product *p, gsize row, gsize step, gsize count)
{
  gsize t = 0;

  for (; t + 2 <= p->n_tokens; t += 2)
    quad_times_tokens (p, row, step, count, t, 2);
  for (; t < p->n_tokens; t++)
    quad_times_tokens (p, row, step, count, t, 1);
}

void
arra_avx2_q8_0_quads (const Q8Product *p, gsize begin, gsize end)
{
  gsize step = (end - begin) / 4;

  for (gsize r = begin; r < begin + step; r++)
    quad_times_all (p, r, step, 4);
  if (begin + 4 * step < end)
    quad_times_all (p, begin + 4 * step, 1, end - begin - 4 * step);
}
