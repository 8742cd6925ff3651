/* spatial_attention.c - single-head self-attention between all pixels of a feature map, some queries at a time
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "spatial_attention.h"

#include <math.h>

#include "gemm.h"

#define MAX_QUERIES 64
#define MAX_SCORES (1 << 20) /* scores of one tile, so that a tile of a large map stays short */

typedef struct
{
  const ArraFeatureMap *qkv, *out;
  const ArraMapWork *work;
  gsize n_pixels;
} Call;

static gsize
queries_in_tile (gsize n_pixels)
{
  return CLAMP (MAX_SCORES / n_pixels, 1, MAX_QUERIES);
}

gsize
arra_spatial_attention_scratch (gsize height, gsize width)
{
  gsize n_pixels = height * width;

  return MIN (queries_in_tile (n_pixels), n_pixels) * n_pixels;
}

static void
attend_tile (gsize begin, gsize end, guint worker, gpointer data)
{
  const Call *call = data;
  const ArraMapWork *work = call->work;
  gsize channels = call->out->channels;
  gsize stride = 3 * channels;
  const float *q = call->qkv->data;
  float *scores = work->scratch + worker * work->scratch_stride;

  if (g_cancellable_is_cancelled (work->cancellable))
    return;
  arra_sgemm (FALSE, TRUE, end - begin, call->n_pixels, channels, (float) (1.0 / sqrt ((double) channels)),
              q + begin * stride, stride, q + channels, stride, 0.0f, scores, call->n_pixels);
  for (gsize i = 0; i < end - begin; i++)
    work->exec->kernels->softmax (scores + i * call->n_pixels, call->n_pixels);
  arra_sgemm (FALSE, FALSE, end - begin, channels, call->n_pixels, 1.0f, scores, call->n_pixels, q + 2 * channels,
              stride, 0.0f, call->out->data + begin * channels, channels);
  if (worker == 0 && work->advanced != NULL)
    work->advanced ((double) begin / (double) call->n_pixels, work->user);
}

gboolean
arra_spatial_attention (const ArraFeatureMap *qkv, const ArraFeatureMap *out, const ArraMapWork *work, GError **error)
{
  Call call = { qkv, out, work, out->height * out->width };

  g_assert (qkv->channels == 3 * out->channels);
  g_assert (work->scratch_stride >= arra_spatial_attention_scratch (out->height, out->width));
  arra_pool_run (work->exec->pool, call.n_pixels, queries_in_tile (call.n_pixels), attend_tile, &call);
  return !g_cancellable_set_error_if_cancelled (work->cancellable, error);
}
