/* classifier_trainee.c - an attribute classifier in training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "classifier_trainee.h"

#include <string.h>

#include "classifier_trainee_private.h"
#include "graph.h"
#include "mem.h"
#include "noise.h"

#define EXTRA_NODES 16
#define PICTURES 0x4a554447 /* the stream of random numbers that chooses them */

enum
{
  LOSS,
  ACCURACY,
  GRADIENT_NORM,
};

static const char *const metric_names[] = { "loss", "accuracy", "gradient_norm", NULL };

/* ---- a batch */

typedef struct
{
  ArraClassifierTrainee *t;
  const ArraTrainStep *step;
} Drawing;

static gsize
choose (const ArraTrainStep *step, gsize i, gsize n)
{
  guint64 bits
      = arra_noise_bits (step->seed ^ PICTURES, (guint32) (step->index >> 32), (guint32) step->index, (guint32) i);

  return (gsize) (bits * n >> 32);
}

static void
draw (gsize begin, gsize end, guint worker, gpointer user)
{
  const Drawing *drawing = user;
  ArraClassifierTrainee *t = drawing->t;
  const ArraClassifierConfig *model = &t->settings.model;
  const ArraTrainStep *step = drawing->step;
  gsize pixels = (gsize) model->size * model->size, n_labels = model->n_attributes;
  float *changed = t->work + 2 * worker * 3 * pixels, *scratch = changed + 3 * pixels;

  for (gsize i = begin; i < end; i++)
    {
      gsize item = choose (step, i, t->data->n);

      arra_augment (&t->settings.augment, t->data->pixels + item * 3 * pixels, model->size, step->seed, step->index,
                    (guint) i, scratch, changed);
      arra_classifier_input (model, changed, t->pixels + i * pixels * arra_classifier_inputs (model));
      memcpy (t->labels + i * n_labels, t->data->labels + item * n_labels, n_labels * sizeof *t->labels);
    }
}

/* ---- a step */

ArraNode *
arra_classifier_trainee_logits (ArraClassifierTrainee *t, gsize n)
{
  const ArraClassifierConfig *model = &t->settings.model;
  ArraNode *pixels
      = arra_tape_leaf (t->tape, n * model->size * model->size, arra_classifier_inputs (model), t->pixels, NULL);

  return arra_classifier_graph (t->tape, model, t->parameters, pixels, n, NULL);
}

/* Of all labels that are said, the share whose logit is the largest. */
static double
find_accuracy (const ArraClassifierTrainee *t, const float *logits)
{
  const ArraClassifierConfig *model = &t->settings.model;
  gsize said = 0, right = 0;

  for (gsize i = 0; i < t->settings.batch; i++, logits += arra_classifier_n_values (model))
    for (guint a = 0; a < model->n_attributes; a++)
      {
        gint32 label = t->labels[i * model->n_attributes + a];
        guint32 best = model->starts[a];

        for (guint32 c = best + 1; c < model->starts[a + 1]; c++)
          if (logits[c] > logits[best])
            best = c;
        said += label >= 0;
        right += label >= 0 && best == model->starts[a] + (guint32) label;
      }
  return said > 0 ? (double) right / (double) said : 0;
}

typedef struct
{
  ArraClassifierTrainee *t;
  double *metrics;
} Step;

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  const Step *s = user;
  ArraClassifierTrainee *t = s->t;
  const ArraClassifierConfig *model = &t->settings.model;
  const ArraHeads heads = { model->n_attributes, model->starts, t->weights };
  double scale = 1 / ((double) t->settings.batch * model->n_attributes);
  ArraNode *logits = arra_classifier_trainee_logits (t, t->settings.batch);

  arra_graph_head_cross_entropy (tape, logits, t->labels, &heads, scale, &s->metrics[LOSS]);
  s->metrics[LOSS] *= scale;
  if (arra_tape_computes (tape))
    s->metrics[ACCURACY] = find_accuracy (t, logits->data);
  arra_tape_backward (tape);
  return TRUE;
}

static gboolean
train_step (gpointer self, const ArraTrainStep *step, double *metrics, GCancellable *cancellable, GError **error)
{
  ArraClassifierTrainee *t = self;
  Step s = { t, metrics };
  Drawing drawing = { t, step };

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  memset (metrics, 0, (G_N_ELEMENTS (metric_names) - 1) * sizeof *metrics);
  arra_pool_run (t->exec.pool, t->settings.batch, 1, draw, &drawing);
  arra_parameters_zero_grad (t->parameters);
  if (!arra_tape_run (t->tape, TRUE, compute, &s, error))
    return FALSE;
  metrics[GRADIENT_NORM] = arra_learner_step (&t->learner, &t->exec, step);
  return TRUE;
}

/* ---- state */

static gboolean
visit_state (gpointer self, ArraStateFunc func, gpointer user, GError **error)
{
  return arra_learner_visit (&((ArraClassifierTrainee *) self)->learner, func, user, error);
}

static void
hash_data (gpointer self, GChecksum *hash)
{
  arra_classifier_data_hash (((const ArraClassifierTrainee *) self)->data, hash);
}

static gsize
samples_per_step (gpointer self)
{
  return ((const ArraClassifierTrainee *) self)->settings.batch;
}

/* ---- making one */

static void
trainee_free (gpointer self)
{
  ArraClassifierTrainee *t = self;

  if (t == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (t->names); i++)
    g_free (t->names[i]);
  arra_classifier_settings_clear (&t->settings);
  arra_classifier_data_free (t->data);
  arra_parameters_free (t->parameters);
  arra_learner_clear (&t->learner);
  arra_tape_free (t->tape);
  arra_mem_free (t->weights);
  arra_mem_free (t->pixels);
  arra_mem_free (t->labels);
  arra_mem_free (t->work);
  arra_mem_free (t);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraClassifierTrainee, trainee_free)

static gboolean
make_parameters (ArraClassifierTrainee *t, guint64 seed, GError **error)
{
  t->parameters = arra_parameters_new (error);
  if (t->parameters == NULL || !arra_parameters_add_classifier (t->parameters, &t->settings.model, error)
      || !arra_parameters_allocate (t->parameters, TRUE, error))
    return FALSE;
  arra_parameters_start_by_inputs (t->parameters, seed);
  return arra_learner_init (&t->learner, &t->settings.learner, t->parameters, &t->exec, error);
}

static gboolean
take (float **place, gsize n, gsize each, GError **error)
{
  *place = arra_mem_new (n, each * sizeof **place, "the training", error);
  return *place != NULL;
}

static gboolean
make_room (ArraClassifierTrainee *t, GError **error)
{
  const ArraClassifierConfig *model = &t->settings.model;
  gsize pixels = (gsize) model->size * model->size, batch = t->settings.batch;

  t->labels = arra_mem_new (batch, model->n_attributes * sizeof *t->labels, "the training", error);
  if (t->labels == NULL || !take (&t->pixels, batch, pixels * arra_classifier_inputs (model), error)
      || !take (&t->work, 2 * (gsize) arra_pool_threads (t->exec.pool), 3 * pixels, error)
      || !take (&t->weights, arra_classifier_n_values (model), 1, error))
    return FALSE;
  arra_classifier_data_weights (t->data, model, t->settings.balance, t->weights);
  t->tape = arra_tape_new (&t->exec, arra_classifier_graph_nodes (model) + EXTRA_NODES, error);
  return t->tape != NULL;
}

static const ArraTraineeClass trainee_class = {
  .kind = "classifier",
  .metrics = metric_names,
  .step = train_step,
  .visit_state = visit_state,
  .hash_data = hash_data,
  .save_model = arra_classifier_trainee_save,
  .samples_per_step = samples_per_step,
  .samples = "pictures",
  .free = trainee_free,
};

static void
make_class (ArraClassifierTrainee *t)
{
  t->klass = trainee_class;
  if (t->data->n_valid == 0)
    return; /* there is nothing to measure */
  arra_classifier_trainee_name (t);
  t->klass.valid_metrics = t->valid_metrics;
  t->klass.validate = arra_classifier_trainee_validate;
}

/* Without what is learnt from. */
static ArraClassifierTrainee *
begin (const ArraYaml *config, const ArraTrainSetup *setup, GError **error)
{
  g_autoptr (ArraClassifierTrainee) t = arra_mem_new0 (1, sizeof *t, "the training", error);

  if (t == NULL)
    return NULL;
  t->exec = setup->exec;
  return arra_classifier_settings_read (&t->settings, config, error) ? g_steal_pointer (&t) : NULL;
}

/* @begun (transfer full) with its data and attributes. */
static gboolean
finish (ArraClassifierTrainee *begun, guint64 seed, ArraTrainee *out, GError **error)
{
  g_autoptr (ArraClassifierTrainee) t = begun;

  if (!make_parameters (t, seed, error) || !make_room (t, error))
    return FALSE;
  make_class (t);
  out->klass = &t->klass;
  out->self = g_steal_pointer (&t);
  return TRUE;
}

gboolean
arra_classifier_trainee_new (const ArraYaml *config, const ArraTrainSetup *setup, ArraTrainee *out, GError **error)
{
  g_autoptr (ArraClassifierTrainee) t = begin (config, setup, error);

  if (t == NULL)
    return FALSE;
  t->data = arra_classifier_data_load (config, t->settings.held, setup, &t->settings.model, error);
  return t->data != NULL && finish (g_steal_pointer (&t), setup->seed, out, error);
}

gboolean
arra_classifier_trainee_new_from (const ArraYaml *config,
                                  const ArraTrainSetup *setup,
                                  ArraClassifierData *data,
                                  const ArraClassifierAttribute *attributes,
                                  ArraTrainee *out,
                                  GError **error)
{
  g_autoptr (ArraClassifierData) owned = data;
  g_autoptr (ArraClassifierTrainee) t = begin (config, setup, error);

  if (t == NULL)
    return FALSE;
  g_assert (data->size == t->settings.model.size);
  t->data = g_steal_pointer (&owned);
  arra_classifier_config_set_attributes (&t->settings.model, attributes, data->n_attributes);
  return arra_classifier_config_check (&t->settings.model, arra_yaml_path (config), error)
         && finish (g_steal_pointer (&t), setup->seed, out, error);
}
