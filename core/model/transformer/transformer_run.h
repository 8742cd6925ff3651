/* transformer_run.h - the buffers of a forward pass, for the transformer's own files and its families' steps
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "attention.h"
#include "transformer.h"

/* One token on its way through the layers. */
typedef struct
{
  guint input;          /* whose token it is */
  guint cache_position; /* where its key and value go */
  guint32 position;     /* what its angles come from */
  guint32 id;
  const float *ready; /* (nullable): its embedding, instead of an id */
  float *logits;      /* nullable */
} ArraTransformerRow;

struct _ArraTransformerRun
{
  const ArraTransformer *transformer;
  ArraExec exec;
  guint max_rows, max_context, score_stride;
  void *block; /* all that follows lies in it */

  ArraTransformerRow *rows; /* [max_rows] */
  guint32 *ids;             /* [max_rows]: of rows that follow one another */
  ArraAttentionRow *seen;   /* [max_rows] */
  float **outputs;          /* [max_rows]: where logits go */
  float *x;                 /* [max_rows][hidden]: the residual stream */
  float *h;                 /* [max_rows][hidden]: what goes into a sublayer, and what comes out */
  float *q, *attended;      /* [max_rows][heads * head_dim] */
  float *k, *v;             /* [max_rows][kv_heads * head_dim] */
  float *gate, *up;         /* [max_rows][intermediate] */
  float *workspace;         /* [max_rows][shape.workspace] */
  ArraBlockQ8A *blocks;     /* [max_rows][the widest input of a matrix / ARRA_QK] */
  float *frequencies;       /* [head_dim / 2] */
  float *cosine, *sine;     /* [max_rows][head_dim / 2] */
  float *scores;            /* [threads][ARRA_ATTEND_QUERIES][score_stride] */
  float *pieces;            /* of arra_linear_rows() */

  /* the call at hand */
  ArraTransformerInput *inputs;
  guint n_inputs, n_rows;
  ArraTransformerWatch watch;
  gpointer user;
  GCancellable *cancellable;
};

/* x -> x through all layers, for the rows of the block at hand; unless they are watched, those without logits are gone
 * afterwards. FALSE when cancelled. */
gboolean arra_transformer_run_layers (ArraTransformerRun *run, GError **error);

/* The final norm and the logits that the rows of the block ask for. */
void arra_transformer_run_head (ArraTransformerRun *run);

/* Shows each input's rows of @data to the watcher, if there is one. */
void arra_transformer_run_show (ArraTransformerRun *run, const char *what, int layer, const float *data, guint width);

/* ---- steps that families are made of */

/* x [n][hidden] = the rows @ids of @table */
void
arra_transformer_run_look_up (ArraTransformerRun *run, const ArraWeight *table, const guint32 *ids, guint n, float *x);
/* y = x W^T (+ b, where it was bound), x: [n][inputs of the matrix] */
void arra_transformer_run_linear (ArraTransformerRun *run,
                                  const ArraWeight *weight,
                                  const ArraWeight *bias,
                                  const float *x,
                                  guint n,
                                  float *y);
/* The same, a row's result at outputs[row]. */
void arra_transformer_run_logits (ArraTransformerRun *run,
                                  const ArraWeight *weight,
                                  const ArraWeight *bias,
                                  const float *x,
                                  guint n,
                                  float *const *outputs);
