/* attention_relative.c - attention within a sequence whose scores depend on the distance as well
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "attention_relative.h"

typedef struct
{
  const ArraKernels *kernels;
  const ArraRelativeShape *shape;
  const float *q, *k, *v;
  float *scratch, *out;
} Job;

gsize
arra_attention_relative_scratch (gsize length, gsize head_dim, guint threads)
{
  return length * (length + head_dim) * threads;
}

/* scores: [length][n_seen], after their softmax */
static void
weigh (const Job *job, gsize head, float *scores)
{
  const ArraRelativeShape *s = job->shape;
  gsize row = s->heads * s->head_dim, own = head * s->head_dim;
  const float *bias = s->bias + head * (2 * s->length - 1);

  job->kernels->matmul_f32 (job->k + own, row * sizeof (float), s->n_seen, s->head_dim, job->q + own,
                            row * sizeof (float), s->length, scores, s->n_seen);
  for (gsize i = 0; i < s->length; i++)
    {
      float *line = scores + i * s->n_seen;

      for (gsize j = 0; j < s->n_seen; j++)
        line[j] *= s->scale;
      job->kernels->add (bias + s->length - 1 - i, s->n_seen, line);
      job->kernels->softmax (line, s->n_seen);
    }
}

static void
attend (gsize begin, gsize end, guint worker, gpointer data)
{
  const Job *job = data;
  const ArraRelativeShape *s = job->shape;
  gsize row = s->heads * s->head_dim;
  float *scores = job->scratch + worker * arra_attention_relative_scratch (s->length, s->head_dim, 1);
  float *turned = scores + s->length * s->length; /* [head_dim][n_seen] */

  for (gsize head = begin; head < end; head++)
    {
      gsize own = head * s->head_dim;

      weigh (job, head, scores);
      for (gsize j = 0; j < s->n_seen; j++)
        for (gsize i = 0; i < s->head_dim; i++)
          turned[i * s->n_seen + j] = job->v[j * row + own + i];
      job->kernels->matmul_f32 (turned, s->n_seen * sizeof (float), s->head_dim, s->n_seen, scores,
                                s->n_seen * sizeof (float), s->length, job->out + own, row);
    }
}

void
arra_attention_relative (const ArraExec *exec,
                         const ArraRelativeShape *shape,
                         const float *q,
                         const float *k,
                         const float *v,
                         float *scratch,
                         float *out)
{
  Job job = { exec->kernels, shape, q, k, v, scratch, out };

  g_assert (shape->n_seen > 0 && shape->n_seen <= shape->length);
  arra_pool_run (exec->pool, shape->heads, 1, attend, &job);
}
