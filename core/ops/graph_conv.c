/* graph_conv.c - operations on batches of feature maps that record themselves on a tape
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph_conv.h"

#include <string.h>

#include "add.h"
#include "average_pool.h"
#include "gather.h"
#include "leaky_relu.h"
#include "pixel_norm.h"

/* ---- convolution */

static void
conv_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *x = y->inputs[0], *weight = y->inputs[1], *bias = y->inputs[2], *residual = y->inputs[3];
  const ArraConvBatch *conv = ARRA_NODE_SETTINGS_OF (ArraConvBatch, y);
  const ArraExec *exec = arra_tape_exec (tape);
  float *scratch = arra_tape_scratch (tape, arra_conv_batch_vjp_scratch (conv, arra_pool_threads (exec->pool)));

  if (!arra_tape_computes (tape))
    return;
  arra_conv_batch_vjp (exec, conv, x->data, weight->data, y->grad, scratch, x->grad, weight->grad, bias->grad);
  if (residual != NULL && residual->grad != NULL)
    arra_add (exec, y->grad, y->rows * y->width, residual->grad);
}

ArraNode *
arra_graph_conv (ArraTape *tape,
                 ArraNode *x,
                 ArraNode *weight,
                 ArraNode *bias,
                 ArraNode *residual,
                 const ArraConvBatch *conv)
{
  ArraNode *const inputs[] = { x, weight, bias, residual };
  const ArraExec *exec = arra_tape_exec (tape);
  float *scratch = arra_tape_scratch (tape, arra_conv_batch_scratch (conv, arra_pool_threads (exec->pool)));
  gsize height, width;
  ArraNode *y;

  arra_conv_batch_output_size (conv, &height, &width);
  g_assert (x->rows == conv->n * conv->height * conv->width && x->width == conv->in_channels);
  y = arra_tape_node (tape, conv->n * height * width, conv->out_channels, conv_vjp, inputs, G_N_ELEMENTS (inputs), conv,
                      sizeof *conv);
  if (arra_tape_computes (tape))
    arra_conv_batch (exec, conv, x->data, weight->data, bias->data, residual != NULL ? residual->data : NULL, scratch,
                     y->data);
  return y;
}

/* ---- normalisation */

typedef struct
{
  ArraNormBatch norm;
  ArraNormBatchKept kept;
} Norm;

static void
norm_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *x = y->inputs[0], *weight = y->inputs[1];
  const Norm *n = ARRA_NODE_SETTINGS_OF (Norm, y);
  float *scratch = arra_tape_scratch (tape, arra_norm_batch_scratch (&n->norm));

  if (arra_tape_computes (tape))
    arra_norm_batch_vjp (arra_tape_exec (tape), &n->norm, x->data, weight->data, &n->kept, y->grad, scratch, x->grad,
                         weight->grad, y->inputs[2]->grad);
}

ArraNode *
arra_graph_norm (ArraTape *tape, ArraNode *x, ArraNode *weight, ArraNode *bias, const ArraNormBatch *norm)
{
  const Norm settings = { *norm,
                          { arra_tape_keep (tape, 2 * norm->n * norm->channels, sizeof (float)),
                            arra_tape_keep (tape, 2 * norm->n * norm->groups, sizeof (double)) } };
  ArraNode *const inputs[] = { x, weight, bias };
  float *scratch = arra_tape_scratch (tape, arra_norm_batch_scratch (norm));
  ArraNode *y
      = arra_tape_node (tape, x->rows, x->width, norm_vjp, inputs, G_N_ELEMENTS (inputs), &settings, sizeof settings);

  g_assert (x->rows == norm->n * norm->pixels && x->width == norm->channels);
  if (arra_tape_computes (tape))
    arra_norm_batch (arra_tape_exec (tape), norm, x->data, weight->data, bias->data, scratch, &settings.kept, y->data);
  return y;
}

/* ---- normalisation of pixels */

typedef struct
{
  float eps;
  gboolean swish;
} PixelNorm;

static void
pixel_norm_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *x = y->inputs[0], *weight = y->inputs[1], *bias = y->inputs[2];
  const PixelNorm *norm = ARRA_NODE_SETTINGS_OF (PixelNorm, y);
  float *scratch = arra_tape_scratch (tape, arra_pixel_norm_vjp_scratch (y->rows, y->width));

  if (arra_tape_computes (tape))
    arra_pixel_norm_vjp (arra_tape_exec (tape), x->data, weight->data, bias->data, y->rows, y->width, norm->eps,
                         norm->swish, y->grad, scratch, x->grad, weight->grad, bias->grad);
}

ArraNode *
arra_graph_pixel_norm (ArraTape *tape, ArraNode *x, ArraNode *weight, ArraNode *bias, float eps, gboolean swish)
{
  const PixelNorm settings = { eps, swish };
  ArraNode *const inputs[] = { x, weight, bias };
  ArraNode *y = arra_tape_node (tape, x->rows, x->width, pixel_norm_vjp, inputs, G_N_ELEMENTS (inputs), &settings,
                                sizeof settings);

  if (arra_tape_computes (tape))
    arra_pixel_norm (arra_tape_exec (tape), x->data, weight->data, bias->data, x->rows, x->width, eps, swish, y->data);
  return y;
}

/* ---- leaky ReLU */

static void
leaky_relu_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *x = y->inputs[0];

  if (arra_tape_computes (tape))
    arra_leaky_relu_vjp (arra_tape_exec (tape), x->data, y->grad, y->rows * y->width, x->grad);
}

ArraNode *
arra_graph_leaky_relu (ArraTape *tape, ArraNode *x)
{
  ArraNode *y = arra_tape_node (tape, x->rows, x->width, leaky_relu_vjp, &x, 1, NULL, 0);

  if (arra_tape_computes (tape))
    arra_leaky_relu (arra_tape_exec (tape), x->data, y->rows * y->width, y->data);
  return y;
}

/* ---- attention */

static void
attention_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *q = y->inputs[0], *k = y->inputs[1], *v = y->inputs[2];
  const ArraAttentionBatch *shape = ARRA_NODE_SETTINGS_OF (ArraAttentionBatch, y);
  const ArraExec *exec = arra_tape_exec (tape);
  float *scratch = arra_tape_scratch (tape, arra_attention_batch_scratch (shape, arra_pool_threads (exec->pool)));

  if (arra_tape_computes (tape))
    arra_attention_batch_vjp (exec, shape, q->data, k->data, v->data, y->grad, scratch, q->grad, k->grad, v->grad);
}

ArraNode *
arra_graph_spatial_attention (ArraTape *tape, ArraNode *q, ArraNode *k, ArraNode *v, const ArraAttentionBatch *shape)
{
  ArraNode *const inputs[] = { q, k, v };
  const ArraExec *exec = arra_tape_exec (tape);
  float *scratch = arra_tape_scratch (tape, arra_attention_batch_scratch (shape, arra_pool_threads (exec->pool)));
  ArraNode *y
      = arra_tape_node (tape, q->rows, q->width, attention_vjp, inputs, G_N_ELEMENTS (inputs), shape, sizeof *shape);

  g_assert (q->rows == shape->n * shape->pixels && q->width == shape->channels);
  if (arra_tape_computes (tape))
    arra_attention_batch (exec, shape, q->data, k->data, v->data, scratch, y->data);
  return y;
}

/* ---- mean */

static void
average_pool_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *x = y->inputs[0];

  if (arra_tape_computes (tape))
    arra_average_pool_vjp (arra_tape_exec (tape), y->grad, y->rows, x->rows / y->rows, y->width, x->grad);
}

ArraNode *
arra_graph_average_pool (ArraTape *tape, ArraNode *x, gsize n)
{
  ArraNode *y = arra_tape_node (tape, n, x->width, average_pool_vjp, &x, 1, NULL, 0);

  g_assert (n > 0 && x->rows % n == 0);
  if (arra_tape_computes (tape))
    arra_average_pool (arra_tape_exec (tape), x->data, n, x->rows / n, x->width, y->data);
  return y;
}

/* ---- maps as vectors */

static void
flatten_vjp (ArraTape *tape, ArraNode *y)
{
  if (arra_tape_computes (tape))
    arra_add (arra_tape_exec (tape), y->grad, y->rows * y->width, y->inputs[0]->grad);
}

ArraNode *
arra_graph_flatten (ArraTape *tape, ArraNode *x, gsize n)
{
  ArraNode *y;

  g_assert (n > 0 && x->rows % n == 0);
  y = arra_tape_node (tape, n, x->rows / n * x->width, flatten_vjp, &x, 1, NULL, 0);
  if (arra_tape_computes (tape))
    memcpy (y->data, x->data, x->rows * x->width * sizeof *y->data);
  return y;
}

/* ---- codes, and gradients from outside */

static void
straight_through_vjp (ArraTape *tape, ArraNode *y)
{
  if (arra_tape_computes (tape))
    arra_add (arra_tape_exec (tape), y->grad, y->rows * y->width, y->inputs[0]->grad);
}

/* Against a gradient of the number's own sign a step of descent leads inside. */
static void
bounded_through_vjp (ArraTape *tape, ArraNode *y)
{
  const ArraNode *x = y->inputs[0];

  for (gsize i = 0; arra_tape_computes (tape) && i < y->rows * y->width; i++)
    if ((x->data[i] <= 1 || y->grad[i] > 0) && (x->data[i] >= -1 || y->grad[i] < 0))
      x->grad[i] += y->grad[i];
}

ArraNode *
arra_graph_straight_through (ArraTape *tape, ArraNode *x, const float *codebook, const guint32 *codes, gboolean bounded)
{
  ArraNode *y
      = arra_tape_node (tape, x->rows, x->width, bounded ? bounded_through_vjp : straight_through_vjp, &x, 1, NULL, 0);

  if (arra_tape_computes (tape))
    arra_gather (arra_tape_exec (tape), codebook, codes, x->rows, x->width, y->data);
  return y;
}

typedef struct
{
  const float *grad;
} Given;

static void
given_gradient_vjp (ArraTape *tape, ArraNode *loss)
{
  const ArraNode *x = loss->inputs[0];

  if (arra_tape_computes (tape))
    arra_add (arra_tape_exec (tape), ARRA_NODE_SETTINGS_OF (Given, loss)->grad, x->rows * x->width, x->grad);
}

void
arra_graph_given_gradient (ArraTape *tape, ArraNode *x, const float *grad)
{
  const Given settings = { grad };

  arra_tape_node (tape, 0, 0, given_gradient_vjp, &x, 1, &settings, sizeof settings);
}
