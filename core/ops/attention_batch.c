/* attention_batch.c - self-attention between the pixels of each map of a batch, and its gradients
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attention_batch.h"

#include <math.h>

#include "gemm.h"

#define QUERIES 64 /* at once */

typedef struct
{
  const ArraExec *exec;
  const ArraAttentionBatch *shape;
  const float *q, *k, *v, *dy;
  float *scratch, *y, *dq, *dk, *dv;
} Call;

static gsize
tile_floats (const ArraAttentionBatch *shape)
{
  return (MIN (QUERIES, shape->pixels) * shape->pixels + 15) / 16 * 16;
}

gsize
arra_attention_batch_scratch (const ArraAttentionBatch *shape, guint threads)
{
  return 2 * threads * tile_floats (shape);
}

/* The weights of @n queries from number @first of the batch on. */
static void
weigh (const Call *call, gsize first, gsize n, float *weights)
{
  const ArraAttentionBatch *s = call->shape;
  gsize item = first / s->pixels * s->pixels;

  arra_sgemm (FALSE, TRUE, n, s->pixels, s->channels, (float) (1 / sqrt ((double) s->channels)),
              call->q + first * s->channels, s->channels, call->k + item * s->channels, s->channels, 0, weights,
              s->pixels);
  for (gsize i = 0; i < n; i++)
    call->exec->kernels->softmax (weights + i * s->pixels, s->pixels);
}

static void
attend_items (gsize begin, gsize end, guint worker, gpointer data)
{
  const Call *call = data;
  const ArraAttentionBatch *s = call->shape;
  float *weights = call->scratch + 2 * worker * tile_floats (s);

  for (gsize item = begin; item < end; item++)
    for (gsize first = 0; first < s->pixels; first += QUERIES)
      {
        gsize n = MIN (QUERIES, s->pixels - first), at = item * s->pixels + first;

        weigh (call, at, n, weights);
        arra_sgemm (FALSE, FALSE, n, s->channels, s->pixels, 1, weights, s->pixels,
                    call->v + item * s->pixels * s->channels, s->channels, 0, call->y + at * s->channels, s->channels);
      }
}

void
arra_attention_batch (const ArraExec *exec,
                      const ArraAttentionBatch *shape,
                      const float *q,
                      const float *k,
                      const float *v,
                      float *scratch,
                      float *y)
{
  Call call = { .exec = exec, .shape = shape, .q = q, .k = k, .v = v, .scratch = scratch, .y = y };

  arra_pool_run (exec->pool, shape->n, 1, attend_items, &call);
}

/* grads = weights * (grads - sum (weights * grads)), row by row */
static void
softmax_vjp (const float *weights, gsize n, gsize width, float *grads)
{
  for (gsize i = 0; i < n; i++, weights += width, grads += width)
    {
      double sum = 0;

      for (gsize j = 0; j < width; j++)
        sum += (double) weights[j] * (double) grads[j];
      for (gsize j = 0; j < width; j++)
        grads[j] = weights[j] * (grads[j] - (float) sum);
    }
}

static void
queries_vjp (const Call *call, gsize item, gsize first, float *weights)
{
  const ArraAttentionBatch *s = call->shape;
  gsize n = MIN (QUERIES, s->pixels - first), c = s->channels;
  gsize keys = item * s->pixels * c, at = keys + first * c;
  float *grads = weights + tile_floats (s), scale = (float) (1 / sqrt ((double) c));

  weigh (call, item * s->pixels + first, n, weights);
  arra_sgemm (TRUE, FALSE, s->pixels, c, n, 1, weights, s->pixels, call->dy + at, c, 1, call->dv + keys, c);
  arra_sgemm (FALSE, TRUE, n, s->pixels, c, 1, call->dy + at, c, call->v + keys, c, 0, grads, s->pixels);
  softmax_vjp (weights, n, s->pixels, grads);
  arra_sgemm (FALSE, FALSE, n, c, s->pixels, scale, grads, s->pixels, call->k + keys, c, 1, call->dq + at, c);
  arra_sgemm (TRUE, FALSE, s->pixels, c, n, scale, grads, s->pixels, call->q + at, c, 1, call->dk + keys, c);
}

static void
items_vjp (gsize begin, gsize end, guint worker, gpointer data)
{
  const Call *call = data;

  for (gsize item = begin; item < end; item++)
    for (gsize first = 0; first < call->shape->pixels; first += QUERIES)
      queries_vjp (call, item, first, call->scratch + 2 * worker * tile_floats (call->shape));
}

void
arra_attention_batch_vjp (const ArraExec *exec,
                          const ArraAttentionBatch *shape,
                          const float *q,
                          const float *k,
                          const float *v,
                          const float *dy,
                          float *scratch,
                          float *dq,
                          float *dk,
                          float *dv)
{
  Call call = {
    .exec = exec, .shape = shape, .q = q, .k = k, .v = v, .dy = dy, .scratch = scratch, .dq = dq, .dk = dk, .dv = dv
  };

  arra_pool_run (exec->pool, shape->n, 1, items_vjp, &call);
}
