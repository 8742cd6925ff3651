/* attend.c - softmax and one query's attention over the cache (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <math.h>

#include "detmath.h"

float
arra_c_softmax (float *x, gsize n)
{
  float lane[ARRA_LANES] = { 0 };
  float max = arra_c_max (x, n);
  float sum;

  for (gsize i = 0; i < n; i++)
    {
      x[i] = arra_expf (x[i] - max);
      lane[i % ARRA_LANES] += x[i];
    }
  sum = arra_c_fold (lane);
  for (gsize i = 0; i < n; i++)
    x[i] /= sum;
  return sum;
}

void
arra_c_attend (const float *q,
               const void *k,
               const void *v,
               gsize stride,
               gsize n_pos,
               gsize head_dim,
               float scale,
               float *scores,
               float *out)
{
  const float *keys = k, *values = v;

  for (gsize p = 0; p < n_pos; p++)
    scores[p] = arra_c_dot (q, keys + p * stride, head_dim) * scale;
  arra_c_softmax (scores, n_pos);
  for (gsize i = 0; i < head_dim; i++)
    out[i] = 0.0f;
  for (gsize p = 0; p < n_pos; p++)
    for (gsize i = 0; i < head_dim; i++)
      out[i] = fmaf (scores[p], values[p * stride + i], out[i]);
}

typedef void (*Widen) (const void *src, gsize n, float *dst);

/* Numbers of a type: ARRA_QK of them take @bytes, and so do fewer than that many in proportion. */
typedef struct
{
  Widen widen;
  gsize bytes;
} Cells;

/* ARRA_QK numbers of a row from number @i on, or as many as there are up to @n. Returns how many. */
static gsize
read_cells (const Cells *cells, const guint8 *row, gsize i, gsize n, float part[ARRA_QK])
{
  const gsize count = MIN (n - i, ARRA_QK);

  cells->widen (row + i * cells->bytes / ARRA_QK, count, part);
  return count;
}

static float
score (const Cells *cells, const float *q, const guint8 *k, gsize head_dim)
{
  float lane[ARRA_LANES] = { 0 }, part[ARRA_QK];

  for (gsize i = 0, n; i < head_dim; i += n)
    {
      n = read_cells (cells, k, i, head_dim, part);
      for (gsize j = 0; j < n; j++)
        lane[j % ARRA_LANES] = fmaf (q[i + j], part[j], lane[j % ARRA_LANES]);
    }
  return arra_c_fold (lane);
}

static void
mix (const Cells *cells, float weight, const guint8 *v, gsize head_dim, float *out)
{
  float part[ARRA_QK];

  for (gsize i = 0, n; i < head_dim; i += n)
    {
      n = read_cells (cells, v, i, head_dim, part);
      for (gsize j = 0; j < n; j++)
        out[i + j] = fmaf (weight, part[j], out[i + j]);
    }
}

static void
attend (const Cells *cells,
        const float *q,
        const void *k,
        const void *v,
        gsize stride,
        gsize n_pos,
        gsize head_dim,
        float scale,
        float *scores,
        float *out)
{
  const gsize step = stride * cells->bytes / ARRA_QK;

  for (gsize p = 0; p < n_pos; p++)
    scores[p] = score (cells, q, (const guint8 *) k + p * step, head_dim) * scale;
  arra_c_softmax (scores, n_pos);
  for (gsize i = 0; i < head_dim; i++)
    out[i] = 0.0f;
  for (gsize p = 0; p < n_pos; p++)
    mix (cells, scores[p], (const guint8 *) v + p * step, head_dim, out);
}

void
arra_c_attend_f16 (const float *q,
                   const void *k,
                   const void *v,
                   gsize stride,
                   gsize n_pos,
                   gsize head_dim,
                   float scale,
                   float *scores,
                   float *out)
{
  static const Cells cells = { arra_c_widen_f16, ARRA_QK * sizeof (guint16) };

  attend (&cells, q, k, v, stride, n_pos, head_dim, scale, scores, out);
}

void
arra_c_attend_q8_0 (const float *q,
                    const void *k,
                    const void *v,
                    gsize stride,
                    gsize n_pos,
                    gsize head_dim,
                    float scale,
                    float *scores,
                    float *out)
{
  static const Cells cells = { arra_c_widen_q8_0, sizeof (ArraBlockQ8_0) };

  attend (&cells, q, k, v, stride, n_pos, head_dim, scale, scores, out);
}
