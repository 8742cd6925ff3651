/* attention.c - causal attention of new rows over their sequences' caches
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attention.h"

#include "gemm.h"

#define CHUNK 32768 /* floats of keys and values read by the items a thread takes at once, at least */

typedef struct
{
  const ArraKernels *kernels;
  const float *q;
  const ArraAttentionRow *rows;
  gsize n_rows, heads, heads_per_kv, head_dim;
  float scale;
  float *scores;
  gsize score_stride;
  float *out;
} Job;

/* Items run over the rows of one head, then the next head: neighbours read the same keys and values. */
static void
attend (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;

  for (gsize item = begin; item < end; item++)
    {
      gsize head = item / job->n_rows;
      gsize row = item % job->n_rows;
      const ArraAttentionRow *seen = &job->rows[row];
      gsize kv = head / job->heads_per_kv * seen->head_stride;
      gsize own = (row * job->heads + head) * job->head_dim;

      job->kernels->attend (job->q + own, seen->keys + kv, seen->values + kv, seen->position_stride,
                            seen->n_positions, job->head_dim, job->scale,
                            job->scores + worker * job->score_stride, job->out + own);
    }
}

void
arra_attention (const ArraExec *exec, const float *q, const ArraAttentionRow *rows, gsize n_rows, gsize heads,
                gsize kv_heads, gsize head_dim, float scale, float *scores, gsize score_stride, float *out)
{
  Job job = { exec->kernels, q,     rows,   n_rows,       heads, heads / kv_heads,
              head_dim,      scale, scores, score_stride, out };
  gsize longest = 1;

  for (gsize row = 0; row < n_rows; row++)
    {
      g_assert (rows[row].n_positions <= score_stride);
      longest = MAX (longest, rows[row].n_positions);
    }
  arra_pool_run (exec->pool, n_rows * heads, MAX (CHUNK / (2 * longest * head_dim), 1), attend, &job);
}

#define BLOCK 64 /* queries whose scores are held at once */

typedef struct
{
  const ArraKernels *kernels;
  const ArraCausalShape *shape;
  const float *q, *k, *v, *dout;
  float *scratch;
  float *dq, *dk, *dv;
} VjpJob;

gsize
arra_attention_vjp_scratch (gsize length, guint threads)
{
  return 2 * BLOCK * length * threads;
}

/* @p: scores of @n queries, the first of which is at @first, becomes their softmax; @dp becomes the scores'
 * gradient. Both are [n][seen]. */
static void
vjp_softmax (const VjpJob *job, gsize first, gsize n, gsize seen, float *p, float *dp)
{
  for (gsize row = 0; row < n; row++)
    {
      gsize own = first + row + 1;
      float *weights = p + row * seen, *d = dp + row * seen;
      float along;

      job->kernels->softmax (weights, own);
      along = job->kernels->dot (weights, d, own);
      for (gsize i = 0; i < own; i++)
        d[i] = weights[i] * (d[i] - along) * job->shape->scale;
      for (gsize i = own; i < seen; i++)
        weights[i] = d[i] = 0;
    }
}

/* Queries @first.. of one head; @own: where the head begins in q, @kv: in k and v. */
static void
vjp_block (const VjpJob *job, gsize first, gsize own, gsize kv, float *p, float *dp)
{
  const ArraCausalShape *s = job->shape;
  gsize n = MIN (BLOCK, s->length - first), seen = first + n, dim = s->head_dim;
  gsize row = s->heads * dim, kv_row = s->kv_heads * dim;

  own += first * row;
  arra_sgemm (FALSE, TRUE, n, seen, dim, s->scale, job->q + own, row, job->k + kv, kv_row, 0, p, seen);
  arra_sgemm (FALSE, TRUE, n, seen, dim, 1, job->dout + own, row, job->v + kv, kv_row, 0, dp, seen);
  vjp_softmax (job, first, n, seen, p, dp);
  arra_sgemm (TRUE, FALSE, seen, dim, n, 1, p, seen, job->dout + own, row, 1, job->dv + kv, kv_row);
  arra_sgemm (FALSE, FALSE, n, dim, seen, 1, dp, seen, job->k + kv, kv_row, 1, job->dq + own, row);
  arra_sgemm (TRUE, FALSE, seen, dim, n, 1, dp, seen, job->q + own, row, 1, job->dk + kv, kv_row);
}

/* An item is a kv head of one sequence: nobody else adds to its keys and values. */
static void
vjp_heads (gsize begin, gsize end, guint worker, gpointer data)
{
  const VjpJob *job = data;
  const ArraCausalShape *s = job->shape;
  gsize group = s->heads / s->kv_heads;
  float *p = job->scratch + worker * arra_attention_vjp_scratch (s->length, 1), *dp = p + BLOCK * s->length;

  for (gsize item = begin; item < end; item++)
    {
      gsize sequence = item / s->kv_heads, kv_head = item % s->kv_heads;
      gsize kv = (sequence * s->length * s->kv_heads + kv_head) * s->head_dim;

      for (gsize head = kv_head * group; head < (kv_head + 1) * group; head++)
        for (gsize first = 0; first < s->length; first += BLOCK)
          vjp_block (job, first, (sequence * s->length * s->heads + head) * s->head_dim, kv, p, dp);
    }
}

void
arra_attention_vjp (const ArraExec *exec, const ArraCausalShape *shape, const float *q, const float *k,
                    const float *v, const float *dout, float *scratch, float *dq, float *dk, float *dv)
{
  VjpJob job = { exec->kernels, shape, q, k, v, dout, scratch, dq, dk, dv };

  g_assert (shape->heads % shape->kv_heads == 0);
  arra_pool_run (exec->pool, shape->batch * shape->kv_heads, 1, vjp_heads, &job);
}
