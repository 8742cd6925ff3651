/* chameleon_run.h - the buffers of a forward pass, for the transformer's own files
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "attention.h"
#include "chameleon_private.h"

/* One token on its way through the layers. */
typedef struct
{
  guint input;         /* whose token it is */
  guint cache_position; /* where its key and value go */
  guint32 rope_position;
  guint32 id;
  float *logits; /* nullable */
} ArraChameleonRow;

struct _ArraChameleonRun
{
  const ArraChameleon *model;
  ArraExec exec;
  guint max_rows, max_context, score_stride;
  void *block; /* all that follows lies in it */

  ArraChameleonRow *rows;          /* [max_rows] */
  ArraAttentionRow *seen;          /* [max_rows] */
  float **outputs;                 /* [max_rows]: where logits go */
  float *x;                        /* [max_rows][hidden]: the residual stream */
  float *h;                        /* [max_rows][hidden]: what goes into a sublayer, and what comes out */
  float *q, *attended;             /* [max_rows][hidden] */
  float *k, *v;                    /* [max_rows][kv_heads * head_dim] */
  float *gate, *up;                /* [max_rows][intermediate] */
  ArraBlockQ8A *blocks;            /* [max_rows][max (hidden, intermediate) / ARRA_QK] */
  float *frequencies;              /* [head_dim / 2] */
  float *cosine, *sine;            /* [max_rows][head_dim / 2] */
  float *scores;                   /* [threads][score_stride] */
  float *pieces;                   /* of arra_linear_rows() */

  /* the call at hand */
  ArraChameleonInput *inputs;
  guint n_inputs, n_rows;
  ArraChameleonWatch watch;
  gpointer user;
  GCancellable *cancellable;
};

/* x -> x through all layers, for the rows of the block at hand. FALSE when cancelled. */
gboolean arra_chameleon_run_layers (ArraChameleonRun *run, GError **error);

/* The final norm and the logits that the rows of the block ask for. */
void arra_chameleon_run_head (ArraChameleonRun *run);

/* Shows each input's rows of @data to the watcher, if there is one. */
void arra_chameleon_run_show (ArraChameleonRun *run, const char *what, int layer, const float *data, guint width);
