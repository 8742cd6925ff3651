/* graph_encoder.c - operations of image and text encoders that record themselves on a tape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph_encoder.h"

#include "contrastive.h"
#include "interleave.h"
#include "l2_norm.h"
#include "layer_norm.h"
#include "position_add.h"
#include "quick_gelu.h"

/* ---- layer_norm */

typedef struct
{
  float eps;
} Norm;

static void
layer_norm_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *x = y->inputs[0], *weight = y->inputs[1];
  float *moments = arra_tape_scratch (tape, 2 * y->rows);

  if (arra_tape_computes (tape))
    arra_layer_norm_vjp (arra_tape_exec (tape), x->data, weight->data, y->grad, y->rows, y->width,
                         ARRA_NODE_SETTINGS_OF (Norm, y)->eps, moments, x->grad, weight->grad, y->inputs[2]->grad);
}

ArraNode *
arra_graph_layer_norm (ArraTape *tape, ArraNode *x, ArraNode *weight, ArraNode *bias, float eps)
{
  const Norm settings = { eps };
  ArraNode *const inputs[] = { x, weight, bias };
  ArraNode *y = arra_tape_node (tape, x->rows, x->width, layer_norm_vjp, inputs, G_N_ELEMENTS (inputs), &settings,
                                sizeof settings);

  if (arra_tape_computes (tape))
    arra_layer_norm (arra_tape_exec (tape), x->data, weight->data, bias->data, x->rows, x->width, eps, y->data);
  return y;
}

/* ---- quick_gelu */

static void
quick_gelu_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *x = y->inputs[0];

  if (arra_tape_computes (tape))
    arra_quick_gelu_vjp (arra_tape_exec (tape), x->data, y->grad, y->rows * y->width, x->grad);
}

ArraNode *
arra_graph_quick_gelu (ArraTape *tape, ArraNode *x)
{
  ArraNode *y = arra_tape_node (tape, x->rows, x->width, quick_gelu_vjp, &x, 1, NULL, 0);

  if (arra_tape_computes (tape))
    arra_quick_gelu (arra_tape_exec (tape), x->data, y->rows * y->width, y->data);
  return y;
}

/* ---- position_add */

typedef struct
{
  gsize batch, length;
} Places;

static void
position_add_vjp (ArraTape *tape, ArraNode *y)
{
  const Places *places = ARRA_NODE_SETTINGS_OF (Places, y);
  const ArraNode *first = y->inputs[2];

  if (arra_tape_computes (tape))
    arra_position_add_vjp (arra_tape_exec (tape), y->grad, places->batch, places->length, y->width, y->inputs[0]->grad,
                           first != NULL ? first->grad : NULL, y->inputs[1]->grad);
}

ArraNode *
arra_graph_position_add (ArraTape *tape, ArraNode *x, ArraNode *first, ArraNode *positions, gsize batch, gsize length)
{
  const Places settings = { batch, length };
  ArraNode *const inputs[] = { x, positions, first };
  ArraNode *y = arra_tape_node (tape, batch * length, x->width, position_add_vjp, inputs, G_N_ELEMENTS (inputs),
                                &settings, sizeof settings);

  g_assert (x->rows == batch * (first != NULL ? length - 1 : length) && positions->rows >= length);
  if (arra_tape_computes (tape))
    arra_position_add (arra_tape_exec (tape), x->data, first != NULL ? first->data : NULL, positions->data, batch,
                       length, x->width, y->data);
  return y;
}

/* ---- interleave */

static void
interleave_vjp (ArraTape *tape, ArraNode *y)
{
  gsize channels = *ARRA_NODE_SETTINGS_OF (gsize, y);

  if (arra_tape_computes (tape))
    arra_interleave_vjp (arra_tape_exec (tape), y->grad, y->rows, channels, y->width / channels, y->inputs[0]->grad);
}

ArraNode *
arra_graph_interleave (ArraTape *tape, ArraNode *x, gsize channels)
{
  ArraNode *y = arra_tape_node (tape, x->rows, x->width, interleave_vjp, &x, 1, &channels, sizeof channels);

  if (arra_tape_computes (tape))
    arra_interleave (arra_tape_exec (tape), x->data, x->rows, channels, x->width / channels, y->data);
  return y;
}

/* ---- attention */

static float *
attention_scratch (ArraTape *tape, const ArraSequenceShape *shape)
{
  return arra_tape_scratch (
      tape, arra_attention_vjp_scratch (shape->length, arra_pool_threads (arra_tape_exec (tape)->pool)));
}

static void
attention_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *q = y->inputs[0], *k = y->inputs[1], *v = y->inputs[2];
  const ArraSequenceShape *shape = ARRA_NODE_SETTINGS_OF (ArraSequenceShape, y);
  float *scratch = attention_scratch (tape, shape);

  if (arra_tape_computes (tape))
    arra_attention_vjp (arra_tape_exec (tape), shape, q->data, k->data, v->data, y->grad, scratch, q->grad, k->grad,
                        v->grad);
}

ArraNode *
arra_graph_attention_sequences (ArraTape *tape, ArraNode *q, ArraNode *k, ArraNode *v, const ArraSequenceShape *shape)
{
  ArraNode *const inputs[] = { q, k, v };
  ArraNode *y
      = arra_tape_node (tape, q->rows, q->width, attention_vjp, inputs, G_N_ELEMENTS (inputs), shape, sizeof *shape);
  float *scratch = attention_scratch (tape, shape);

  g_assert (q->rows == shape->batch * shape->length);
  if (arra_tape_computes (tape))
    arra_attention_sequences (arra_tape_exec (tape), shape, q->data, k->data, v->data, scratch, y->data);
  return y;
}

/* ---- l2_norm */

static void
l2_norm_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *x = y->inputs[0];

  if (arra_tape_computes (tape))
    arra_l2_norm_vjp (arra_tape_exec (tape), x->data, y->grad, y->rows, y->width, x->grad);
}

ArraNode *
arra_graph_l2_norm (ArraTape *tape, ArraNode *x)
{
  ArraNode *y = arra_tape_node (tape, x->rows, x->width, l2_norm_vjp, &x, 1, NULL, 0);

  if (arra_tape_computes (tape))
    arra_l2_norm (arra_tape_exec (tape), x->data, y->rows, y->width, y->data);
  return y;
}

/* ---- contrastive */

typedef struct
{
  const guint32 *groups;
  float *work;
} Contrastive;

static void
contrastive_vjp (ArraTape *tape, ArraNode *loss)
{
  const ArraNode *images = loss->inputs[0], *texts = loss->inputs[1], *log_scale = loss->inputs[2];
  const Contrastive *c = ARRA_NODE_SETTINGS_OF (Contrastive, loss);
  const ArraContrastive shape = { images->rows, images->width, c->groups };

  if (arra_tape_computes (tape))
    arra_contrastive_vjp (arra_tape_exec (tape), &shape, images->data, texts->data, log_scale->data, c->work, 1,
                          images->grad, texts->grad, log_scale->grad);
}

void
arra_graph_contrastive (ArraTape *tape,
                        ArraNode *images,
                        ArraNode *texts,
                        ArraNode *log_scale,
                        const guint32 *groups,
                        double *loss)
{
  const Contrastive settings = { groups, arra_tape_keep (tape, arra_contrastive_work (images->rows), sizeof (float)) };
  const ArraContrastive shape = { images->rows, images->width, groups };
  ArraNode *const inputs[] = { images, texts, log_scale };

  g_assert (texts->rows == images->rows && texts->width == images->width);
  arra_tape_node (tape, 0, 0, contrastive_vjp, inputs, G_N_ELEMENTS (inputs), &settings, sizeof settings);
  *loss = 0;
  if (arra_tape_computes (tape))
    *loss = arra_contrastive (arra_tape_exec (tape), &shape, images->data, texts->data, log_scale->data, settings.work);
}
