/* objective.h - the ARRA objective (arXiv 2503.07334): L = L_AR + z_weight * L_z + lambda * L_GVA, and its gradient;
 * beside L_GVA, or in its place, an alignment of parts
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "alignment.h"
#include "trainable.h"

/* The reference computes the alignment only when z_weight > 0; here the two are independent. */
typedef struct
{
  ArraAlignment alignment;
  ArraPartAlignment parts; /* which ids are codes says alignment.image_ids */
  double z_weight;         /* of mean (logsumexp^2); the reference's is 1e-5 */
  double dropout;          /* on the residual branches; the reference's is 0.05 */
} ArraObjective;

typedef struct
{
  guint n, length;
  const guint32 *ids; /* [n][length], padded on the right */
  /* [n][length]: the id at a position that is learnt, negative elsewhere (and for the padding) */
  const gint32 *labels;
  const guint32 *lengths; /* [n]: tokens of each sequence */
  const float *features;  /* [n][feature_width]; NULL without alignment */
  const float *parts;     /* [n][n_parts][parts.width]; NULL without that alignment */
  guint n_parts;          /* of a picture: its codes */
  const float *prompts;   /* (nullable): ArraSequences.prompts */
  guint64 dropout_seed;   /* another one for each step */
  /* What sums are divided by, when this batch is a part of a larger one; 0: by its own counts. */
  gsize n_labels, n_aligned, n_with_parts;
} ArraBatch;

typedef struct
{
  double total;
  double cross_entropy;                    /* mean over learnt positions */
  double z;                                /* mean of logsumexp^2 over learnt positions */
  double alignment;                        /* 1 - mean cosine, or the mean squared difference; 0 without alignment */
  double parts;                            /* 1 - mean cosine over parts; 0 without */
  gsize n_labels, n_aligned, n_with_parts; /* positions of this batch */
} ArraLosses;

/* Adds the adaptor's tensors to the table, when the head has any. The hidden width of the MLP is the feature's. */
gboolean arra_objective_add_parameters (const ArraObjective *objective,
                                        ArraTrainable model,
                                        ArraParameters *parameters,
                                        GError **error);

/* Runs batches of one objective; keeps its memory from step to step. What @model was made of and @parameters must
 * outlive it. */
typedef struct _ArraObjectiveRun ArraObjectiveRun;
ArraObjectiveRun *arra_objective_run_new (const ArraObjective *objective,
                                          ArraTrainable model,
                                          ArraParameters *parameters,
                                          const ArraExec *exec,
                                          GError **error);
void arra_objective_run_free (ArraObjectiveRun *run); /* nullable */

/* The losses of @batch, and with @gradients also the gradient of the total, ADDED to parameters->grad. Without, dropout
 * is off. ARGUMENT: ids or labels outside the vocabulary, nothing to learn, a missing feature, a length beyond the
 * context. mask_image_logits does not apply: what is trained to draw is not masked. */
gboolean arra_objective_evaluate (ArraObjectiveRun *run,
                                  const ArraBatch *batch,
                                  gboolean gradients,
                                  ArraLosses *losses,
                                  GError **error);
/* Bytes of activations and gradients that arra_objective_evaluate() takes for such a batch. */
gboolean arra_objective_measure (ArraObjectiveRun *run,
                                 const ArraBatch *batch,
                                 gboolean gradients,
                                 gsize *n_bytes,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraObjectiveRun, arra_objective_run_free)
