/* attend_body.h - attention over a cache of some type of numbers (AVX2)
 *
 * To be included once by a file that defines ATTEND, the name of the function, and for a row of numbers at @row, bytes:
 *   BYTES (n): what n numbers take, as many as a stride or a head has
 *   STEP: how many are read in one go, a multiple of ARRA_LANES
 *   EIGHT (row, i): numbers i to i + 7, where i is a multiple of 8
 *   PART (row, i, n): Lanes with the n < STEP numbers from i on, fewer than ARRA_LANES, 0 behind them
 *   ONE (row, i): number i
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "avx2.h"

#include <math.h>

#define SOFTMAX arra_avx2_softmax
#define KEYS 2

/* Folds four lane sums at once, each in the order of lanes_fold(). */
ALWAYS_INLINE __m128
fold_four (const Lanes sum[4])
{
  __m256 a = _mm256_add_ps (sum[0].low, sum[0].high);
  __m256 b = _mm256_add_ps (sum[1].low, sum[1].high);
  __m256 c = _mm256_add_ps (sum[2].low, sum[2].high);
  __m256 d = _mm256_add_ps (sum[3].low, sum[3].high);
  __m256 ab = _mm256_add_ps (_mm256_permute2f128_ps (a, b, 0x20), _mm256_permute2f128_ps (a, b, 0x31));
  __m256 cd = _mm256_add_ps (_mm256_permute2f128_ps (c, d, 0x20), _mm256_permute2f128_ps (c, d, 0x31));
  /* a0+a2 a1+a3 c0+c2 c1+c3 | the same of b and d */
  __m256 acbd = _mm256_add_ps (_mm256_shuffle_ps (ab, cd, _MM_SHUFFLE (1, 0, 1, 0)),
                               _mm256_shuffle_ps (ab, cd, _MM_SHUFFLE (3, 2, 3, 2)));
  __m256 sums = _mm256_add_ps (acbd, _mm256_movehdup_ps (acbd)); /* a . c . | b . d . */
  __m128 ac = _mm256_castps256_ps128 (sums);
  __m128 bd = _mm256_extractf128_ps (sums, 1);
  return _mm_blend_ps (ac, _mm_moveldup_ps (bd), 0xa); /* a b c d */
}

/* The scores of four positions */
ALWAYS_INLINE __m128
score_four (const float *q, const guint8 *const k[4], gsize head_dim, float scale)
{
  Lanes sum[4] = { lanes_zero (), lanes_zero (), lanes_zero (), lanes_zero () };
  gsize i = 0;

  for (; i + STEP <= head_dim; i += STEP)
    {
      const gsize at = BYTES (i);

      UNROLL
      for (gsize j = 0; j < STEP; j += ARRA_LANES)
        {
          Lanes a = lanes_load (q + i + j);
          UNROLL
          for (int p = 0; p < 4; p++)
            sum[p] = lanes_fma (a, (Lanes) { EIGHT (k[p] + at, j), EIGHT (k[p] + at, j + 8) }, sum[p]);
        }
    }
  if (i < head_dim)
    {
      Lanes a = lanes_load_part (q + i, head_dim - i);
      UNROLL
      for (int p = 0; p < 4; p++)
        {
          Lanes b = PART (k[p], i, head_dim - i);
          sum[p] = lanes_choose (head_dim - i, lanes_fma (a, b, sum[p]), sum[p]);
        }
    }
  return _mm_mul_ps (fold_four (sum), _mm_set1_ps (scale));
}

/* Those of positions whose keys are @bytes apart */
static void
score_all (const float *q, const guint8 *k, gsize bytes, gsize n_pos, gsize head_dim, float scale, float *scores)
{
  gsize p = 0;

  for (; p + 4 <= n_pos; p += 4, k += 4 * bytes)
    {
      const guint8 *const four[] = { k, k + bytes, k + 2 * bytes, k + 3 * bytes };

      _mm_storeu_ps (scores + p, score_four (q, four, head_dim, scale));
    }
  if (p < n_pos)
    {
      const guint8 *const last = k + (n_pos - p - 1) * bytes;
      const guint8 *const four[] = { k, MIN (k + bytes, last), last, last };
      float rest[4];

      _mm_storeu_ps (rest, score_four (q, four, head_dim, scale));
      memcpy (scores + p, rest, (n_pos - p) * sizeof *rest);
    }
}

/* Adds the weighted values to out[0..8 * @n_sums - 1], from number @i of each row on. */
ALWAYS_INLINE void
mix_sums (const float *scores, const guint8 *v, gsize bytes, gsize n_pos, gsize i, const gsize n_sums, float *out)
{
  __m256 acc[8];

  UNROLL
  for (gsize j = 0; j < n_sums; j++)
    acc[j] = _mm256_loadu_ps (out + 8 * j);
  for (gsize p = 0; p < n_pos; p++, v += bytes)
    {
      __m256 s = _mm256_set1_ps (scores[p]);
      UNROLL
      for (gsize j = 0; j < n_sums; j++)
        acc[j] = _mm256_fmadd_ps (s, EIGHT (v, i + 8 * j), acc[j]);
    }
  UNROLL
  for (gsize j = 0; j < n_sums; j++)
    _mm256_storeu_ps (out + 8 * j, acc[j]);
}

/* As many sums side by side as there are: one waits for itself at each position. */
static void
mix (const float *scores, const guint8 *v, gsize bytes, gsize n_pos, gsize head_dim, float *out)
{
  gsize i = 0;

  for (; i + 64 <= head_dim; i += 64)
    mix_sums (scores, v + BYTES (i), bytes, n_pos, 0, 8, out + i);
  for (; i + 32 <= head_dim; i += 32)
    mix_sums (scores, v + BYTES (i), bytes, n_pos, 0, 4, out + i);
  for (; i + 8 <= head_dim; i += 8)
    mix_sums (scores, v, bytes, n_pos, i, 1, out + i);
  for (; i < head_dim; i++)
    for (gsize p = 0; p < n_pos; p++)
      out[i] = fmaf (scores[p], ONE (v + p * bytes, i), out[i]);
}

/* ---- ARRA_ATTEND_QUERIES of them: a key or value is read and converted once for all */

/* Half of the lanes of the products of two keys with all queries from @q on */
ALWAYS_INLINE void
multiply_half (const ArraAttend *a, const guint8 *k, gsize bytes, gsize half, __m256 sum[2][ARRA_ATTEND_QUERIES])
{
  UNROLL
  for (int r = 0; r < ARRA_ATTEND_QUERIES; r++)
    sum[0][r] = sum[1][r] = _mm256_setzero_ps ();
  for (gsize i = 0; i < a->head_dim; i += STEP)
    {
      const guint8 *at = k + BYTES (i);

      UNROLL
      for (gsize j = half; j < STEP; j += ARRA_LANES)
        {
          const __m256 one = EIGHT (at, j), other = EIGHT (at + bytes, j);

          UNROLL
          for (gsize r = 0; r < ARRA_ATTEND_QUERIES; r++)
            {
              const __m256 q = _mm256_loadu_ps (a->q + r * a->q_stride + i + j);

              sum[0][r] = _mm256_fmadd_ps (q, one, sum[0][r]);
              sum[1][r] = _mm256_fmadd_ps (q, other, sum[1][r]);
            }
        }
    }
}

/* The scores of all queries with KEYS keys, positions @p and @p + 1 */
static void
score_keys (const ArraAttend *a, gsize p)
{
  const gsize bytes = BYTES (a->stride);
  const guint8 *k = (const guint8 *) a->k + p * bytes;
  __m256 low[2][ARRA_ATTEND_QUERIES], high[2][ARRA_ATTEND_QUERIES];

  multiply_half (a, k, bytes, 0, low);
  multiply_half (a, k, bytes, 8, high);
  UNROLL
  for (gsize key = 0; key < 2; key++)
    {
      Lanes sum[ARRA_ATTEND_QUERIES];
      float scores[ARRA_ATTEND_QUERIES];

      UNROLL
      for (int r = 0; r < ARRA_ATTEND_QUERIES; r++)
        sum[r] = (Lanes) { low[key][r], high[key][r] };
      _mm_storeu_ps (scores, _mm_mul_ps (fold_four (sum), _mm_set1_ps (a->scale)));
      UNROLL
      for (gsize r = 0; r < ARRA_ATTEND_QUERIES; r++)
        a->scores[r * a->score_stride + p + key] = scores[r];
    }
}

/* Adds the weighted values of positions @p to @p + @n - 1 to sixteen numbers of all outputs, number @j of @v on. */
ALWAYS_INLINE void
mix_sixteen (const ArraAttend *a, gsize p, gsize n, const guint8 *v, gsize j, float *out)
{
  const gsize bytes = BYTES (a->stride);
  __m256 low[ARRA_ATTEND_QUERIES], high[ARRA_ATTEND_QUERIES];

  UNROLL
  for (gsize r = 0; r < ARRA_ATTEND_QUERIES; r++)
    {
      low[r] = _mm256_loadu_ps (out + r * a->q_stride);
      high[r] = _mm256_loadu_ps (out + r * a->q_stride + 8);
    }
  for (gsize i = 0; i < n; i++, v += bytes)
    {
      const __m256 one = EIGHT (v, j), other = EIGHT (v, j + 8);

      UNROLL
      for (gsize r = 0; r < ARRA_ATTEND_QUERIES; r++)
        {
          const __m256 weight = _mm256_set1_ps (a->scores[r * a->score_stride + p + i]);

          low[r] = _mm256_fmadd_ps (weight, one, low[r]);
          high[r] = _mm256_fmadd_ps (weight, other, high[r]);
        }
    }
  UNROLL
  for (gsize r = 0; r < ARRA_ATTEND_QUERIES; r++)
    {
      _mm256_storeu_ps (out + r * a->q_stride, low[r]);
      _mm256_storeu_ps (out + r * a->q_stride + 8, high[r]);
    }
}

static void
mix_piece (const ArraAttend *a, gsize p, gsize n, float *out)
{
  const gsize bytes = BYTES (a->stride), width = BYTES (a->head_dim);
  const guint8 *v = (const guint8 *) a->v + p * bytes;

  for (gsize i = 0; i < n; i++)
    for (gsize at = 0; at < width; at += 64)
      _mm_prefetch ((const char *) v + i * bytes + at, _MM_HINT_T0);
  for (gsize i = 0; i < a->head_dim; i += STEP)
    {
      UNROLL
      for (gsize j = 0; j < STEP; j += ARRA_LANES)
        mix_sixteen (a, p, n, v + BYTES (i), j, out + i + j);
    }
}

#include "attend_queries.h"
