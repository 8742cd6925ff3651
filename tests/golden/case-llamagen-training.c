/* case-llamagen-training.c - LlamaGen in training: logits, loss and gradients of a batch with classes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "adamw.h"
#include "case-llamagen.h"
#include "llamagen_graph.h"
#include "objective.h"

#define LOSS_BOUND 2e-5

/* Sequences of a class and codes, and of one code more, whose place nothing is predicted at. */
typedef struct
{
  const LlamagenCase *item;
  ArraTrainable model;
  ArraParameters *parameters;
  guint n, length; /* of the reference's rows */
  guint32 *ids, *longer, *lengths;
  gint32 *labels; /* of the longer sequences */
} Batch;

/* @classes [n], @codes [n][length - 1], @targets [n][length] */
static void
fill (Batch *b, const gint64 *classes, const gint64 *codes, const gint64 *targets)
{
  for (guint i = 0; i < b->n; i++)
    {
      guint32 *ids = b->ids + (gsize) i * b->length, *longer = b->longer + (gsize) i * (b->length + 1);
      gint32 *labels = b->labels + (gsize) i * (b->length + 1);

      b->lengths[i] = b->length + 1;
      ids[0] = b->item->config.n_codes + (guint32) classes[i];
      labels[0] = -100;
      for (guint j = 0; j < b->length; j++)
        {
          if (j > 0)
            ids[j] = (guint32) codes[i * (b->length - 1) + j - 1];
          longer[j] = ids[j];
          labels[j + 1] = (gint32) targets[i * b->length + j];
        }
      longer[b->length] = (guint32) targets[(i + 1) * b->length - 1];
    }
}

static gboolean
read_batch (Batch *b)
{
  gsize n = 0, n_codes = 0, n_targets = 0;
  g_autofree gint64 *classes = check_read_ints (b->item->check, b->item->file, "in.class_ids", &n);
  g_autofree gint64 *codes = check_read_ints (b->item->check, b->item->file, "in.idx", &n_codes);
  g_autofree gint64 *targets = check_read_ints (b->item->check, b->item->file, "in.train.targets", &n_targets);

  if (classes == NULL || codes == NULL || targets == NULL || n_targets != n_codes + n)
    return FALSE;
  b->n = (guint) n;
  b->length = (guint) (n_targets / n);
  b->ids = g_new (guint32, n_targets);
  b->longer = g_new (guint32, n_targets + n);
  b->labels = g_new (gint32, n_targets + n);
  b->lengths = g_new (guint32, n);
  b->model = arra_llamagen_trainable (&b->item->config, (guint) lround (sqrt (b->length)));
  fill (b, classes, codes, targets);
  return TRUE;
}

static gboolean
compare_logits (ArraTape *tape, gpointer user, GError **error)
{
  const Batch *b = user;
  const ArraSequences sequences = { b->n, b->length, b->ids, NULL };
  const ArraDropout none = { 0 };
  ArraTransformerNodes nodes;
  ArraNode *logits;

  b->model.graph (&b->model, tape, b->parameters, &sequences, ARRA_NO_TAPS, &none, &nodes);
  logits = b->model.logits (&b->model, tape, b->parameters, nodes.hidden);
  if (arra_tape_computes (tape))
    check_floats (b->item->check, b->item->file, CASE, "out.train.logits", logits->data, logits->rows * logits->width);
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
check_losses (const Batch *b, GError **error)
{
  const ArraExec *exec = &b->item->check->exec;
  const ArraObjective plain = { .alignment = { .positions = ARRA_ALIGN_NONE } };
  const ArraBatch batch
      = { .n = b->n, .length = b->length + 1, .ids = b->longer, .labels = b->labels, .lengths = b->lengths };
  g_autoptr (ArraObjectiveRun) run = arra_objective_run_new (&plain, b->model, b->parameters, exec, error);
  ArraLosses losses;

  if (run == NULL || !arra_objective_evaluate (run, &batch, TRUE, &losses, error))
    return FALSE;
  check_number (b, "out.train.loss", losses.total);
  for (guint i = 0; i < b->parameters->n; i++)
    check_gradient (b, &b->parameters->items[i]);
  check_number (b, "out.train.grad_norm", arra_clip_gradients (exec, b->parameters, G_MAXDOUBLE));
  return TRUE;
}

static gboolean
check_batch (Batch *b, GError **error)
{
  const LlamagenCase *item = b->item;
  const ArraWeights weights = arra_llamagen_weights (&item->config, NULL, "");
  g_autoptr (ArraTape) tape
      = arra_tape_new (&item->check->exec, arra_transformer_graph_nodes (item->config.n_layers), error);

  b->parameters = arra_parameters_new (error);
  return tape != NULL && b->parameters != NULL
         && arra_weights_describe (&weights, arra_parameters_add_shape, b->parameters, error)
         && arra_parameters_allocate (b->parameters, TRUE, error)
         && arra_parameters_load (b->parameters, item->weights, error)
         && arra_tape_run (tape, FALSE, compare_logits, b, error) && check_losses (b, error);
}

gboolean
check_llamagen_training (const LlamagenCase *item, GError **error)
{
  Batch b = { .item = item };
  gboolean ok = check_tensor (item->file, "in.train.targets") == NULL || (read_batch (&b) && check_batch (&b, error));

  arra_parameters_free (b.parameters);
  g_free (b.ids);
  g_free (b.longer);
  g_free (b.labels);
  g_free (b.lengths);
  return ok;
}
