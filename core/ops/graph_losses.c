/* graph_losses.c - losses on a tape: where gradients begin
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cosine_similarity.h"
#include "cross_entropy.h"
#include "graph.h"
#include "squared_error.h"

/* ---- cross-entropy */

typedef struct
{
  const guint32 *targets;
  const float *logsumexp;
  float scale, z_scale;
} CrossEntropy;

static void
cross_entropy_vjp (ArraTape *tape, ArraNode *loss)
{
  const ArraNode *logits = loss->inputs[0];
  const CrossEntropy *c = ARRA_NODE_SETTINGS_OF (CrossEntropy, loss);

  if (arra_tape_computes (tape))
    arra_cross_entropy_vjp (arra_tape_exec (tape), logits->data, c->targets, logits->rows, logits->width, c->logsumexp,
                            c->scale, c->z_scale, logits->grad);
}

void
arra_graph_cross_entropy (ArraTape *tape,
                          ArraNode *logits,
                          const guint32 *targets,
                          double scale,
                          double z_scale,
                          double *cross_entropy,
                          double *z)
{
  float *logsumexp = arra_tape_keep (tape, logits->rows, sizeof (float));
  const CrossEntropy settings = { targets, logsumexp, (float) scale, (float) z_scale };

  arra_tape_node (tape, 0, 0, cross_entropy_vjp, &logits, 1, &settings, sizeof settings);
  logits->grad_over_data = TRUE;
  *cross_entropy = *z = 0;
  if (arra_tape_computes (tape))
    arra_cross_entropy (arra_tape_exec (tape), logits->data, targets, logits->rows, logits->width, logsumexp,
                        cross_entropy, z);
}

/* ---- several classifications */

typedef struct
{
  ArraHeads heads;
  const gint32 *labels;
  float scale;
} Heads;

static void
head_cross_entropy_vjp (ArraTape *tape, ArraNode *loss)
{
  const ArraNode *logits = loss->inputs[0];
  const Heads *h = ARRA_NODE_SETTINGS_OF (Heads, loss);

  if (arra_tape_computes (tape))
    arra_head_cross_entropy_vjp (arra_tape_exec (tape), logits->data, h->labels, logits->rows, &h->heads, h->scale,
                                 logits->grad);
}

void
arra_graph_head_cross_entropy (ArraTape *tape,
                               ArraNode *logits,
                               const gint32 *labels,
                               const ArraHeads *heads,
                               double scale,
                               double *sum)
{
  const Heads settings = { *heads, labels, (float) scale };

  g_assert (logits->width == heads->starts[heads->n]);
  arra_tape_node (tape, 0, 0, head_cross_entropy_vjp, &logits, 1, &settings, sizeof settings);
  *sum = 0;
  if (arra_tape_computes (tape))
    *sum = arra_head_cross_entropy (arra_tape_exec (tape), logits->data, labels, logits->rows, heads);
}

/* ---- alignment */

typedef struct
{
  const float *features;
  const guint32 *items;
  float scale;
} Alignment;

static void
cosine_similarity_vjp (ArraTape *tape, ArraNode *loss)
{
  const ArraNode *x = loss->inputs[0];
  const Alignment *a = ARRA_NODE_SETTINGS_OF (Alignment, loss);

  if (arra_tape_computes (tape))
    arra_cosine_similarity_vjp (arra_tape_exec (tape), x->data, a->features, a->items, x->rows, x->width, a->scale,
                                x->grad);
}

void
arra_graph_cosine_similarity (ArraTape *tape,
                              ArraNode *x,
                              const float *features,
                              const guint32 *items,
                              double scale,
                              double *sum)
{
  const Alignment settings = { features, items, (float) scale };
  float *cosines = arra_tape_scratch (tape, x->rows);

  arra_tape_node (tape, 0, 0, cosine_similarity_vjp, &x, 1, &settings, sizeof settings);
  *sum = 0;
  if (arra_tape_computes (tape))
    *sum = arra_cosine_similarity (arra_tape_exec (tape), x->data, features, items, x->rows, x->width, cosines);
}

static void
squared_error_vjp (ArraTape *tape, ArraNode *loss)
{
  const ArraNode *x = loss->inputs[0];
  const Alignment *a = ARRA_NODE_SETTINGS_OF (Alignment, loss);

  if (arra_tape_computes (tape))
    arra_squared_error_vjp (arra_tape_exec (tape), x->data, a->features, a->items, x->rows, x->width, a->scale,
                            x->grad);
}

void
arra_graph_squared_error (ArraTape *tape,
                          ArraNode *x,
                          const float *features,
                          const guint32 *items,
                          double scale,
                          double *sum)
{
  const Alignment settings = { features, items, (float) scale };
  float *errors = arra_tape_scratch (tape, x->rows);

  arra_tape_node (tape, 0, 0, squared_error_vjp, &x, 1, &settings, sizeof settings);
  *sum = 0;
  if (arra_tape_computes (tape))
    *sum = arra_squared_error (arra_tape_exec (tape), x->data, features, items, x->rows, x->width, errors);
}
