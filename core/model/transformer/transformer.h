/* transformer.h - the decoder that the families share: its shape, its layers, its weights in memory, and the forward
 * pass
 *
 * A family says what its weights are called, how positions turn into angles, what an id's row is and what comes out of
 * the last hidden state; all between these is here.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "exec.h"
#include "kv_cache.h"
#include "rope.h"
#include "weight_table.h"

typedef struct
{
  guint hidden_size, intermediate_size, n_layers, n_heads, n_kv_heads, head_dim;
  guint n_ids;    /* ids that can be read */
  guint n_logits; /* numbers that come out for a row */
  float norm_eps;
  ArraRopePairing pairing;
  gboolean swin_norm; /* norms after the sublayers, inside the residual */
  guint workspace;    /* floats for each row that the family's own steps need */
  guint widest;       /* input of a matrix in these steps; 0: none is wider than a layer's */
} ArraTransformerShape;

typedef struct
{
  ArraWeight input_norm, post_attention_norm;
  ArraWeight q, k, v, o;
  ArraWeight qkv;                                      /* where it was bound, q, k and v are views of its rows */
  ArraWeight q_norm, q_norm_bias, k_norm, k_norm_bias; /* not bound: queries and keys are not normalised */
  ArraWeight gate, up, down;
} ArraTransformerLayer;

typedef struct _ArraTransformer ArraTransformer;
typedef struct _ArraTransformerRun ArraTransformerRun;
typedef struct _ArraTransformerInput ArraTransformerInput;

/* What a family does itself. */
typedef struct
{
  /* @n rows of @ids -> x [n][hidden_size] */
  void (*embed) (ArraTransformerRun *run, const guint32 *ids, guint n, float *x);
  /* [head_dim / 2], when the furthest position of a call is @length - 1 */
  void (*frequencies) (const ArraTransformer *transformer, guint length, float *frequencies);
  /* cosine and sine [head_dim / 2] of one position of @input */
  void (*angles) (const ArraTransformer *transformer,
                  const ArraTransformerInput *input,
                  const float *frequencies,
                  guint position,
                  float *cosine,
                  float *sine);
  /* @n rows after the final norm, [n][hidden_size], which may be overwritten -> n_logits numbers each */
  void (*head) (ArraTransformerRun *run, float *rows, guint n, float *const *logits);
} ArraTransformerClass;

struct _ArraTransformer
{
  const ArraTransformerClass *klass;
  gconstpointer family; /* the struct that this one is a part of */
  ArraTransformerShape shape;
  ArraWeight norm;
  ArraTransformerLayer *layers;
};

/* Fills in @transformer, a part of @family: allocates its layers and binds every weight of the table, whose model is
 * @family. After an error it is to be cleared, too. */
gboolean arra_transformer_bind (ArraTransformer *transformer,
                                const ArraTransformerClass *klass,
                                gpointer family,
                                ArraTransformerShape shape,
                                const ArraWeights *weights,
                                ArraDType dtype,
                                ArraPool *pool,
                                GCancellable *cancellable,
                                GError **error);
void arra_transformer_clear (ArraTransformer *transformer, const ArraWeights *weights);

ArraKvShape arra_transformer_kv_shape (const ArraTransformerShape *shape);
#define ARRA_HEAD_NORM_EPS 1e-5f /* of the norms of queries and keys, whatever norm_eps is */

/* ---- forward pass. Buffers for up to max_rows rows at a time, planned once. */
ArraTransformerRun *arra_transformer_run_new (const ArraTransformer *transformer,
                                              const ArraExec *exec,
                                              guint max_rows,
                                              guint max_context,
                                              GError **error);
void arra_transformer_run_free (ArraTransformerRun *run); /* nullable */
guint64
arra_transformer_run_bytes (const ArraTransformerShape *shape, guint max_rows, guint max_context, guint threads);

/* One sequence's next rows. Several of them (the guidance pair) go through ONE pass over the weights. */
struct _ArraTransformerInput
{
  ArraKvCache *cache;
  const guint32 *ids; /* n_ids new tokens, or */
  const float *rows;  /* n_ids ready embeddings, [n_ids][hidden_size] */
  guint n_ids;
  const guint32
      *positions; /* (nullable): of the new rows; NULL: they follow the cache's length and what was left out */
  guint left_out; /* positions before the first that the cache holds, which nobody sees: the padding of a prompt */
  guint columns;  /* codes in a row of the picture, for positions of two dimensions */
  float *logits;  /* (nullable): n_logits floats for the last row; with all_logits n_ids x n_logits */
  gboolean all_logits;
};

/* Watches intermediate values (golden probes, alignment): @layer is -1 outside layers; @data is [rows][width], an
 * input's rows in order, block by block. @what: "embedding", "rope_cos" and "rope_sin" (width head_dim / 2) and
 * "final_norm" outside layers; in each layer "q_proj", "q_normed", "k_normed", "q_rope", "k_rope" (width heads *
 * head_dim), "attn_out", "mlp_out" (before a swin norm and the residual sum) and "layer" (the layer's raw output). */
typedef void (*ArraTransformerWatch) (const char *what,
                                      int layer,
                                      guint input,
                                      const float *data,
                                      guint rows,
                                      guint width,
                                      gpointer user);

/* Appends the inputs' rows to their caches and computes logits. Prompts longer than max_rows go in blocks; a block
 * gives the same bits as one-row steps (except where frequencies depend on the length of a call). Errors: cache or
 * context full (ARGUMENT), an id outside the vocabulary (ARGUMENT). Allocates nothing. Cancellable between blocks and
 * layers; then the caches keep the length they had. */
gboolean arra_transformer_forward (ArraTransformerRun *run,
                                   ArraTransformerInput *inputs,
                                   guint n_inputs,
                                   ArraTransformerWatch watch,
                                   gpointer user,
                                   GCancellable *cancellable,
                                   GError **error);

/* Whether the angles of positions are the same in a call whose furthest position is @from - 1 and in one where it is
 * @to - 1. */
gboolean arra_transformer_run_is_steady (ArraTransformerRun *run, guint from, guint to);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraTransformerRun, arra_transformer_run_free)
