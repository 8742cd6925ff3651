/* attention.h - causal attention of new rows over their sequences' caches
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "exec.h"

/* What one row attends to: position p of kv head h is at keys + h * head_stride + p * position_stride, values likewise. */
typedef struct
{
  const float *keys, *values;
  gsize head_stride, position_stride; /* floats from one kv head, or position, to the next */
  gsize n_positions;                  /* the row's own one included */
} ArraAttentionRow;

/* out = softmax (q k^T * scale) v for each row and head; q, out: [rows][heads][head_dim]; query head h reads kv head
 * h / (heads / kv_heads). @scores: [threads of the pool][score_stride] floats of scratch, score_stride >= every n_positions. */
void arra_attention (const ArraExec *exec, const float *q, const ArraAttentionRow *rows, gsize n_rows, gsize heads, gsize kv_heads, gsize head_dim, float scale, float *scores, gsize score_stride, float *out);

/* Whole sequences of one length, for arra_attention_vjp(): each position sees itself and those before it. */
typedef struct
{
  gsize batch, length, heads, kv_heads, head_dim;
  float scale;
} ArraCausalShape;

/* dq, dk, dv += the gradients of arra_attention() where row [b][t] sees positions 0..t of sequence b. q, dout, dq: [batch][length][heads][head_dim];
 * k, v, dk, dv: [batch][length][kv_heads][head_dim]. The softmax is computed again, block by block, products go through gemm.h.
 * @scratch: arra_attention_vjp_scratch() floats. */
void arra_attention_vjp (const ArraExec *exec, const ArraCausalShape *shape, const float *q, const float *k, const float *v, const float *dout, float *scratch, float *dq, float *dk, float *dv);

gsize arra_attention_vjp_scratch (gsize length, guint threads);
