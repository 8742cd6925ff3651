/* case-llamagen-training.c - LlamaGen in training: logits, loss and gradients of a batch with classes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "adamw.h"
#include "case-llamagen.h"
#include "llamagen_graph.h"

#define LOSS_BOUND 2e-5

typedef struct
{
  const LlamagenCase *item;
  ArraParameters *parameters;
  ArraLlamagenPictures pictures;
  guint32 *classes, *codes, *targets;
  gsize n_rows;
  double loss, z;
} Batch;

static guint32 *
read_ids (const LlamagenCase *item, const char *name, gsize *n)
{
  g_autofree gint64 *wide = check_read_ints (item->check, item->file, name, n);
  guint32 *ids = g_new (guint32, MAX (*n, 1));

  for (gsize i = 0; wide != NULL && i < *n; i++)
    ids[i] = (guint32) wide[i];
  return ids;
}

static gboolean
read_batch (Batch *b)
{
  gsize n, n_codes;

  b->classes = read_ids (b->item, "in.class_ids", &n);
  b->codes = read_ids (b->item, "in.idx", &n_codes);
  b->targets = read_ids (b->item, "in.train.targets", &b->n_rows);
  if (n == 0 || b->n_rows != n_codes + n)
    return FALSE;
  b->pictures = (ArraLlamagenPictures){ .n = (guint) n,
                                        .n_codes = (guint) (n_codes / n),
                                        .columns = (guint) lround (sqrt ((double) b->n_rows / (double) n)),
                                        .classes = b->classes,
                                        .codes = b->codes };
  return TRUE;
}

/* Logits are compared before the loss takes their memory. */
static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  Batch *b = user;
  const ArraDropout none = { 0 };
  ArraTransformerNodes nodes;
  ArraNode *logits;

  arra_llamagen_graph (tape, &b->item->config, b->parameters, &b->pictures, ARRA_NO_LAYER, &none, &nodes);
  logits = arra_llamagen_graph_logits (tape, b->parameters, nodes.hidden);
  if (arra_tape_computes (tape))
    check_floats (b->item->check, b->item->file, CASE, "out.train.logits", logits->data, logits->rows * logits->width);
  arra_graph_cross_entropy (tape, logits, b->targets, 1 / (double) b->n_rows, 0, &b->loss, &b->z);
  arra_tape_backward (tape);
  return TRUE;
}

static void
check_number (const Batch *b, const char *name, double value)
{
  Check *check = b->item->check;
  double bound = check->bound;
  float number = (float) value;

  check->bound = LOSS_BOUND;
  check_floats (check, b->item->file, CASE, name, &number, 1);
  check->bound = bound;
}

/* |difference| <= 1e-6 + 1e-4 * the largest gradient of the tensor, for those that the case has */
static void
check_gradient (const Batch *b, const ArraParameter *parameter)
{
  Check *check = b->item->check;
  g_autofree char *name = g_strconcat ("out.train.grad.", parameter->name, NULL);
  const ArraTensor *expected = check_tensor (b->item->file, name);
  double bound = check->bound, largest = 0;

  for (gsize i = 0; expected != NULL && i < arra_tensor_count (expected); i++)
    largest = MAX (largest, fabs ((double) ((const float *) expected->data)[i]));
  check->bound = 1e-6 + 1e-4 * largest;
  check_floats (check, b->item->file, CASE, name, b->parameters->grad + parameter->offset, parameter->count);
  check->bound = bound;
}

static gboolean
run (Batch *b, GError **error)
{
  const LlamagenCase *item = b->item;
  g_autoptr (ArraTape) tape = arra_tape_new (&item->check->exec, arra_transformer_graph_nodes (item->config.n_layers), error);

  b->parameters = arra_parameters_new (error);
  if (tape == NULL || b->parameters == NULL || !arra_llamagen_describe (&item->config, arra_parameters_add_shape, b->parameters, error)
      || !arra_parameters_allocate (b->parameters, TRUE, error) || !arra_parameters_load (b->parameters, item->weights, error)
      || !arra_tape_run (tape, TRUE, compute, b, error))
    return FALSE;
  check_number (b, "out.train.loss", b->loss / (double) b->n_rows);
  for (guint i = 0; i < b->parameters->n; i++)
    check_gradient (b, &b->parameters->items[i]);
  check_number (b, "out.train.grad_norm", arra_clip_gradients (&item->check->exec, b->parameters, G_MAXDOUBLE));
  return TRUE;
}

gboolean
check_llamagen_training (const LlamagenCase *item, GError **error)
{
  Batch b = { .item = item };
  gboolean ok = check_tensor (item->file, "in.train.targets") == NULL || (read_batch (&b) && run (&b, error));

  arra_parameters_free (b.parameters);
  g_free (b.classes);
  g_free (b.codes);
  g_free (b.targets);
  return ok;
}
