/* graph.c - operations that record themselves on a tape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph.h"

#include <string.h>

#include "add.h"
#include "dense.h"
#include "embedding.h"
#include "gather.h"
#include "gelu.h"
#include "head_norm.h"
#include "max_pool.h"
#include "rms_norm.h"
#include "rope.h"
#include "silu.h"
#include "silu_mul.h"

#define N_INPUTS G_N_ELEMENTS

/* ---- embedding */

typedef struct
{
  const guint32 *ids;
} Rows;

static void
embedding_vjp (ArraTape *tape, ArraNode *y)
{
  if (arra_tape_computes (tape))
    arra_embedding_vjp (arra_tape_exec (tape), ARRA_NODE_SETTINGS_OF (Rows, y)->ids, y->grad, y->rows, y->width,
                        y->inputs[0]->grad);
}

ArraNode *
arra_graph_embedding (ArraTape *tape, ArraNode *table, const guint32 *ids, gsize rows)
{
  const Rows settings = { ids };
  ArraNode *y = arra_tape_node (tape, rows, table->width, embedding_vjp, &table, 1, &settings, sizeof settings);

  if (arra_tape_computes (tape))
    arra_gather (arra_tape_exec (tape), table->data, ids, rows, table->width, y->data);
  return y;
}

/* ---- dense */

static void
dense_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *x = y->inputs[0], *weight = y->inputs[1], *bias = y->inputs[2];

  if (arra_tape_computes (tape))
    arra_dense_vjp (arra_tape_exec (tape), x->data, weight->data, y->grad, x->rows, x->width, y->width, x->grad,
                    weight->grad, bias != NULL ? bias->grad : NULL);
}

ArraNode *
arra_graph_dense (ArraTape *tape, ArraNode *x, ArraNode *weight, ArraNode *bias)
{
  ArraNode *const inputs[] = { x, weight, bias };
  ArraNode *y = arra_tape_node (tape, x->rows, weight->rows, dense_vjp, inputs, N_INPUTS (inputs), NULL, 0);

  g_assert (weight->width == x->width);
  if (arra_tape_computes (tape))
    arra_dense (arra_tape_exec (tape), x->data, weight->data, bias != NULL ? bias->data : NULL, x->rows, x->width,
                y->width, y->data);
  return y;
}

/* ---- rms_norm */

typedef struct
{
  gsize heads;
  float eps;
} Norm;

static void
rms_norm_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *x = y->inputs[0], *weight = y->inputs[1];
  float *scales = arra_tape_scratch (tape, y->rows);

  if (arra_tape_computes (tape))
    arra_rms_norm_vjp (arra_tape_exec (tape), x->data, weight->data, y->grad, y->rows, y->width,
                       ARRA_NODE_SETTINGS_OF (Norm, y)->eps, scales, x->grad, weight->grad);
}

ArraNode *
arra_graph_rms_norm (ArraTape *tape, ArraNode *x, ArraNode *weight, float eps)
{
  const Norm settings = { 0, eps };
  ArraNode *const inputs[] = { x, weight };
  ArraNode *y
      = arra_tape_node (tape, x->rows, x->width, rms_norm_vjp, inputs, N_INPUTS (inputs), &settings, sizeof settings);

  if (arra_tape_computes (tape))
    arra_rms_norm (arra_tape_exec (tape), x->data, weight->data, x->rows, x->width, eps, y->data);
  return y;
}

/* ---- head_norm */

static void
head_norm_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *x = y->inputs[0], *weight = y->inputs[1];
  const Norm *norm = ARRA_NODE_SETTINGS_OF (Norm, y);
  float *moments = arra_tape_scratch (tape, 2 * y->rows * norm->heads);

  if (arra_tape_computes (tape))
    arra_head_norm_vjp (arra_tape_exec (tape), x->data, weight->data, y->grad, weight->rows, y->rows, norm->heads,
                        y->width / norm->heads, norm->eps, moments, x->grad, weight->grad, y->inputs[2]->grad);
}

ArraNode *
arra_graph_head_norm (ArraTape *tape, ArraNode *x, ArraNode *weight, ArraNode *bias, gsize heads, float eps)
{
  const Norm settings = { heads, eps };
  ArraNode *const inputs[] = { x, weight, bias };
  ArraNode *y
      = arra_tape_node (tape, x->rows, x->width, head_norm_vjp, inputs, N_INPUTS (inputs), &settings, sizeof settings);

  if (!arra_tape_computes (tape))
    return y;
  memcpy (y->data, x->data, x->rows * x->width * sizeof (float));
  arra_head_norm (arra_tape_exec (tape), y->data, weight->data, bias->data, weight->rows, x->rows, heads,
                  x->width / heads, eps);
  return y;
}

/* ---- rope */

typedef struct
{
  ArraRopePairing pairing;
  const float *cosine, *sine;
  gsize heads;
} Rope;

static void
rope_vjp (ArraTape *tape, ArraNode *y)
{
  const Rope *rope = ARRA_NODE_SETTINGS_OF (Rope, y);

  if (arra_tape_computes (tape))
    arra_rope_vjp (arra_tape_exec (tape), rope->pairing, y->grad, rope->cosine, rope->sine, y->rows, rope->heads,
                   y->width / rope->heads, y->inputs[0]->grad);
}

ArraNode *
arra_graph_rope (ArraTape *tape,
                 ArraNode *x,
                 ArraRopePairing pairing,
                 const float *cosine,
                 const float *sine,
                 gsize heads)
{
  const Rope settings = { pairing, cosine, sine, heads };
  ArraNode *y = arra_tape_node_over (tape, x, rope_vjp, &x, 1, &settings, sizeof settings);

  if (arra_tape_computes (tape))
    arra_rope (arra_tape_exec (tape), pairing, y->data, cosine, sine, y->rows, heads, y->width / heads);
  return y;
}

/* ---- attention */

static void
attention_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *q = y->inputs[0], *k = y->inputs[1], *v = y->inputs[2];
  const ArraSequenceShape *shape = ARRA_NODE_SETTINGS_OF (ArraSequenceShape, y);
  const ArraExec *exec = arra_tape_exec (tape);
  float *scratch = arra_tape_scratch (tape, arra_attention_vjp_scratch (shape->length, arra_pool_threads (exec->pool)));

  if (arra_tape_computes (tape))
    arra_attention_vjp (exec, shape, q->data, k->data, v->data, y->grad, scratch, q->grad, k->grad, v->grad);
}

static void
attend (const ArraExec *exec,
        const ArraSequenceShape *s,
        const ArraNode *q,
        const ArraNode *k,
        const ArraNode *v,
        ArraAttentionRow *rows,
        float *scores,
        float *out)
{
  for (gsize row = 0; row < q->rows; row++)
    {
      gsize first = row / s->length * s->length * k->width;

      rows[row] = (ArraAttentionRow) {
        .keys = k->data + first,
        .values = v->data + first,
        .head_stride = s->head_dim,
        .position_stride = k->width,
        .n_positions = row % s->length + 1,
      };
    }
  arra_attention (exec, q->data, rows, q->rows, s->heads, s->kv_heads, s->head_dim, s->scale, scores, s->length, out);
}

ArraNode *
arra_graph_attention (ArraTape *tape, ArraNode *q, ArraNode *k, ArraNode *v, const ArraSequenceShape *shape)
{
  ArraNode *const inputs[] = { q, k, v };
  ArraNode *y
      = arra_tape_node (tape, q->rows, q->width, attention_vjp, inputs, N_INPUTS (inputs), shape, sizeof *shape);
  const ArraExec *exec = arra_tape_exec (tape);
  gsize row_floats = q->rows * (sizeof (ArraAttentionRow) / sizeof (float));
  float *scratch
      = arra_tape_scratch (tape, row_floats + ARRA_ATTEND_QUERIES * shape->length * arra_pool_threads (exec->pool));

  g_assert (q->rows == shape->batch * shape->length);
  if (arra_tape_computes (tape))
    attend (exec, shape, q, k, v, (gpointer) scratch, scratch + row_floats, y->data);
  return y;
}

/* ---- element by element */

static void
silu_mul_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *gate = y->inputs[0], *up = y->inputs[1];

  if (arra_tape_computes (tape))
    arra_silu_mul_vjp (arra_tape_exec (tape), gate->data, up->data, y->grad, y->rows * y->width, gate->grad, up->grad);
}

ArraNode *
arra_graph_silu_mul (ArraTape *tape, ArraNode *gate, ArraNode *up)
{
  ArraNode *const inputs[] = { gate, up };
  ArraNode *y = arra_tape_node (tape, gate->rows, gate->width, silu_mul_vjp, inputs, N_INPUTS (inputs), NULL, 0);

  if (arra_tape_computes (tape))
    arra_silu_mul (arra_tape_exec (tape), gate->data, up->data, y->rows * y->width, y->data);
  return y;
}

static void
add_vjp (ArraTape *tape, ArraNode *y)
{
  if (arra_tape_computes (tape))
    arra_add_vjp (arra_tape_exec (tape), y->grad, y->rows * y->width, y->inputs[0]->grad, y->inputs[1]->grad);
}

ArraNode *
arra_graph_add (ArraTape *tape, ArraNode *x, ArraNode *branch)
{
  ArraNode *const inputs[] = { x, branch };
  ArraNode *y = arra_tape_node_over (tape, branch, add_vjp, inputs, N_INPUTS (inputs), NULL, 0);

  if (arra_tape_computes (tape))
    arra_add (arra_tape_exec (tape), x->data, y->rows * y->width, y->data);
  return y;
}

static void
dropout_vjp (ArraTape *tape, ArraNode *y)
{
  if (arra_tape_computes (tape))
    arra_dropout_vjp (arra_tape_exec (tape), ARRA_NODE_SETTINGS_OF (ArraDropout, y), y->grad, y->rows, y->width,
                      y->inputs[0]->grad);
}

ArraNode *
arra_graph_dropout (ArraTape *tape, ArraNode *x, const ArraDropout *dropout)
{
  ArraNode *y;

  if (dropout->rate <= 0)
    return x;
  y = arra_tape_node_over (tape, x, dropout_vjp, &x, 1, dropout, sizeof *dropout);
  if (arra_tape_computes (tape))
    arra_dropout (arra_tape_exec (tape), dropout, x->data, y->rows, y->width, y->data);
  return y;
}

/* What changes every number by itself. */
typedef void (*Forward) (const ArraExec *exec, const float *x, gsize n, float *y);
typedef void (*Backward) (const ArraExec *exec, const float *x, const float *dy, gsize n, float *dx);

static void
each_vjp (ArraTape *tape, ArraNode *y)
{
  const Backward *backward = ARRA_NODE_SETTINGS_OF (Backward, y);

  if (arra_tape_computes (tape))
    (*backward) (arra_tape_exec (tape), y->inputs[0]->data, y->grad, y->rows * y->width, y->inputs[0]->grad);
}

static ArraNode *
each (ArraTape *tape, ArraNode *x, Forward forward, Backward backward)
{
  ArraNode *y = arra_tape_node (tape, x->rows, x->width, each_vjp, &x, 1, &backward, sizeof backward);

  if (arra_tape_computes (tape))
    forward (arra_tape_exec (tape), x->data, x->rows * x->width, y->data);
  return y;
}

ArraNode *
arra_graph_gelu (ArraTape *tape, ArraNode *x)
{
  return each (tape, x, arra_gelu, arra_gelu_vjp);
}

ArraNode *
arra_graph_gelu_tanh (ArraTape *tape, ArraNode *x)
{
  return each (tape, x, arra_gelu_tanh, arra_gelu_tanh_vjp);
}

ArraNode *
arra_graph_silu (ArraTape *tape, ArraNode *x)
{
  return each (tape, x, arra_silu, arra_silu_vjp);
}

/* ---- choosing */

static void
join_vjp (ArraTape *tape, ArraNode *z)
{
  const float *grad = z->grad;

  for (guint i = 0; arra_tape_computes (tape) && i < 2; i++)
    {
      const ArraNode *part = z->inputs[i];
      gsize size = part->rows * part->width;

      if (part->grad != NULL)
        arra_add (arra_tape_exec (tape), grad, size, part->grad);
      grad += size;
    }
}

ArraNode *
arra_graph_join (ArraTape *tape, ArraNode *x, ArraNode *y)
{
  ArraNode *const inputs[] = { x, y };
  ArraNode *z = arra_tape_node (tape, x->rows + y->rows, x->width, join_vjp, inputs, N_INPUTS (inputs), NULL, 0);

  g_assert (x->width == y->width);
  if (arra_tape_computes (tape))
    {
      memcpy (z->data, x->data, x->rows * x->width * sizeof (float));
      memcpy (z->data + x->rows * x->width, y->data, y->rows * y->width * sizeof (float));
    }
  return z;
}

static void
gather_vjp (ArraTape *tape, ArraNode *y)
{
  if (arra_tape_computes (tape))
    arra_gather_vjp (arra_tape_exec (tape), ARRA_NODE_SETTINGS_OF (Rows, y)->ids, y->grad, y->rows, y->width,
                     y->inputs[0]->grad);
}

ArraNode *
arra_graph_gather (ArraTape *tape, ArraNode *x, const guint32 *rows, gsize n)
{
  const Rows settings = { rows };
  ArraNode *y = arra_tape_node (tape, n, x->width, gather_vjp, &x, 1, &settings, sizeof settings);

  if (arra_tape_computes (tape))
    arra_gather (arra_tape_exec (tape), x->data, rows, n, x->width, y->data);
  return y;
}

static void
max_pool_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *x = y->inputs[0];

  if (arra_tape_computes (tape))
    arra_max_pool_vjp (arra_tape_exec (tape), x->data, y->grad, x->rows, x->width, y->width, x->grad);
}

ArraNode *
arra_graph_max_pool (ArraTape *tape, ArraNode *x, gsize outputs)
{
  ArraNode *y = arra_tape_node (tape, x->rows, outputs, max_pool_vjp, &x, 1, NULL, 0);

  if (arra_tape_computes (tape))
    arra_max_pool (arra_tape_exec (tape), x->data, x->rows, x->width, outputs, y->data);
  return y;
}
