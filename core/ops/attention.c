/* attention.c - causal attention of new rows over their sequences' caches
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attention.h"

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
