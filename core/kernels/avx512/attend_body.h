/* attend_body.h - attention over a cache of some type of numbers (AVX-512)
 *
 * To be included once by a file that defines ATTEND, the name of the function, and for a row of numbers at @row, bytes:
 *   BYTES (n): what n numbers take, as many as a stride or a head has
 *   STEP: how many are read in one go, ARRA_LANES or two times that many
 *   SIXTEEN (row, i): numbers i to i + 15, where i is a multiple of 16
 *   PART (row, i, n): the n < STEP numbers from i on, fewer than ARRA_LANES, 0 behind them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx512.h"

#define SOFTMAX arra_avx512_softmax
#define KEYS 4

/* Lanes of a register in fours: those two of @a and those two of @b that @which names */
#define FOURS(a, b, which) _mm512_shuffle_f32x4 (a, b, which)

/* Folds eight lane sums at once, each in the order of lanes_fold(). */
ALWAYS_INLINE __m256
fold_eight (const __m512 sum[8])
{
  const __m512i index = _mm512_setr_epi32 (0, 4, 8, 12, 2, 6, 10, 14, 0, 0, 0, 0, 0, 0, 0, 0);
  __m512 eights[4], fours[2], twos;

  UNROLL
  for (int i = 0; i < 4; i++)
    {
      const __m512 a = sum[2 * i], b = sum[2 * i + 1];

      eights[i] = _mm512_add_ps (FOURS (a, b, _MM_SHUFFLE (1, 0, 1, 0)), FOURS (a, b, _MM_SHUFFLE (3, 2, 3, 2)));
    }
  UNROLL
  for (int i = 0; i < 2; i++)
    {
      const __m512 a = eights[2 * i], b = eights[2 * i + 1];

      fours[i] = _mm512_add_ps (FOURS (a, b, _MM_SHUFFLE (2, 0, 2, 0)), FOURS (a, b, _MM_SHUFFLE (3, 1, 3, 1)));
    }
  /* of each four of sums the first two numbers, then those of the four sums behind it */
  twos = _mm512_add_ps (_mm512_shuffle_ps (fours[0], fours[1], _MM_SHUFFLE (1, 0, 1, 0)),
                        _mm512_shuffle_ps (fours[0], fours[1], _MM_SHUFFLE (3, 2, 3, 2)));
  twos = _mm512_add_ps (twos, _mm512_movehdup_ps (twos));
  return _mm512_castps512_ps256 (_mm512_permutexvar_ps (index, twos));
}

/* The scores of @n <= 8 positions whose keys are @bytes apart */
ALWAYS_INLINE void
score_eight (const float *q, const guint8 *k, gsize bytes, gsize n, gsize head_dim, float scale, float *scores)
{
  const guint8 *key[8];
  __m512 sum[8];
  gsize i = 0;

  UNROLL
  for (gsize p = 0; p < 8; p++)
    {
      key[p] = k + MIN (p, n - 1) * bytes;
      sum[p] = _mm512_setzero_ps ();
    }
  for (; i + STEP <= head_dim; i += STEP)
    {
      const gsize at = BYTES (i);

      UNROLL
      for (gsize j = 0; j < STEP; j += ARRA_LANES)
        {
          const __m512 a = _mm512_loadu_ps (q + i + j);

          UNROLL
          for (int p = 0; p < 8; p++)
            sum[p] = _mm512_fmadd_ps (a, SIXTEEN (key[p] + at, j), sum[p]);
        }
    }
  if (i < head_dim)
    {
      const __mmask16 mask = first_lanes (head_dim - i);
      const __m512 a = _mm512_maskz_loadu_ps (mask, q + i);

      UNROLL
      for (int p = 0; p < 8; p++)
        sum[p] = _mm512_mask3_fmadd_ps (a, PART (key[p], i, head_dim - i), sum[p], mask);
    }
  _mm256_mask_storeu_ps (scores, (__mmask8) first_lanes (n), _mm256_mul_ps (fold_eight (sum), _mm256_set1_ps (scale)));
}

static void
score_all (const float *q, const guint8 *k, gsize bytes, gsize n_pos, gsize head_dim, float scale, float *scores)
{
  gsize p = 0;

  for (; p + 8 <= n_pos; p += 8)
    score_eight (q, k + p * bytes, bytes, 8, head_dim, scale, scores + p);
  if (p < n_pos)
    score_eight (q, k + p * bytes, bytes, n_pos - p, head_dim, scale, scores + p);
}

/* Adds the weighted values to out[0..ARRA_LANES * @n_sums - 1], from number 0 of each row on. */
ALWAYS_INLINE void
mix_sums (const float *scores, const guint8 *v, gsize bytes, gsize n_pos, const gsize n_sums, float *out)
{
  __m512 acc[8];

  UNROLL
  for (gsize j = 0; j < n_sums; j++)
    acc[j] = _mm512_loadu_ps (out + ARRA_LANES * j);
  for (gsize p = 0; p < n_pos; p++, v += bytes)
    {
      const __m512 s = _mm512_set1_ps (scores[p]);

      UNROLL
      for (gsize j = 0; j < n_sums; j++)
        acc[j] = _mm512_fmadd_ps (s, SIXTEEN (v, ARRA_LANES * j), acc[j]);
    }
  UNROLL
  for (gsize j = 0; j < n_sums; j++)
    _mm512_storeu_ps (out + ARRA_LANES * j, acc[j]);
}

/* The last @n < STEP numbers of a head, fewer than ARRA_LANES, from number @i of each row on */
static void
mix_rest (const float *scores, const guint8 *v, gsize bytes, gsize n_pos, gsize i, gsize n, float *out)
{
  const __mmask16 mask = first_lanes (n);
  __m512 acc = _mm512_maskz_loadu_ps (mask, out);

  for (gsize p = 0; p < n_pos; p++, v += bytes)
    acc = _mm512_fmadd_ps (_mm512_set1_ps (scores[p]), PART (v, i, n), acc);
  _mm512_mask_storeu_ps (out, mask, acc);
}

/* As many sums side by side as there are: one waits for itself at each position. */
static void
mix (const float *scores, const guint8 *v, gsize bytes, gsize n_pos, gsize head_dim, float *out)
{
  gsize i = 0;

  for (; i + 8 * ARRA_LANES <= head_dim; i += 8 * ARRA_LANES)
    mix_sums (scores, v + BYTES (i), bytes, n_pos, 8, out + i);
  for (; i + 4 * ARRA_LANES <= head_dim; i += 4 * ARRA_LANES)
    mix_sums (scores, v + BYTES (i), bytes, n_pos, 4, out + i);
  for (; i + 2 * ARRA_LANES <= head_dim; i += 2 * ARRA_LANES)
    mix_sums (scores, v + BYTES (i), bytes, n_pos, 2, out + i);
  for (; i + STEP <= head_dim; i += STEP)
    mix_sums (scores, v + BYTES (i), bytes, n_pos, STEP / ARRA_LANES, out + i);
  if (i < head_dim)
    mix_rest (scores, v, bytes, n_pos, i, head_dim - i, out + i);
}

/* ---- ARRA_ATTEND_QUERIES of them: a key or value is read and converted once for all */

/* The scores of all queries with KEYS keys, from position @p on */
static void
score_keys (const ArraAttend *a, gsize p)
{
  const gsize bytes = BYTES (a->stride);
  const guint8 *k = (const guint8 *) a->k + p * bytes;
  __m512 sum[ARRA_ATTEND_QUERIES * KEYS];

  UNROLL
  for (int i = 0; i < ARRA_ATTEND_QUERIES * KEYS; i++)
    sum[i] = _mm512_setzero_ps ();
  for (gsize i = 0; i < a->head_dim; i += STEP)
    {
      const guint8 *at = k + BYTES (i);

      UNROLL
      for (gsize j = 0; j < STEP; j += ARRA_LANES)
        {
          __m512 key[KEYS];

          UNROLL
          for (gsize n = 0; n < KEYS; n++)
            key[n] = SIXTEEN (at + n * bytes, j);
          UNROLL
          for (gsize r = 0; r < ARRA_ATTEND_QUERIES; r++)
            {
              const __m512 q = _mm512_loadu_ps (a->q + r * a->q_stride + i + j);

              UNROLL
              for (gsize n = 0; n < KEYS; n++)
                sum[KEYS * r + n] = _mm512_fmadd_ps (q, key[n], sum[KEYS * r + n]);
            }
        }
    }
  UNROLL
  for (gsize r = 0; r < ARRA_ATTEND_QUERIES; r += 2)
    {
      const __m256 scores = _mm256_mul_ps (fold_eight (sum + KEYS * r), _mm256_set1_ps (a->scale));

      _mm_storeu_ps (a->scores + r * a->score_stride + p, _mm256_castps256_ps128 (scores));
      _mm_storeu_ps (a->scores + (r + 1) * a->score_stride + p, _mm256_extractf128_ps (scores, 1));
    }
}

/* Adds the weighted values of positions @p to @p + @n - 1 to ARRA_LANES * @n_sums numbers of all outputs, from number 0
 * of @v on. */
ALWAYS_INLINE void
mix_block (const ArraAttend *a, gsize p, gsize n, const guint8 *v, const gsize n_sums, float *out)
{
  const gsize bytes = BYTES (a->stride);
  __m512 acc[ARRA_ATTEND_QUERIES][2];

  UNROLL
  for (gsize r = 0; r < ARRA_ATTEND_QUERIES; r++)
    UNROLL
  for (gsize j = 0; j < n_sums; j++)
    acc[r][j] = _mm512_loadu_ps (out + r * a->q_stride + ARRA_LANES * j);
  for (gsize i = 0; i < n; i++, v += bytes)
    {
      __m512 value[2];

      UNROLL
      for (gsize j = 0; j < n_sums; j++)
        value[j] = SIXTEEN (v, ARRA_LANES * j);
      UNROLL
      for (gsize r = 0; r < ARRA_ATTEND_QUERIES; r++)
        {
          const __m512 weight = _mm512_set1_ps (a->scores[r * a->score_stride + p + i]);

          UNROLL
          for (gsize j = 0; j < n_sums; j++)
            acc[r][j] = _mm512_fmadd_ps (weight, value[j], acc[r][j]);
        }
    }
  UNROLL
  for (gsize r = 0; r < ARRA_ATTEND_QUERIES; r++)
    UNROLL
  for (gsize j = 0; j < n_sums; j++)
    _mm512_storeu_ps (out + r * a->q_stride + ARRA_LANES * j, acc[r][j]);
}

static void
mix_piece (const ArraAttend *a, gsize p, gsize n, float *out)
{
  const gsize bytes = BYTES (a->stride), width = BYTES (a->head_dim);
  const guint8 *v = (const guint8 *) a->v + p * bytes;
  gsize i = 0;

  for (gsize row = 0; row < n; row++)
    for (gsize at = 0; at < width; at += 64)
      _mm_prefetch ((const char *) v + row * bytes + at, _MM_HINT_T0);
  for (; i + 2 * ARRA_LANES <= a->head_dim; i += 2 * ARRA_LANES)
    mix_block (a, p, n, v + BYTES (i), 2, out + i);
  if (i < a->head_dim)
    mix_block (a, p, n, v + BYTES (i), 1, out + i);
}

#include "attend_queries.h"
