/* vqgan_trainee.c - a VQGAN in training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vqgan_trainee.h"

#include <string.h>

#include "fail.h"
#include "graph.h"
#include "mem.h"
#include "nearest_code.h"
#include "vqgan_trainee_private.h"

#define EXTRA_NODES 16
#define MAX_RATIO 1000 /* of the others' gradient to the critic's */

enum
{
  LOSS,
  L1,
  L2,
  PERCEPTUAL,
  COMMITMENT,
  PERPLEXITY,
  USED_CODES,
  GRADIENT_NORM,
  ADVERSARIAL,
  CRITIC,
  FEATURES,
  TEXTURE,
};

static const char *const metric_names[]
    = { "loss",          "l1",          "l2",     "perceptual", "commitment", "perplexity", "used_codes",
        "gradient_norm", "adversarial", "critic", "features",   "texture",    NULL };

/* ---- a step */

typedef struct
{
  ArraVqganTrainee *t;
  const ArraTrainStep *step;
  double *metrics;
  ArraNode *vectors, *made;
} Step;

static ArraVqganPictures
pictures_of (const Step *s)
{
  const ArraVqganTrainee *t = s->t;
  gsize side = t->settings.cropping.crop;

  return (ArraVqganPictures) {
    &t->settings.model, t->parameters, t->settings.batch, side, side, (ArraPadding) t->settings.model.padding
  };
}

static gsize
batch_pixels (const ArraVqganTrainee *t)
{
  return (gsize) t->settings.batch * t->settings.cropping.crop * t->settings.cropping.crop;
}

/* Adds what the critic says to the gradient of what was made. */
static gboolean
heed_critic (Step *s, GError **error)
{
  ArraVqganTrainee *t = s->t;
  gsize n = 3 * batch_pixels (t);
  double weight = t->settings.critic_weight;
  ArraPatchCriticView view;

  if (!arra_patch_critic_judge (t->critic, t->wanted, s->made->data, t->judgement, &view, error))
    return FALSE;
  s->metrics[ADVERSARIAL] = view.judgement;
  s->metrics[FEATURES] = view.features;
  if (t->settings.critic_adaptive)
    weight *= MIN (arra_vqgan_graph_last_norm (t->tape, s->made, t->grad)
                       / (arra_vqgan_graph_last_norm (t->tape, s->made, t->judgement) + 1e-6),
                   MAX_RATIO);
  for (gsize i = 0; i < n; i++)
    t->grad[i] += (float) weight * t->judgement[i];
  return TRUE;
}

static gboolean
judge (Step *s, GError **error)
{
  ArraVqganTrainee *t = s->t;
  const ArraPixelLoss *loss = &t->settings.loss;
  gsize side = t->settings.cropping.crop;
  ArraPixelDistance distance = arra_pixel_loss (&t->exec, loss, s->made->data, t->wanted, t->settings.batch, side, side,
                                                t->pixel_work, t->grad);

  s->metrics[LOSS] = arra_pixel_loss_sum (loss, &distance);
  s->metrics[L1] = distance.absolute;
  s->metrics[L2] = distance.squared;
  s->metrics[PERCEPTUAL] = distance.perceptual;
  s->metrics[TEXTURE] = distance.texture;
  return t->critic == NULL || s->step->index < t->settings.critic_start || heed_critic (s, error);
}

static ArraNode *
encode (Step *s)
{
  ArraVqganTrainee *t = s->t;
  const ArraVqganPictures pictures = pictures_of (s);
  ArraNode *pixels = arra_tape_leaf (t->tape, batch_pixels (t), 3, t->wanted, NULL);
  float *grad = t->parameters->grad;

  if (t->settings.decoder_only)
    t->parameters->grad = NULL; /* constants */
  s->vectors = arra_vqgan_graph_encoder (t->tape, &pictures, pixels);
  t->parameters->grad = grad;
  return s->vectors;
}

/* The vectors' codes, and how far they are. */
static ArraNode *
quantize (Step *s, ArraNode *vectors)
{
  ArraVqganTrainee *t = s->t;
  double scale = 1 / (double) (vectors->rows * vectors->width);
  ArraNode *chosen;

  if (arra_tape_computes (t->tape))
    arra_codebook_quantize (t->codebook, &t->exec, vectors->data, vectors->rows, t->code_work, t->codes);
  chosen = arra_graph_straight_through (t->tape, vectors, t->codebook->vectors, t->codes,
                                        t->settings.codebook.n_levels > 0);
  arra_graph_squared_error (t->tape, vectors, t->codebook->vectors, t->codes, t->settings.commitment * scale,
                            &s->metrics[COMMITMENT]);
  s->metrics[COMMITMENT] *= scale;
  return chosen;
}

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  Step *s = user;
  ArraVqganTrainee *t = s->t;
  const ArraVqganPictures pictures = pictures_of (s);
  ArraNode *vectors = encode (s);

  s->made = arra_vqgan_graph_decoder (tape, &pictures, t->codebook->started != 0 ? quantize (s, vectors) : vectors);
  if (!arra_tape_computes (tape))
    arra_vqgan_graph_last_norm (tape, s->made, NULL);
  else if (!judge (s, error))
    return FALSE;
  arra_graph_given_gradient (tape, s->made, t->grad);
  arra_tape_backward (tape);
  return TRUE;
}

/* ---- the start of the codes */

#define START_BATCHES 16
#define START_STREAM ((guint64) 1 << 60) /* no step draws these crops */

static gboolean
compute_vectors (ArraTape *tape, gpointer user, GError **error)
{
  encode (user);
  return TRUE;
}

/* @x: [START_BATCHES] vectors of a batch */
static gboolean
collect (Step *s, gsize per_step, float *x, GError **error)
{
  ArraVqganTrainee *t = s->t;
  gsize size = per_step * t->settings.model.embed_dim;

  for (guint i = 0; i < START_BATCHES; i++)
    {
      arra_picture_supply_draw (t->supply, &t->settings.cropping, s->step->seed, START_STREAM + i, t->settings.batch,
                                t->wanted);
      if (!arra_tape_run (t->tape, FALSE, compute_vectors, s, error))
        return FALSE;
      memcpy (x + i * size, s->vectors->data, size * sizeof *x);
    }
  return TRUE;
}

static gboolean
start_codes (Step *s, GError **error)
{
  ArraVqganTrainee *t = s->t;
  gsize patch = arra_vqgan_patch (&t->settings.model), per_step = batch_pixels (t) / (patch * patch);
  gsize n = START_BATCHES * per_step;
  g_automem float *x = arra_mem_new (n * t->settings.model.embed_dim, sizeof *x, "the start of the codebook", error);
  g_automem guint32 *codes = NULL;

  if (x == NULL)
    return FALSE;
  codes = arra_mem_new (n, sizeof *codes, "the start of the codebook", error);
  return codes != NULL && collect (s, per_step, x, error)
         && arra_codebook_start (t->codebook, &t->exec, x, n, per_step, s->step->seed, t->code_work, codes, error);
}

/* ---- after the gradients */

static gboolean
follow_codes (Step *s, GError **error)
{
  ArraVqganTrainee *t = s->t;
  gsize n = s->vectors->rows;

  if (t->codebook->started == 0)
    return TRUE;
  arra_codebook_usage (t->codebook, t->codes, n, &s->metrics[PERPLEXITY], &s->metrics[USED_CODES]);
  return t->settings.decoder_only
         || arra_codebook_follow (t->codebook, s->vectors->data, t->codes, n, s->step->seed, s->step->index, error);
}

static gboolean
teach_critic (Step *s, GError **error)
{
  ArraVqganTrainee *t = s->t;

  return t->critic == NULL || s->step->index < t->settings.critic_start
         || arra_patch_critic_learn (t->critic, t->wanted, s->made->data,
                                     s->step->learning_rate * t->settings.critic_rate, &s->metrics[CRITIC], error);
}

static gboolean
learn (Step *s, GError **error)
{
  ArraVqganTrainee *t = s->t;

  s->metrics[GRADIENT_NORM] = arra_learner_step (&t->learner, &t->exec, s->step);
  return follow_codes (s, error) && teach_critic (s, error);
}

static gboolean
train_step (gpointer self, const ArraTrainStep *step, double *metrics, GCancellable *cancellable, GError **error)
{
  ArraVqganTrainee *t = self;
  Step s = { .t = t, .step = step, .metrics = metrics };

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  memset (metrics, 0, (G_N_ELEMENTS (metric_names) - 1) * sizeof *metrics);
  if (t->codebook->started == 0 && step->index >= t->settings.codebook_start && !start_codes (&s, error))
    return FALSE;
  arra_picture_supply_draw (t->supply, &t->settings.cropping, step->seed, step->index, t->settings.batch, t->wanted);
  arra_parameters_zero_grad (t->parameters);
  if (!arra_tape_run (t->tape, TRUE, compute, &s, error))
    return FALSE;
  metrics[LOSS] += t->settings.commitment * metrics[COMMITMENT];
  return learn (&s, error);
}

/* ---- state */

static gboolean
visit_state (gpointer self, ArraStateFunc func, gpointer user, GError **error)
{
  ArraVqganTrainee *t = self;

  return arra_learner_visit (&t->learner, func, user, error) && arra_codebook_visit (t->codebook, func, user, error)
         && (t->critic == NULL || arra_patch_critic_visit (t->critic, func, user, error));
}

static void
hash_data (gpointer self, GChecksum *hash)
{
  arra_picture_supply_hash (((const ArraVqganTrainee *) self)->supply, hash);
}

static gsize
samples_per_step (gpointer self)
{
  return ((const ArraVqganTrainee *) self)->settings.batch;
}

/* ---- making one */

static void
trainee_free (gpointer self)
{
  ArraVqganTrainee *t = self;

  arra_picture_supply_free (t->supply);
  arra_parameters_free (t->parameters);
  arra_codebook_free (t->codebook);
  arra_patch_critic_free (t->critic);
  arra_tape_free (t->tape);
  arra_vqgan_settings_clear (&t->settings);
  arra_learner_clear (&t->learner);
  arra_mem_free (t->wanted);
  arra_mem_free (t->grad);
  arra_mem_free (t->judgement);
  arra_mem_free (t->pixel_work);
  arra_mem_free (t->code_work);
  arra_mem_free (t->codes);
  arra_mem_free (t);
}

static gboolean
make_parameters (ArraVqganTrainee *t, guint64 seed, GError **error)
{
  const ArraVqganConfig *model = &t->settings.model;

  t->parameters = arra_parameters_new (error);
  if (t->parameters == NULL || !arra_parameters_add_vqgan (t->parameters, model, error)
      || !arra_parameters_allocate (t->parameters, TRUE, error))
    return FALSE;
  t->codebook = arra_codebook_new (&t->settings.codebook, model->n_embed, model->embed_dim, error);
  if (t->codebook == NULL)
    return FALSE;
  arra_parameters_start_by_inputs (t->parameters, seed);
  if (!arra_vqgan_trainee_load (t, error))
    return FALSE;
  return arra_learner_init (&t->learner, &t->settings.learner, t->parameters, &t->exec, error);
}

static gboolean
make_critic (ArraVqganTrainee *t, guint64 seed, GError **error)
{
  gsize side = t->settings.cropping.crop;

  if (!t->settings.judged)
    return TRUE;
  t->critic = arra_patch_critic_new (&t->settings.critic, &t->exec, t->settings.batch, side, side, seed, error);
  return t->critic != NULL;
}

static gboolean
take (float **place, gsize n, GError **error)
{
  *place = arra_mem_new (n, sizeof **place, "the training", error);
  return *place != NULL;
}

static gboolean
make_room (ArraVqganTrainee *t, GError **error)
{
  const ArraVqganSettings *s = &t->settings;
  gsize size = t->supply->size, crop = s->cropping.crop, patch = arra_vqgan_patch (&s->model);
  gsize codes = MAX (batch_pixels (t), t->supply->n_valid * size * size) / (patch * patch);
  gsize work = MAX (arra_pixel_loss_scratch (s->batch, crop, crop), arra_pixel_loss_scratch (1, size, size));

  t->pixels = MAX (batch_pixels (t), size * size);
  t->codes = arra_mem_new (codes, sizeof *t->codes, "the codes", error);
  return t->codes != NULL && take (&t->wanted, 3 * t->pixels, error) && take (&t->grad, 3 * t->pixels, error)
         && take (&t->judgement, 3 * t->pixels, error) && take (&t->pixel_work, work, error)
         && take (&t->code_work, arra_nearest_code_scratch (s->model.n_embed) * arra_pool_threads (t->exec.pool),
                  error);
}

static gboolean
check_supply (const ArraVqganTrainee *t, const ArraYaml *config, GError **error)
{
  guint size = t->supply->size, step = MAX (arra_vqgan_patch (&t->settings.model), 8);

  if (size % step != 0)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"data.size\" is %u, not a multiple of %u",
                      arra_yaml_path (config), size, step);
  if (t->settings.cropping.crop > size)
    return arra_fail (error, ARRA_ERROR_INVALID_DATA, "%s: \"data.crop\" is %u, but pictures have %u pixels a side",
                      arra_yaml_path (config), t->settings.cropping.crop, size);
  return TRUE;
}

static gboolean
make_parts (ArraVqganTrainee *t, const ArraYaml *config, guint64 seed, GError **error)
{
  const ArraVqganConfig *model = &t->settings.model;

  if (!check_supply (t, config, error) || !make_parameters (t, seed, error) || !make_critic (t, seed, error)
      || !make_room (t, error))
    return FALSE;
  t->tape = arra_tape_new (&t->exec, arra_vqgan_graph_nodes (model) + EXTRA_NODES, error);
  return t->tape != NULL;
}

static const ArraTraineeClass trainee_class = {
  .kind = "vqgan",
  .metrics = metric_names,
  .valid_metrics = arra_vqgan_valid_metrics,
  .step = train_step,
  .validate = arra_vqgan_trainee_validate,
  .visit_state = visit_state,
  .hash_data = hash_data,
  .save_model = arra_vqgan_trainee_save,
  .samples_per_step = samples_per_step,
  .free = trainee_free,
};

/* There is nothing to measure without pictures held out. */
static const ArraTraineeClass unmeasured_class = {
  .kind = "vqgan",
  .metrics = metric_names,
  .step = train_step,
  .visit_state = visit_state,
  .hash_data = hash_data,
  .save_model = arra_vqgan_trainee_save,
  .samples_per_step = samples_per_step,
  .free = trainee_free,
};

gboolean
arra_vqgan_trainee_new_from (const ArraYaml *config,
                             const ArraTrainSetup *setup,
                             ArraPictureSupply *supply,
                             ArraTrainee *out,
                             GError **error)
{
  ArraVqganTrainee *t = arra_mem_new0 (1, sizeof *t, "the training", error);

  if (t == NULL)
    {
      arra_picture_supply_free (supply);
      return FALSE;
    }
  t->supply = supply;
  t->exec = setup->exec;
  if (!arra_vqgan_settings_read (&t->settings, config, error) || !make_parts (t, config, setup->seed, error))
    {
      trainee_free (t);
      return FALSE;
    }
  *out = (ArraTrainee) { supply->n_valid > 0 ? &trainee_class : &unmeasured_class, t };
  return TRUE;
}

gboolean
arra_vqgan_trainee_new (const ArraYaml *config, const ArraTrainSetup *setup, ArraTrainee *out, GError **error)
{
  ArraVqganSettings settings;
  ArraPictureSupply *supply;
  gboolean ok = arra_vqgan_settings_read (&settings, config, error); /* before pictures are read for long */

  arra_vqgan_settings_clear (&settings);
  if (!ok)
    return FALSE;
  supply = arra_picture_supply_load (config, setup, error);
  return supply != NULL && arra_vqgan_trainee_new_from (config, setup, supply, out, error);
}
