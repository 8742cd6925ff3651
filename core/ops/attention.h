/* attention.h - causal attention of new rows over their sequences' caches
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dtype.h"
#include "exec.h"

/* What one row attends to: position p of kv head h is at keys + h * head_stride + p * position_stride, values likewise.
 * The last n_tail positions may lie elsewhere, as those of a sequence that goes on where another one was. */
typedef struct
{
  const void *keys, *values;
  gsize head_stride, position_stride; /* numbers from one kv head, or position, to the next: whole blocks */
  gsize n_positions;                  /* the row's own one included, and those of the tail */
  ArraDType dtype;                    /* of keys and values: F32, F16 or Q8_0 */
  const void *tail_keys, *tail_values;
  gsize tail_head_stride, n_tail;
} ArraAttentionRow;

/* out = softmax (q k^T * scale) v for each row and head; q, out: [rows][heads][head_dim]; query head h reads kv head
 * h / (heads / kv_heads). @scores: [threads of the pool][ARRA_ATTEND_QUERIES][score_stride] floats of scratch,
 * score_stride >= every n_positions. Rows that see the same positions, but for the last ones, are computed together
 * where they follow each other; the numbers are those of each alone. */
void arra_attention (const ArraExec *exec,
                     const float *q,
                     const ArraAttentionRow *rows,
                     gsize n_rows,
                     gsize heads,
                     gsize kv_heads,
                     gsize head_dim,
                     float scale,
                     float *scores,
                     gsize score_stride,
                     float *out);

/* Whole sequences of one length, those that are shorter padded on the right. */
typedef struct
{
  gsize batch, length, heads, kv_heads, head_dim;
  float scale;
  gboolean full;          /* each position sees its whole sequence; FALSE: itself and those before it */
  const guint32 *lengths; /* (nullable): [batch], 1 .. length: positions from there on are seen by nobody */
} ArraSequenceShape;

/* Attention within sequences, block by block through gemm.h, for encoders and training: the same bits for any number of
 * threads, but not those of arra_attention(), which decides tokens. q, out: [batch][length][heads][head_dim]; k, v:
 * [batch][length][kv_heads][head_dim].
 * @scratch: arra_attention_vjp_scratch() floats. */
void arra_attention_sequences (const ArraExec *exec,
                               const ArraSequenceShape *shape,
                               const float *q,
                               const float *k,
                               const float *v,
                               float *scratch,
                               float *out);

/* dq, dk, dv += the gradients of arra_attention_sequences(), or of arra_attention() with the same rows. Shapes are
 * those of q, k, v; @dout that of out. The softmax is computed again, block by block, products go through gemm.h.
 * @scratch: arra_attention_vjp_scratch() floats. */
void arra_attention_vjp (const ArraExec *exec,
                         const ArraSequenceShape *shape,
                         const float *q,
                         const float *k,
                         const float *v,
                         const float *dout,
                         float *scratch,
                         float *dq,
                         float *dk,
                         float *dv);

gsize arra_attention_vjp_scratch (gsize length, guint threads);
