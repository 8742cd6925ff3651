/* transformer_trainee.c - the transformer learns captioned pictures with ARRA's objective
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
  PATCHES,
};

/* The last of them only where there are patches. */
static const char *const metrics[] = { "loss", "total", "z", "alignment", "gradient", NULL };
static const char *const patch_metrics[] = { "loss", "total", "z", "alignment", "gradient", "patches", NULL };
static const char *const valid_metrics[] = { "loss", "alignment", NULL };
static const char *const valid_patch_metrics[] = { "loss", "alignment", "patches", NULL };

static void
free_transformer (gpointer self)
{
  ArraTransformerTrainee *t = self;

  arra_objective_run_free (t->run);
  arra_learner_clear (&t->learner);
  arra_parameters_free (t->parameters);
  arra_transformer_batch_clear (&t->batch);
  arra_mem_free (t->order);
  arra_mem_free (t->image_ids);
  arra_layout_free (t->layout);
  arra_decoder_clear (&t->decoder);
  g_strfreev (t->classes);
  arra_tokenizer_unref (t->tokenizer);
  arra_picture_items_clear (&t->items);
  arra_source_unref (t->source);
  arra_gguf_free (t->gguf);
  g_free (t->vqgan_weights);
  g_free (t->vqgan_config);
  arra_vqgan_file_clear (&t->vqgan);
  arra_transformer_card_clear (&t->card);
  arra_transformer_settings_clear (&t->settings);
  g_ptr_array_unref (t->provenance);
  g_free (t);
}

/* ------------------------------------------------------------------ a step */

/* Losses of pictures @first .. @end - 1 of the batch at hand, and with @gradients theirs. Each part's losses
 * are shares of the whole. */
static gboolean
evaluate (ArraTransformerTrainee *t,
          guint first,
          guint end,
          gboolean gradients,
          ArraLosses *sum,
          GCancellable *cancellable,
          GError **error)
{
  *sum = (ArraLosses) { 0 };
  for (; first < end; first += (guint) t->settings.micro_batch)
    {
      ArraBatch part = arra_transformer_batch_part (t, first, end);
      ArraLosses losses;

      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !arra_objective_evaluate (t->run, &part, gradients, &losses, error))
        return FALSE;
      sum->total += losses.total;
      sum->cross_entropy += losses.cross_entropy;
      sum->z += losses.z;
      sum->alignment += losses.alignment;
      sum->parts += losses.parts;
    }
  return TRUE;
}

/* Losses and gradients of the whole batch of step @index, of which this process computes its part. */
static gboolean
evaluate_together (ArraTransformerTrainee *t, guint64 index, double *out, GCancellable *cancellable, GError **error)
{
  ArraLosses losses = { 0 };
  GError *fault = NULL;
  guint first, end;

  arra_parameters_zero_grad (t->parameters);
  if (arra_transformer_batch_fill (t, index, &fault))
    {
      arra_parallel_part (t->parallel, t->batch.n, &first, &end);
      evaluate (t, first, end, TRUE, &losses, cancellable, &fault);
    }
  if (!arra_parallel_agree (t->parallel, fault, error))
    return FALSE;
  out[LOSS] = losses.cross_entropy;
  out[TOTAL] = losses.total;
  out[Z] = losses.z;
  out[ALIGNMENT] = losses.alignment;
  arra_parallel_add_doubles (t->parallel, out, ALIGNMENT + 1);
  if (t->items.part_width > 0)
    {
      out[PATCHES] = losses.parts;
      arra_parallel_add_doubles (t->parallel, out + PATCHES, 1);
    }
  return arra_parallel_add (t->parallel, &t->exec, t->parameters->grad, t->parameters->size, error);
}

static gboolean
step_transformer (gpointer self, const ArraTrainStep *step, double *out, GCancellable *cancellable, GError **error)
{
  ArraTransformerTrainee *t = self;

  if (!evaluate_together (t, step->index, out, cancellable, error))
    return FALSE;
  out[GRADIENT] = arra_learner_step (&t->learner, &t->exec, step);
  return TRUE;
}

/* ------------------------------------------------------------------ validation */

enum
{
  SUM_LOSS,
  SUM_ALIGNMENT,
  SUM_PATCHES,
  N_LABELS,
  N_ALIGNED,
  N_WITH_PARTS,
  N_SUMS,
};

/* Sums over held-out pictures @first .. @end - 1. */
static gboolean
validate_part (ArraTransformerTrainee *t,
               guint first,
               guint end,
               double *sums,
               GCancellable *cancellable,
               GError **error)
{
  for (; first < end; first += (guint) t->settings.batch)
    {
      ArraLosses losses;

      if (!arra_transformer_batch_fill_items (t, first, MIN ((guint) t->settings.batch, end - first), error)
          || !evaluate (t, 0, t->batch.n, FALSE, &losses, cancellable, error))
        return FALSE;
      sums[SUM_LOSS] += losses.cross_entropy * (double) t->batch.n_labels;
      sums[SUM_ALIGNMENT] += losses.alignment * (double) t->batch.n_aligned;
      sums[SUM_PATCHES] += losses.parts * (double) t->batch.n_with_parts;
      sums[N_WITH_PARTS] += (double) t->batch.n_with_parts;
      sums[N_LABELS] += (double) t->batch.n_labels;
      sums[N_ALIGNED] += (double) t->batch.n_aligned;
    }
  return TRUE;
}

/* Mean over all learnt tokens of the held-out pictures, and over their aligned positions. */
static gboolean
validate_together (ArraTransformerTrainee *t, double *out, GCancellable *cancellable, GError **error)
{
  double sums[N_SUMS] = { 0 };
  GError *fault = NULL;
  guint first, end;

  arra_parallel_part (t->parallel, t->items.n - t->n_learnt, &first, &end);
  validate_part (t, t->n_learnt + first, t->n_learnt + end, sums, cancellable, &fault);
  if (!arra_parallel_agree (t->parallel, fault, error))
    return FALSE;
  arra_parallel_add_doubles (t->parallel, sums, N_SUMS);
  out[0] = sums[SUM_LOSS] / sums[N_LABELS];
  out[1] = sums[N_ALIGNED] > 0 ? sums[SUM_ALIGNMENT] / sums[N_ALIGNED] : 0;
  if (sums[N_WITH_PARTS] > 0)
    out[2] = sums[SUM_PATCHES] / sums[N_WITH_PARTS];
  return TRUE;
}

static gboolean
validate_transformer (gpointer self, double *out, GCancellable *cancellable, GError **error)
{
  ArraTransformerTrainee *t = self;
  gboolean ok;

  arra_learner_swap (&t->learner);
  ok = validate_together (t, out, cancellable, error);
  arra_learner_swap (&t->learner);
  return ok;
}

/* ------------------------------------------------------------------ state */

static gboolean
visit_transformer (gpointer self, ArraStateFunc func, gpointer user, GError **error)
{
  return arra_learner_visit (&((ArraTransformerTrainee *) self)->learner, func, user, error);
}

/* What the checkpoint that a training began with says of its shape, as far as sizes of parameters do not tell. */
static void
hash_shape (const ArraDecoder *decoder, GChecksum *hash)
{
  g_autofree char *text = decoder->family->settings (decoder);

  g_checksum_update (hash, (const guchar *) text, -1);
}

static void
hash_data (gpointer self, GChecksum *hash)
{
  ArraTransformerTrainee *t = self;

  arra_transformer_batch_hash_items (t, hash);
  if (t->settings.start != ARRA_START_RANDOM)
    hash_shape (&t->decoder, hash);
}

static gboolean
save_transformer (gpointer self, const char *directory, GError **error)
{
  ArraTransformerTrainee *t = self;
  gboolean ok;

  arra_learner_swap (&t->learner);
  ok = arra_transformer_save (t, directory, error);
  arra_learner_swap (&t->learner);
  return ok;
}

static gsize
tokens_of_step (gpointer self)
{
  return ((const ArraTransformerTrainee *) self)->batch.n_tokens;
}

/* ------------------------------------------------------------------ making it */

#define TRANSFORMER(step_metrics)                                                                                  \
  .kind = "transformer", .metrics = step_metrics, .step = step_transformer, .visit_state = visit_transformer,      \
  .hash_data = hash_data, .save_model = save_transformer, .samples_per_step = tokens_of_step, .samples = "tokens", \
  .free = free_transformer

/* By whether there are patches, and whether pictures are held out. */
static const ArraTraineeClass classes[2][2] = {
  { { TRANSFORMER (metrics) },
    { TRANSFORMER (metrics), .valid_metrics = valid_metrics, .validate = validate_transformer } },
  { { TRANSFORMER (patch_metrics) },
    { TRANSFORMER (patch_metrics), .valid_metrics = valid_patch_metrics, .validate = validate_transformer } },
};

/* Activations and gradients of a step must fit, and that is seen before hours are spent. */
static gboolean
check_memory (ArraTransformerTrainee *t, GError **error)
{
  guint64 available = arra_mem_available ();
  ArraBatch part;
  gsize need;
  guint first, end;

  if (!arra_transformer_batch_fill (t, 0, error))
    return FALSE;
  arra_parallel_part (t->parallel, t->batch.n, &first, &end);
  part = arra_transformer_batch_part (t, first, end);
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
check_parts (const ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  if (t->parallel == NULL || t->parallel->size <= t->settings.batch)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_INVALID_DATA,
                    "%s: %u processes cannot share \"optimizer.batch\", %" G_GUINT64_FORMAT " pictures: start fewer",
                    arra_yaml_path (config), t->parallel->size, t->settings.batch);
}

/* Windows in the place of whole pictures, when they are wanted. */
static gboolean
open_window (ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  const ArraTransformerSettings *s = &t->settings;
  g_autofree char *name = g_strconcat (arra_yaml_path (config), ": \"data.window\"", NULL);

  if (s->rows == 0 && s->columns == 0 && !s->tiles)
    return TRUE;
  t->window = arra_picture_window_open (&t->items, s->rows > 0 ? s->rows : t->items.rows,
                                        s->columns > 0 ? s->columns : t->items.columns, s->tiles, name, error);
  return t->window != NULL;
}

static gboolean
make (ArraTransformerTrainee *t, const ArraYaml *config, GError **error)
{
  arra_yaml_each (config, keep_setting, t->provenance);
  if (!arra_transformer_settings_read_start (config, &t->settings, error) || !arra_transformer_open_start (t, error)
      || (t->items.prompt == NULL && !arra_picture_caches_open (config, t->tokenizer, &t->items, error))
      || !arra_transformer_read_prompts (t, config, error) || !open_window (t, config, error)
      || !arra_transformer_settings_read (config, &t->items, &t->settings, error) || !check_parts (t, config, error)
      || !arra_transformer_begin (t, config, error))
    return FALSE;
  t->n_learnt = t->items.n - (guint) t->settings.held_out;
  t->run = arra_objective_run_new (&t->settings.objective, t->decoder.family->trainable (&t->decoder), t->parameters,
                                   &t->exec, error);
  if (t->run == NULL || !arra_learner_init (&t->learner, &t->settings.learner, t->parameters, &t->exec, error))
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
  ArraTransformerTrainee *t = g_new0 (ArraTransformerTrainee, 1);

  t->exec = setup->exec;
  t->seed = setup->seed;
  t->parallel = setup->parallel;
  t->items = *items;
  t->provenance = g_ptr_array_new_with_free_func (g_free);
  if (!make (t, config, error))
    {
      free_transformer (t);
      return FALSE;
    }
  *trainee = (ArraTrainee) { &classes[t->items.part_width > 0][t->settings.held_out > 0], t };
  return TRUE;
}

gboolean
arra_transformer_trainee_new (const ArraYaml *config, const ArraTrainSetup *setup, ArraTrainee *trainee, GError **error)
{
  static const ArraPictureItems from_caches;

  return arra_transformer_trainee_new_with (config, setup, &from_caches, trainee, error);
}
