/* attend.c - softmax and one query's attention over the cache (scalar)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spec.h"

#include <math.h>
#include <string.h>

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

typedef void (*Widen) (const void *src, gsize n, float *dst);

/* Numbers of a type: ARRA_QK of them take @bytes, and so do fewer than that many in proportion. */
typedef struct
{
  Widen widen;
  gsize bytes;
} Cells;

static void
copy (const void *src, gsize n, float *dst)
{
  memcpy (dst, src, n * sizeof *dst);
}

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
attend_query (const Cells *cells, const ArraAttend *a, gsize r, float *out)
{
  const gsize step = a->stride * cells->bytes / ARRA_QK;
  const ArraAttendTail rest = { (const guint8 *) a->k + a->n_pos * step, (const guint8 *) a->v + a->n_pos * step, r };
  const ArraAttendTail *tail = a->tails != NULL ? &a->tails[r] : &rest;
  float *scores = a->scores + r * a->score_stride;

  for (gsize p = 0; p < a->n_pos + tail->n; p++)
    {
      const guint8 *k
          = p < a->n_pos ? (const guint8 *) a->k + p * step : (const guint8 *) tail->k + (p - a->n_pos) * step;

      scores[p] = score (cells, a->q + r * a->q_stride, k, a->head_dim) * a->scale;
    }
  arra_c_softmax (scores, a->n_pos + tail->n);
  for (gsize i = 0; i < a->head_dim; i++)
    out[i] = 0.0f;
  for (gsize p = 0; p < a->n_pos + tail->n; p++)
    mix (cells, scores[p],
         p < a->n_pos ? (const guint8 *) a->v + p * step : (const guint8 *) tail->v + (p - a->n_pos) * step,
         a->head_dim, out);
}

static void
attend (const Cells *cells, const ArraAttend *a, float *out)
{
  for (gsize r = 0; r < a->n_queries; r++)
    attend_query (cells, a, r, out + r * a->q_stride);
}

void
arra_c_attend (const ArraAttend *a, float *out)
{
  static const Cells cells = { copy, ARRA_QK * sizeof (float) };

  attend (&cells, a, out);
}

void
arra_c_attend_f16 (const ArraAttend *a, float *out)
{
  static const Cells cells = { arra_c_widen_f16, ARRA_QK * sizeof (guint16) };

  attend (&cells, a, out);
}

void
arra_c_attend_q8_0 (const ArraAttend *a, float *out)
{
  static const Cells cells = { arra_c_widen_q8_0, sizeof (ArraBlockQ8_0) };

  attend (&cells, a, out);
}
