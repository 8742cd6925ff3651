/* clip_trainee.c - a small CLIP in training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip_trainee.h"

#include <math.h>
#include <string.h>

#include "clip_trainee_private.h"
#include "mem.h"

#define EXTRA_NODES 16
#define MAX_LOG_SCALE 4.6051702f /* log (100) */

enum
{
  LOSS,
  ACCURACY,
  LOGIT_SCALE,
  GRADIENT_NORM,
};

static const char *const metric_names[] = { "loss", "accuracy", "logit_scale", "gradient_norm", NULL };

/* ---- a step */

void
arra_clip_trainee_pairs (ArraClipTrainee *t, ArraClipPairs *out)
{
  const ArraClipBatch *batch = t->batch;
  const ArraClipNet net = { &t->settings.model, t->parameters };
  const ArraClipTexts texts = { batch->n, batch->length, batch->ids, batch->ends };
  ArraClipPictures pictures;

  arra_clip_graph_pictures (t->tape, &net, batch->pixels, batch->n, FALSE, &pictures);
  out->images = arra_graph_l2_norm (t->tape, pictures.features);
  out->texts = arra_graph_l2_norm (t->tape, arra_clip_graph_texts (t->tape, &net, &texts));
  out->log_scale = arra_parameters_leaf (t->parameters, t->tape, "logit_scale");
}

typedef struct
{
  ArraClipTrainee *t;
  double *metrics;
} Step;

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  Step *s = user;
  const ArraClipBatch *batch = s->t->batch;
  ArraClipPairs pairs;

  arra_clip_trainee_pairs (s->t, &pairs);
  arra_graph_contrastive (tape, pairs.images, pairs.texts, pairs.log_scale, batch->groups, &s->metrics[LOSS]);
  if (arra_tape_computes (tape))
    s->metrics[ACCURACY]
        = arra_clip_retrieval (pairs.images->data, pairs.texts->data, batch->groups, batch->n, pairs.images->width);
  arra_tape_backward (tape);
  return TRUE;
}

static float *
log_scale (ArraClipTrainee *t)
{
  return t->parameters->data + arra_parameters_find (t->parameters, "logit_scale")->offset;
}

static void
learn (ArraClipTrainee *t, const ArraTrainStep *step, double *metrics)
{
  float *scale = log_scale (t);

  metrics[LOGIT_SCALE] = exp ((double) *scale);
  metrics[GRADIENT_NORM] = arra_learner_change (&t->learner, &t->exec, step);
  *scale = CLAMP (*scale, 0, MAX_LOG_SCALE);
  arra_learner_follow (&t->learner, &t->exec, step);
}

static gboolean
train_step (gpointer self, const ArraTrainStep *step, double *metrics, GCancellable *cancellable, GError **error)
{
  ArraClipTrainee *t = self;
  Step s = { t, metrics };

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  memset (metrics, 0, (G_N_ELEMENTS (metric_names) - 1) * sizeof *metrics);
  arra_clip_supply_draw (t->supply, &t->exec, &t->settings.augmentation, step->seed, step->index, t->settings.batch,
                         t->batch);
  arra_parameters_zero_grad (t->parameters);
  if (!arra_tape_run (t->tape, TRUE, compute, &s, error))
    return FALSE;
  learn (t, step, metrics);
  return TRUE;
}

/* ---- state */

static gboolean
visit_state (gpointer self, ArraStateFunc func, gpointer user, GError **error)
{
  return arra_learner_visit (&((ArraClipTrainee *) self)->learner, func, user, error);
}

static void
hash_data (gpointer self, GChecksum *hash)
{
  arra_clip_supply_hash (((const ArraClipTrainee *) self)->supply, hash);
}

static gsize
samples_per_step (gpointer self)
{
  return ((const ArraClipTrainee *) self)->settings.batch;
}

/* ---- making one */

static void
trainee_free (gpointer self)
{
  ArraClipTrainee *t = self;

  if (t == NULL)
    return;
  arra_clip_settings_clear (&t->settings);
  arra_tokenizer_unref (t->tokenizer);
  arra_clip_supply_free (t->supply);
  arra_parameters_free (t->parameters);
  arra_learner_clear (&t->learner);
  arra_tape_free (t->tape);
  arra_clip_batch_free (t->batch);
  arra_mem_free (t);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraClipTrainee, trainee_free)

static gboolean
make_parameters (ArraClipTrainee *t, guint64 seed, GError **error)
{
  t->parameters = arra_parameters_new (error);
  if (t->parameters == NULL || !arra_parameters_add_clip (t->parameters, &t->settings.model, error)
      || !arra_parameters_allocate (t->parameters, TRUE, error))
    return FALSE;
  arra_clip_start (t->parameters, &t->settings.model, seed);
  return arra_learner_init (&t->learner, &t->settings.learner, t->parameters, &t->exec, error);
}

static gboolean
make_parts (ArraClipTrainee *t, guint64 seed, GError **error)
{
  const ArraClipSettings *s = &t->settings;

  if (!make_parameters (t, seed, error))
    return FALSE;
  t->batch = arra_clip_batch_new (s->batch, s->model.image_size, s->model.context, error);
  if (t->batch == NULL)
    return FALSE;
  t->tape = arra_tape_new (&t->exec, arra_clip_graph_nodes (&s->model) + EXTRA_NODES, error);
  return t->tape != NULL;
}

static const ArraTraineeClass trainee_class = {
  .kind = "clip",
  .metrics = metric_names,
  .valid_metrics = arra_clip_valid_metrics,
  .step = train_step,
  .validate = arra_clip_trainee_validate,
  .visit_state = visit_state,
  .hash_data = hash_data,
  .save_model = arra_clip_trainee_save,
  .samples_per_step = samples_per_step,
  .samples = "pictures",
  .free = trainee_free,
};

/* There is nothing to measure without pairs held out. */
static const ArraTraineeClass unmeasured_class = {
  .kind = "clip",
  .metrics = metric_names,
  .step = train_step,
  .visit_state = visit_state,
  .hash_data = hash_data,
  .save_model = arra_clip_trainee_save,
  .samples_per_step = samples_per_step,
  .samples = "pictures",
  .free = trainee_free,
};

/* Without what is learnt from. */
static ArraClipTrainee *
begin (const ArraYaml *config, const ArraTrainSetup *setup, GError **error)
{
  g_autoptr (ArraClipTrainee) t = arra_mem_new0 (1, sizeof *t, "the training", error);

  if (t == NULL)
    return NULL;
  t->exec = setup->exec;
  if (!arra_clip_settings_read (&t->settings, config, error))
    return NULL;
  t->tokenizer = arra_tokenizer_open (t->settings.tokenizer, error);
  if (t->tokenizer == NULL || !arra_clip_settings_adopt (&t->settings, config, t->tokenizer, error))
    return NULL;
  return g_steal_pointer (&t);
}

/* @t (transfer full) with its supply, which may be NULL: @error is set then. */
static gboolean
finish (ArraClipTrainee *begun, guint64 seed, ArraTrainee *out, GError **error)
{
  g_autoptr (ArraClipTrainee) t = begun;

  if (t->supply == NULL || !make_parts (t, seed, error))
    return FALSE;
  out->klass = t->supply->pictures->n_valid > 0 ? &trainee_class : &unmeasured_class;
  out->self = g_steal_pointer (&t);
  return TRUE;
}

gboolean
arra_clip_trainee_new (const ArraYaml *config, const ArraTrainSetup *setup, ArraTrainee *out, GError **error)
{
  ArraClipTrainee *t = begin (config, setup, error);

  if (t == NULL)
    return FALSE;
  t->supply = arra_clip_supply_load (config, &t->settings, t->tokenizer, setup, error);
  return finish (t, setup->seed, out, error);
}

gboolean
arra_clip_trainee_new_from (const ArraYaml *config,
                            const ArraTrainSetup *setup,
                            ArraPictureSupply *pictures,
                            const char *const *captions,
                            ArraTrainee *out,
                            GError **error)
{
  ArraClipTrainee *t = begin (config, setup, error);

  if (t == NULL)
    {
      arra_picture_supply_free (pictures);
      return FALSE;
    }
  t->supply = arra_clip_supply_new (pictures, captions, t->tokenizer, &t->settings.model, error);
  return finish (t, setup->seed, out, error);
}
