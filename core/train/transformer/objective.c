/* objective.c - the ARRA objective and its gradient
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "objective.h"

#include "fail.h"
#include "mem.h"
#include "rope.h"

struct _ArraObjectiveRun
{
  ArraObjective objective;
  ArraTrainable model;
  ArraParameters *parameters;
  ArraTape *tape;

  /* the batch at hand: rows of the padded batch that are learnt, or aligned */
  guint32 *positions;          /* one piece of memory for the arrays */
  gsize room;                  /* rows of it */
  guint32 *learnt, *targets;   /* [n_labels] */
  guint32 *aligned, *items;    /* [n_aligned] */
  guint32 *with_parts, *parts; /* [n_with_parts] */
  const ArraBatch *batch;
  gboolean gradients;
  ArraLosses *losses;
};

#define ADAPTOR_1 "adaptor.layers.0"
#define ADAPTOR_2 "adaptor.layers.2"
#define ARRAYS 6 /* of positions */

static const char *const part_layers[] = { "adaptor.parts.0", "adaptor.parts.2", "adaptor.parts.4" };

static gboolean
has_adaptor (const ArraObjective *objective)
{
  return objective->alignment.positions != ARRA_ALIGN_NONE && objective->alignment.head == ARRA_ALIGN_MLP;
}

static gboolean
add_layer (ArraParameters *parameters, const char *name, gint64 inputs, gint64 outputs, GError **error)
{
  g_autofree char *weight = g_strconcat (name, ".weight", NULL), *bias = g_strconcat (name, ".bias", NULL);
  const gint64 shape[] = { outputs, inputs };

  return arra_parameters_add (parameters, weight, TRUE, 2, shape, error)
         && arra_parameters_add (parameters, bias, TRUE, 1, shape, error);
}

gboolean
arra_objective_add_parameters (const ArraObjective *objective,
                               ArraTrainable model,
                               ArraParameters *parameters,
                               GError **error)
{
  const ArraPartAlignment *parts = &objective->parts;
  gint64 feature = objective->alignment.feature_width;

  if (has_adaptor (objective)
      && (!add_layer (parameters, ADAPTOR_1, model.hidden_size, feature, error)
          || !add_layer (parameters, ADAPTOR_2, feature, feature, error)))
    return FALSE;
  return parts->width == 0
         || (add_layer (parameters, part_layers[0], model.hidden_size, parts->hidden, error)
             && add_layer (parameters, part_layers[1], parts->hidden, parts->hidden, error)
             && add_layer (parameters, part_layers[2], parts->hidden, parts->width, error));
}

/* Layers that are there, and ids that are known. */
static gboolean
check_parts (const ArraObjective *objective, const ArraTrainable *model, GError **error)
{
  if (objective->parts.width == 0)
    return TRUE;
  if (objective->parts.layer > model->n_layers)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "Layer %u cannot be aligned: the model has %u",
                      objective->parts.layer, model->n_layers);
  if (objective->alignment.image_ids == NULL)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "Which tokens are image tokens is not known");
  return TRUE;
}

static gboolean
check_objective (const ArraObjective *objective, const ArraTrainable *model, GError **error)
{
  const ArraAlignment *alignment = &objective->alignment;

  if (!(objective->dropout >= 0 && objective->dropout < 1))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "A dropout of %g: 0 or more and below 1 is possible",
                      objective->dropout);
  if (!check_parts (objective, model, error))
    return FALSE;
  if (alignment->positions == ARRA_ALIGN_NONE)
    return TRUE;
  if (alignment->layer > model->n_layers)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "Layer %u cannot be aligned: the model has %u", alignment->layer,
                      model->n_layers);
  if (alignment->feature_width == 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "There is nothing to align with: features have no width");
  if (alignment->head == ARRA_ALIGN_MAX_POOL && alignment->feature_width > model->hidden_size)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The max-pool head cannot make %u numbers of %u",
                      alignment->feature_width, model->hidden_size);
  if (alignment->positions == ARRA_ALIGN_IMAGE && alignment->image_ids == NULL)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "Which tokens are image tokens is not known");
  return TRUE;
}

ArraObjectiveRun *
arra_objective_run_new (const ArraObjective *objective,
                        ArraTrainable model,
                        ArraParameters *parameters,
                        const ArraExec *exec,
                        GError **error)
{
  g_autoptr (ArraObjectiveRun) run = NULL;

  if (!check_objective (objective, &model, error))
    return NULL;
  run = arra_mem_new0 (1, sizeof *run, "the objective", error);
  if (run == NULL)
    return NULL;
  run->objective = *objective;
  run->model = model;
  run->parameters = parameters;
  run->tape = arra_tape_new (exec, arra_transformer_graph_nodes (model.n_layers), error);
  return run->tape == NULL ? NULL : g_steal_pointer (&run);
}

void
arra_objective_run_free (ArraObjectiveRun *run)
{
  if (run == NULL)
    return;
  arra_tape_free (run->tape);
  arra_mem_free (run->positions);
  arra_mem_free (run);
}

/* ---- the batch: checked, then turned into rows */

/* Ids that the model knows, labels that it can predict. */
static gboolean
check_ids (const ArraTrainable *model, const ArraBatch *batch, GError **error)
{
  const ArraSequences sequences = { batch->n, batch->length, batch->ids, batch->prompts };
  gint64 first = model->first_label, last = first + model->n_labels - 1;

  for (gsize i = 0; i < (gsize) batch->n * batch->length; i++)
    {
      gint64 id = batch->ids[i], label = batch->labels[i];

      if (id >= model->n_ids || label > last)
        return arra_fail (error, ARRA_ERROR_ARGUMENT, "Token id %" G_GINT64_FORMAT " is outside the vocabulary of %u",
                          MAX (id, label), id >= model->n_ids ? model->n_ids : (guint) last + 1);
      if (label >= 0 && label < first)
        return arra_fail (error, ARRA_ERROR_ARGUMENT,
                          "Token id %" G_GINT64_FORMAT
                          " cannot be learnt: the model predicts those from %" G_GINT64_FORMAT " on",
                          label, first);
    }
  return model->check == NULL || model->check (model, &sequences, error);
}

static gboolean
check_batch (const ArraObjectiveRun *run, const ArraBatch *batch, GError **error)
{
  guint longest = MIN (run->model.context, ARRA_ROPE_POSITIONS);

  if (batch->n == 0 || batch->length < 2 || batch->length > longest || (guint64) batch->n * batch->length > G_MAXINT32)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "A batch of %u sequences of %u tokens: 2 to %u tokens are possible",
                      batch->n, batch->length, longest);
  if (!check_ids (&run->model, batch, error))
    return FALSE;
  for (guint i = 0; i < batch->n; i++)
    if (batch->lengths[i] == 0 || batch->lengths[i] > batch->length)
      return arra_fail (error, ARRA_ERROR_ARGUMENT, "Sequence %u has %u tokens in a batch of length %u", i,
                        batch->lengths[i], batch->length);
  if (run->objective.alignment.positions != ARRA_ALIGN_NONE && batch->features == NULL)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "There are no features to align with");
  if (run->objective.parts.width > 0 && (batch->parts == NULL || batch->n_parts == 0))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "There are no features to align with");
  return TRUE;
}

static gboolean
make_room (ArraObjectiveRun *run, gsize rows, GError **error)
{
  if (rows > run->room)
    {
      guint32 *positions
          = arra_mem_resize (run->positions, ARRAYS * rows, sizeof *positions, "the batch's positions", error);

      if (positions == NULL)
        return FALSE;
      run->positions = positions;
      run->room = rows;
    }
  run->learnt = run->positions;
  run->targets = run->learnt + run->room;
  run->aligned = run->targets + run->room;
  run->items = run->aligned + run->room;
  run->with_parts = run->items + run->room;
  run->parts = run->with_parts + run->room;
  return TRUE;
}

/* Position t learns to predict the label of t + 1. */
static gsize
find_learnt (ArraObjectiveRun *run, const ArraBatch *batch)
{
  gsize count = 0;

  for (guint item = 0; item < batch->n; item++)
    for (guint at = 0; at + 1 < batch->length; at++)
      {
        gsize row = (gsize) item * batch->length + at;

        if (batch->labels[row + 1] >= 0)
          {
            run->learnt[count] = (guint32) row;
            run->targets[count++] = (guint32) batch->labels[row + 1] - run->model.first_label;
          }
      }
  return count;
}

static gboolean
prepare (ArraObjectiveRun *run, const ArraBatch *batch, gboolean gradients, ArraLosses *losses, GError **error)
{
  gssize aligned;

  if (!check_batch (run, batch, error) || !make_room (run, (gsize) batch->n * batch->length, error))
    return FALSE;
  *losses = (ArraLosses) { .n_labels = find_learnt (run, batch) };
  if (losses->n_labels == 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "No position of the batch has a label");
  aligned = arra_alignment_rows (&run->objective.alignment, batch->n, batch->length, batch->ids, batch->lengths,
                                 run->aligned, run->items, error);
  if (aligned < 0)
    return FALSE;
  losses->n_aligned = (gsize) aligned;
  if (run->objective.parts.width > 0)
    losses->n_with_parts
        = arra_alignment_parts (&run->objective.parts, run->objective.alignment.image_ids, batch->n, batch->length,
                                batch->ids, batch->lengths, batch->n_parts, run->with_parts, run->parts);
  run->batch = batch;
  run->gradients = gradients;
  run->losses = losses;
  return TRUE;
}

/* ---- the computation */

static ArraNode *
layer (const ArraObjectiveRun *run, ArraTape *tape, const char *name, ArraNode *x)
{
  g_autofree char *weight = g_strconcat (name, ".weight", NULL), *bias = g_strconcat (name, ".bias", NULL);

  return arra_graph_dense (tape, x, arra_parameters_leaf (run->parameters, tape, weight),
                           arra_parameters_leaf (run->parameters, tape, bias));
}

static ArraNode *
adapt (ArraObjectiveRun *run, ArraTape *tape, ArraNode *x)
{
  if (run->objective.alignment.head == ARRA_ALIGN_MAX_POOL)
    return arra_graph_max_pool (tape, x, run->objective.alignment.feature_width);
  x = arra_graph_gelu (tape, layer (run, tape, ADAPTOR_1, x));
  return layer (run, tape, ADAPTOR_2, x);
}

static void
align_parts (ArraObjectiveRun *run, ArraTape *tape, ArraNode *hidden)
{
  ArraLosses *losses = run->losses;
  const gsize n = run->batch->n_with_parts > 0 ? run->batch->n_with_parts : losses->n_with_parts;
  ArraNode *x = arra_graph_gather (tape, hidden, run->with_parts, losses->n_with_parts);
  double sum;

  x = arra_graph_silu (tape, layer (run, tape, part_layers[0], x));
  x = arra_graph_silu (tape, layer (run, tape, part_layers[1], x));
  x = layer (run, tape, part_layers[2], x);
  arra_graph_cosine_similarity (tape, x, run->batch->parts, run->parts, -run->objective.parts.weight / (double) n,
                                &sum);
  losses->parts = ((double) losses->n_with_parts - sum) / (double) n;
}

static void
align (ArraObjectiveRun *run, ArraTape *tape, ArraNode *hidden)
{
  const ArraAlignment *alignment = &run->objective.alignment;
  ArraLosses *losses = run->losses;
  gsize n = run->batch->n_aligned > 0 ? run->batch->n_aligned : losses->n_aligned;
  ArraNode *x = adapt (run, tape, arra_graph_gather (tape, hidden, run->aligned, losses->n_aligned));
  double sum;

  if (alignment->measure == ARRA_ALIGN_COSINE)
    {
      arra_graph_cosine_similarity (tape, x, run->batch->features, run->items, -alignment->weight / (double) n, &sum);
      losses->alignment = ((double) losses->n_aligned - sum) / (double) n;
      return;
    }
  n *= alignment->feature_width;
  arra_graph_squared_error (tape, x, run->batch->features, run->items, alignment->weight / (double) n, &sum);
  losses->alignment = sum / (double) n;
}

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  ArraObjectiveRun *run = user;
  const ArraBatch *batch = run->batch;
  ArraLosses *losses = run->losses;
  const ArraDropout dropout = { run->gradients ? run->objective.dropout : 0, batch->dropout_seed, 0 };
  const ArraSequences sequences = { batch->n, batch->length, batch->ids, batch->prompts };
  double n = (double) (batch->n_labels > 0 ? batch->n_labels : losses->n_labels);
  const ArraTaps taps = { { losses->n_aligned > 0 ? run->objective.alignment.layer : ARRA_NO_LAYER,
                            losses->n_with_parts > 0 ? run->objective.parts.layer : ARRA_NO_LAYER } };
  const ArraTrainable *model = &run->model;
  ArraTransformerNodes nodes;
  ArraNode *logits;

  model->graph (model, tape, run->parameters, &sequences, taps, &dropout, &nodes);
  if (nodes.tapped[0] != NULL)
    align (run, tape, nodes.tapped[0]);
  if (nodes.tapped[1] != NULL)
    align_parts (run, tape, nodes.tapped[1]);
  logits = model->logits (model, tape, run->parameters,
                          arra_graph_gather (tape, nodes.hidden, run->learnt, losses->n_labels));
  arra_graph_cross_entropy (tape, logits, run->targets, 1 / n, run->objective.z_weight / n, &losses->cross_entropy,
                            &losses->z);
  losses->cross_entropy /= n;
  losses->z /= n;
  losses->total = losses->cross_entropy + run->objective.z_weight * losses->z
                  + run->objective.alignment.weight * losses->alignment + run->objective.parts.weight * losses->parts;
  arra_tape_backward (tape);
  return TRUE;
}

gboolean
arra_objective_evaluate (ArraObjectiveRun *run,
                         const ArraBatch *batch,
                         gboolean gradients,
                         ArraLosses *losses,
                         GError **error)
{
  return prepare (run, batch, gradients, losses, error) && arra_tape_run (run->tape, gradients, compute, run, error);
}

gboolean
arra_objective_measure (ArraObjectiveRun *run,
                        const ArraBatch *batch,
                        gboolean gradients,
                        gsize *n_bytes,
                        GError **error)
{
  ArraLosses losses;

  return prepare (run, batch, gradients, &losses, error)
         && arra_tape_measure (run->tape, gradients, compute, run, n_bytes, error);
}
