/* transformer_trainee.c - the Chameleon-form transformer learns captioned pictures with ARRA's objective
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "transformer_trainee.h"

#include <math.h>

#include "fail.h"
#include "mem.h"
#include "picture_caches.h"
#include "transformer_private.h"

enum
{
  LOSS,
  TOTAL,
  Z,
  ALIGNMENT,
  GRADIENT,
};

static const char *const metrics[] = { "loss", "total", "z", "alignment", "gradient", NULL };
static const char *const valid_metrics[] = { "loss", "alignment", NULL };

static void
free_transformer (gpointer self)
{
  ArraTransformer *t = self;

  arra_objective_run_free (t->run);
  arra_adamw_free (t->adamw);
  arra_average_free (t->average);
  arra_parameters_free (t->parameters);
  arra_transformer_batch_clear (&t->batch);
  arra_mem_free (t->order);
  arra_mem_free (t->image_ids);
  arra_vocabulary_clear (&t->vocabulary);
  arra_tokenizer_unref (t->tokenizer);
  arra_picture_items_clear (&t->items);
  arra_source_unref (t->source);
  arra_gguf_free (t->gguf);
  g_free (t->vqgan_weights);
  g_free (t->vqgan_config);
  arra_transformer_settings_clear (&t->settings);
  g_ptr_array_unref (t->provenance);
  g_free (t);
}

/* ------------------------------------------------------------------ a step */

/* Losses of the batch at hand, and with @gradients theirs. Each part's losses are shares of the whole. */
static gboolean
evaluate (ArraTransformer *t, gboolean gradients, ArraLosses *sum, GCancellable *cancellable, GError **error)
{
  *sum = (ArraLosses){ 0 };
  for (guint first = 0; first < t->batch.n; first += (guint) t->settings.micro_batch)
    {
      ArraBatch part = arra_transformer_batch_part (t, first);
      ArraLosses losses;

      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !arra_objective_evaluate (t->run, &part, gradients, &losses, error))
        return FALSE;
      sum->total += losses.total;
      sum->cross_entropy += losses.cross_entropy;
      sum->z += losses.z;
      sum->alignment += losses.alignment;
    }
  return TRUE;
}

static gboolean
step_transformer (
    gpointer self, const ArraTrainStep *step, double *out, GCancellable *cancellable, GError **error)
{
  ArraTransformer *t = self;
  ArraLosses losses;

  arra_transformer_batch_fill (t, step->index);
  arra_parameters_zero_grad (t->parameters);
  if (!evaluate (t, TRUE, &losses, cancellable, error))
    return FALSE;
  out[LOSS] = losses.cross_entropy;
  out[TOTAL] = losses.total;
  out[Z] = losses.z;
  out[ALIGNMENT] = losses.alignment;
  out[GRADIENT] = arra_clip_gradients (&t->exec, t->parameters, t->settings.clip);
  if (!isfinite (out[GRADIENT]))
    return TRUE; /* the trainer ends here: nothing is to be spoilt */
  arra_adamw_step (t->adamw, &t->exec, step->learning_rate, t->parameters);
  if (t->average != NULL)
    arra_average_update (t->average, &t->exec, step->index, t->parameters);
  return TRUE;
}

/* ------------------------------------------------------------------ validation */

/* Mean over all learnt tokens of the held-out pictures, and over their aligned positions. */
static gboolean
validate_all (ArraTransformer *t, double *out, GCancellable *cancellable, GError **error)
{
  double loss = 0, alignment = 0, n_labels = 0, n_aligned = 0;

  for (guint first = t->n_learnt; first < t->items.n; first += (guint) t->settings.batch)
    {
      ArraLosses losses;

      arra_transformer_batch_fill_items (t, first, MIN ((guint) t->settings.batch, t->items.n - first));
      if (!evaluate (t, FALSE, &losses, cancellable, error))
        return FALSE;
      loss += losses.cross_entropy * (double) t->batch.n_labels;
      alignment += losses.alignment * (double) t->batch.n_aligned;
      n_labels += (double) t->batch.n_labels;
      n_aligned += (double) t->batch.n_aligned;
    }
  out[0] = loss / n_labels;
  out[1] = n_aligned > 0 ? alignment / n_aligned : 0;
  return TRUE;
}

static void
swap_average (ArraTransformer *t)
{
  if (t->average != NULL)
    arra_average_swap (t->average, t->parameters);
}

static gboolean
validate_transformer (gpointer self, double *out, GCancellable *cancellable, GError **error)
{
  gboolean ok;

  swap_average (self);
  ok = validate_all (self, out, cancellable, error);
  swap_average (self);
  return ok;
}

/* ------------------------------------------------------------------ state */

static gboolean
visit_transformer (gpointer self, ArraStateFunc func, gpointer user, GError **error)
{
  ArraTransformer *t = self;

  return func ("parameters", ARRA_F32, t->parameters->size, t->parameters->data, user, error)
         && func ("adamw.mean", ARRA_F32, t->adamw->size, t->adamw->mean, user, error)
         && func ("adamw.square", ARRA_F32, t->adamw->size, t->adamw->square, user, error)
         && func ("adamw.step", ARRA_I64, 1, &t->adamw->step, user, error)
         && (t->average == NULL
             || func ("average", ARRA_F32, t->average->size, t->average->data, user, error));
}

static gboolean
save_transformer (gpointer self, const char *directory, GError **error)
{
  gboolean ok;

  swap_average (self);
  ok = arra_transformer_save (self, directory, error);
  swap_average (self);
  return ok;
}

static gsize
tokens_of_step (gpointer self)
{
  return ((const ArraTransformer *) self)->batch.n_tokens;
}

/* ------------------------------------------------------------------ making it */

static const ArraTraineeClass validated_class = { .kind = "transformer",
                                                  .metrics = metrics,
                                                  .valid_metrics = valid_metrics,
                                                  .step = step_transformer,
                                                  .validate = validate_transformer,
                                                  .visit_state = visit_transformer,
                                                  .save_model = save_transformer,
                                                  .samples_per_step = tokens_of_step,
                                                  .samples = "tokens",
                                                  .free = free_transformer };
static const ArraTraineeClass blind_class = { .kind = "transformer",
                                              .metrics = metrics,
                                              .step = step_transformer,
                                              .visit_state = visit_transformer,
                                              .save_model = save_transformer,
                                              .samples_per_step = tokens_of_step,
                                              .samples = "tokens",
                                              .free = free_transformer };

/* Activations and gradients of a step must fit, and that is seen before hours are spent. */
static gboolean
check_memory (ArraTransformer *t, GError **error)
{
  guint64 available = arra_mem_available ();
  ArraBatch part;
  gsize need;

  arra_transformer_batch_fill (t, 0);
  part = arra_transformer_batch_part (t, 0);
  if (!arra_objective_measure (t->run, &part, TRUE, &need, error))
    return FALSE;
  if (available > 0 && need > available)
    return arra_fail (error, ARRA_ERROR_NO_MEMORY,
                      "A step with %u pictures at a time needs %" G_GSIZE_FORMAT " MiB, %" G_GUINT64_FORMAT
                      " MiB are free: lower optimizer.micro_batch",
                      part.n, need >> 20, available >> 20);
  return TRUE;
}

static void
keep_setting (const char *key_path, const char *text, gpointer user)
{
  g_ptr_array_add (user, g_strdup (key_path));
  g_ptr_array_add (user, g_strdup (text));
}

static gboolean
make (ArraTransformer *t, const ArraYaml *config, GError **error)
{
  arra_yaml_each (config, keep_setting, t->provenance);
  if (!arra_transformer_settings_read_start (config, &t->settings, error)
      || !arra_transformer_open_start (t, error)
      || (t->items.prompt == NULL && !arra_picture_caches_open (config, t->tokenizer, &t->items, error))
      || !arra_transformer_settings_read (config, &t->items, &t->settings, error)
      || !arra_transformer_begin (t, config, error))
    return FALSE;
  t->n_learnt = t->items.n - (guint) t->settings.held_out;
  t->run = arra_objective_run_new (&t->settings.objective, &t->config, t->parameters, &t->exec, error);
  t->adamw = t->run != NULL ? arra_adamw_new (&t->settings.adamw, t->parameters, error) : NULL;
  if (t->adamw == NULL)
    return FALSE;
  if (t->settings.ema > 0 && (t->average = arra_average_new (t->settings.ema, t->parameters, error)) == NULL)
    return FALSE;
  return arra_transformer_batch_allocate (t, error) && check_memory (t, error);
}

gboolean
arra_transformer_trainee_new_with (const ArraYaml *config,
                                   const ArraTrainSetup *setup,
                                   const ArraPictureItems *items,
                                   ArraTrainee *trainee,
                                   GError **error)
{
  ArraTransformer *t = g_new0 (ArraTransformer, 1);

  t->exec = setup->exec;
  t->seed = setup->seed;
  t->items = *items;
  t->provenance = g_ptr_array_new_with_free_func (g_free);
  if (!make (t, config, error))
    {
      free_transformer (t);
      return FALSE;
    }
  *trainee = (ArraTrainee){ t->settings.held_out > 0 ? &validated_class : &blind_class, t };
  return TRUE;
}

gboolean
arra_transformer_trainee_new (const ArraYaml *config,
                              const ArraTrainSetup *setup,
                              ArraTrainee *trainee,
                              GError **error)
{
  static const ArraPictureItems from_caches;

  return arra_transformer_trainee_new_with (config, setup, &from_caches, trainee, error);
}
