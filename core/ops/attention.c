/* attention.c - attention of new rows over their sequences' caches, and within whole sequences
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attention.h"

#include "dtype_kernels.h"
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

static gsize
items_of_head (gsize n_rows)
{
  return (n_rows + ARRA_ATTEND_QUERIES - 1) / ARRA_ATTEND_QUERIES;
}

/* Positions that are not in the row's tail. */
static gsize
before_tail (const ArraAttentionRow *row)
{
  return row->n_positions - row->n_tail;
}

/* How many of @n rows, from the first on, see what it sees before its tail, and then some positions of their own: those
 * of their tails, or the next ones of the same sequence. */
static gsize
together (const ArraAttentionRow *rows, gsize n)
{
  const gsize shared = before_tail (rows);
  gsize count = 1;

  while (count < n && rows[count].keys == rows->keys && rows[count].values == rows->values
         && (rows[count].n_tail > 0 ? before_tail (&rows[count]) == shared : rows[count].n_positions >= shared))
    count++;
  return count;
}

/* Bytes of @n numbers, whole blocks */
static gsize
bytes_of (const ArraAttentionRow *row, gsize n)
{
  const ArraDTypeTraits *traits = arra_dtype_traits (row->dtype);

  return n / traits->block * traits->bytes;
}

static ArraAttendTail
tail_of (const ArraAttentionRow *row, gsize kv_head, gsize shared)
{
  const gsize rest = bytes_of (row, kv_head * row->head_stride + shared * row->position_stride);
  const gsize tail = bytes_of (row, kv_head * row->tail_head_stride);

  if (row->n_tail == 0)
    return (ArraAttendTail) { (const guint8 *) row->keys + rest, (const guint8 *) row->values + rest,
                              row->n_positions - shared };
  return (ArraAttendTail) { (const guint8 *) row->tail_keys + tail, (const guint8 *) row->tail_values + tail,
                            row->n_tail };
}

/* Whether each of @n rows sees one position more than the one before it, and no tail. */
static gboolean
follow_each_other (const ArraAttentionRow *rows, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (rows[i].n_tail > 0 || rows[i].n_positions != rows->n_positions + i)
      return FALSE;
  return TRUE;
}

static void
attend_rows (const Job *job, gsize head, gsize row, gsize n, float *scores)
{
  const ArraAttentionRow *seen = &job->rows[row];
  const gsize kv_head = head / job->heads_per_kv, kv = bytes_of (seen, kv_head * seen->head_stride);
  const gsize own = (row * job->heads + head) * job->head_dim, shared = before_tail (seen);
  ArraAttendTail tails[ARRA_ATTEND_QUERIES];
  ArraAttend attend = { .q = job->q + own,
                        .q_stride = job->heads * job->head_dim,
                        .n_queries = n,
                        .k = (const guint8 *) seen->keys + kv,
                        .v = (const guint8 *) seen->values + kv,
                        .stride = seen->position_stride,
                        .n_pos = shared,
                        .head_dim = job->head_dim,
                        .scale = job->scale,
                        .scores = scores,
                        .score_stride = job->score_stride };

  if (!follow_each_other (seen, n))
    {
      for (gsize i = 0; i < n; i++)
        tails[i] = tail_of (&seen[i], kv_head, shared);
      attend.tails = tails;
    }
  arra_dtype_attend (seen->dtype, job->kernels) (&attend, job->out + own);
}

/* Items run over some rows of one head, then the next ones, then the next head: neighbours read the same keys and
 * values. */
static void
attend (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  const gsize n_items = items_of_head (job->n_rows);
  float *scores = job->scores + worker * ARRA_ATTEND_QUERIES * job->score_stride;

  for (gsize item = begin; item < end; item++)
    {
      const gsize first = item % n_items * ARRA_ATTEND_QUERIES, last = MIN (first + ARRA_ATTEND_QUERIES, job->n_rows);

      for (gsize row = first, n; row < last; row += n)
        {
          n = together (job->rows + row, last - row);
          attend_rows (job, item / n_items, row, n, scores);
        }
    }
}

void
arra_attention (const ArraExec *exec,
                const float *q,
                const ArraAttentionRow *rows,
                gsize n_rows,
                gsize heads,
                gsize kv_heads,
                gsize head_dim,
                float scale,
                float *scores,
                gsize score_stride,
                float *out)
{
  Job job = { exec->kernels, q, rows, n_rows, heads, heads / kv_heads, head_dim, scale, scores, score_stride, out };
  const gsize together = MIN (n_rows, ARRA_ATTEND_QUERIES);
  gsize longest = 1;

  for (gsize row = 0; row < n_rows; row++)
    {
      g_assert (rows[row].n_positions <= score_stride);
      longest = MAX (longest, rows[row].n_positions);
    }
  arra_pool_run (exec->pool, items_of_head (n_rows) * heads, MAX (CHUNK / (2 * longest * head_dim * together), 1),
                 attend, &job);
}

#define BLOCK 64 /* queries whose scores are held at once */

typedef struct
{
  const ArraKernels *kernels;
  const ArraSequenceShape *shape;
  const float *q, *k, *v, *dout;
  float *scratch;
  float *out, *dq, *dk, *dv;
} SequenceJob;

gsize
arra_attention_vjp_scratch (gsize length, guint threads)
{
  return 2 * BLOCK * length * threads;
}

/* How many positions are seen by position @row of its sequence. */
static gsize
seen_by (const ArraSequenceShape *shape, gsize sequence, gsize row)
{
  gsize n = shape->lengths != NULL ? shape->lengths[sequence] : shape->length;

  return shape->full ? n : MIN (row + 1, n);
}

/* Some queries of one head. */
typedef struct
{
  gsize sequence, first, n;
  gsize seen;    /* positions, by the last of them */
  gsize own, kv; /* where they begin in q, and their keys in k and v */
} Block;

/* @p: [n][seen]: the scores, then their softmax; what a query does not see is 0. */
static void
weigh (const SequenceJob *job, const Block *b, float *p)
{
  const ArraSequenceShape *s = job->shape;

  arra_sgemm (FALSE, TRUE, b->n, b->seen, s->head_dim, s->scale, job->q + b->own, s->heads * s->head_dim,
              job->k + b->kv, s->kv_heads * s->head_dim, 0, p, b->seen);
  for (gsize row = 0; row < b->n; row++)
    {
      gsize seen = seen_by (s, b->sequence, b->first + row);

      job->kernels->softmax (p + row * b->seen, seen);
      for (gsize i = seen; i < b->seen; i++)
        p[row * b->seen + i] = 0;
    }
}

static void
attend_block (const SequenceJob *job, const Block *b, float *p)
{
  const ArraSequenceShape *s = job->shape;

  weigh (job, b, p);
  arra_sgemm (FALSE, FALSE, b->n, s->head_dim, b->seen, 1, p, b->seen, job->v + b->kv, s->kv_heads * s->head_dim, 0,
              job->out + b->own, s->heads * s->head_dim);
}

/* @dp: [n][seen]: the gradient of the softmax @p becomes that of the scores. */
static void
vjp_softmax (const SequenceJob *job, const Block *b, const float *p, float *dp)
{
  for (gsize row = 0; row < b->n; row++)
    {
      const float *weights = p + row * b->seen;
      float *d = dp + row * b->seen, along = job->kernels->dot (weights, d, b->seen);

      for (gsize i = 0; i < b->seen; i++)
        d[i] = weights[i] * (d[i] - along) * job->shape->scale;
    }
}

static void
vjp_block (const SequenceJob *job, const Block *b, float *p)
{
  const ArraSequenceShape *s = job->shape;
  gsize n = b->n, seen = b->seen, dim = s->head_dim, row = s->heads * dim, kv_row = s->kv_heads * dim;
  float *dp = p + BLOCK * s->length;

  weigh (job, b, p);
  arra_sgemm (FALSE, TRUE, n, seen, dim, 1, job->dout + b->own, row, job->v + b->kv, kv_row, 0, dp, seen);
  arra_sgemm (TRUE, FALSE, seen, dim, n, 1, p, seen, job->dout + b->own, row, 1, job->dv + b->kv, kv_row);
  vjp_softmax (job, b, p, dp);
  arra_sgemm (FALSE, FALSE, n, dim, seen, 1, dp, seen, job->k + b->kv, kv_row, 1, job->dq + b->own, row);
  arra_sgemm (TRUE, FALSE, seen, dim, n, 1, dp, seen, job->q + b->own, row, 1, job->dk + b->kv, kv_row);
}

static void
run_head (const SequenceJob *job, gsize sequence, gsize head, float *p)
{
  const ArraSequenceShape *s = job->shape;
  gsize kv_head = head / (s->heads / s->kv_heads), start = sequence * s->length;

  for (gsize first = 0; first < s->length; first += BLOCK)
    {
      gsize n = MIN (BLOCK, s->length - first);
      Block block = { sequence,
                      first,
                      n,
                      seen_by (s, sequence, first + n - 1),
                      ((start + first) * s->heads + head) * s->head_dim,
                      (start * s->kv_heads + kv_head) * s->head_dim };

      if (job->out != NULL)
        attend_block (job, &block, p);
      else
        vjp_block (job, &block, p);
    }
}

/* An item is a kv head of one sequence: nobody else adds to its keys and values. */
static void
run_heads (gsize begin, gsize end, guint worker, gpointer data)
{
  const SequenceJob *job = data;
  const ArraSequenceShape *s = job->shape;
  gsize group = s->heads / s->kv_heads;
  float *p = job->scratch + worker * arra_attention_vjp_scratch (s->length, 1);

  for (gsize item = begin; item < end; item++)
    for (gsize head = 0; head < group; head++)
      run_head (job, item / s->kv_heads, item % s->kv_heads * group + head, p);
}

static void
run_sequences (const ArraExec *exec, SequenceJob *job)
{
  const ArraSequenceShape *s = job->shape;

  g_assert (s->heads % s->kv_heads == 0);
  for (gsize i = 0; s->lengths != NULL && i < s->batch; i++)
    g_assert (s->lengths[i] > 0 && s->lengths[i] <= s->length);
  arra_pool_run (exec->pool, s->batch * s->kv_heads, 1, run_heads, job);
}

void
arra_attention_sequences (const ArraExec *exec,
                          const ArraSequenceShape *shape,
                          const float *q,
                          const float *k,
                          const float *v,
                          float *scratch,
                          float *out)
{
  SequenceJob job
      = { .kernels = exec->kernels, .shape = shape, .q = q, .k = k, .v = v, .scratch = scratch, .out = out };

  run_sequences (exec, &job);
}

void
arra_attention_vjp (const ArraExec *exec,
                    const ArraSequenceShape *shape,
                    const float *q,
                    const float *k,
                    const float *v,
                    const float *dout,
                    float *scratch,
                    float *dq,
                    float *dk,
                    float *dv)
{
  SequenceJob job = { exec->kernels, shape, q, k, v, dout, scratch, NULL, dq, dk, dv };

  run_sequences (exec, &job);
}
