/* small_training.c - a small model and batches to train it with, for tests
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "small_training.h"

#include "noise.h"
#include "random_model.h"

static void
fill_batch (SmallTraining *t)
{
  for (guint item = 0; item < SMALL_N; item++)
    {
      t->lengths[item] = item == 1 ? SMALL_LENGTH - 3 : SMALL_LENGTH;
      for (guint at = 0; at < SMALL_LENGTH; at++)
        {
          guint i = item * SMALL_LENGTH + at, bits = arra_noise_bits (3, item, at, 0) >> 8;
          gboolean image = at >= SMALL_LENGTH / 2, padding = at >= t->lengths[item];

          t->ids[i] = padding ? 0 : image ? 40 + bits % 30 : 1 + bits % 39;
          t->labels[i] = image && !padding ? (gint32) t->ids[i] : -100;
        }
    }
  for (guint i = 0; i < SMALL_N * SMALL_FEATURE; i++)
    t->features[i] = (float) arra_noise_bits (4, 0, 0, i) * 0x1p-31f - 1.0f;
  for (guint i = 0; i < SMALL_N * SMALL_PARTS * SMALL_PART; i++)
    t->parts[i] = (float) arra_noise_bits (5, 0, 0, i) * 0x1p-31f - 1.0f;
  t->batch = (ArraBatch) { .n = SMALL_N,
                           .length = SMALL_LENGTH,
                           .ids = t->ids,
                           .labels = t->labels,
                           .lengths = t->lengths,
                           .features = t->features,
                           .parts = t->parts,
                           .n_parts = SMALL_PARTS,
                           .dropout_seed = 5 };
}

void
small_training_init (SmallTraining *t, guint threads)
{
  g_autoptr (GError) error = NULL;

  *t = (SmallTraining) { .objective = { .z_weight = 1e-2 } };
  t->pool = arra_pool_new (threads, &error);
  g_assert_no_error (error);
  t->exec = (ArraExec) { arra_kernels_get (ARRA_CPU_C), t->pool };
  random_model_config (&t->config);
  for (guint id = 40; id < 70; id++)
    t->image_ids[id] = 1;
  t->objective.alignment = (ArraAlignment) { .positions = ARRA_ALIGN_IMAGE,
                                             .layer = 1,
                                             .window = 6,
                                             .image_ids = t->image_ids,
                                             .feature_width = SMALL_FEATURE,
                                             .weight = 1 };
  fill_batch (t);
}

void
small_training_start (SmallTraining *t)
{
  ArraWeights weights;
  g_autoptr (GError) error = NULL;

  t->source = random_model_source (&t->config, 0.2f, 0.2f, FALSE, NULL, NULL);
  weights = arra_chameleon_weights (&t->config, t->source);
  t->parameters = arra_parameters_new (&error);
  if (t->parameters == NULL || !arra_weights_describe (&weights, arra_parameters_add_shape, t->parameters, &error)
      || !arra_objective_add_parameters (&t->objective, arra_chameleon_trainable (&t->config), t->parameters, &error)
      || !arra_parameters_allocate (t->parameters, TRUE, &error))
    g_error ("%s", error->message);
  arra_parameters_start (t->parameters, 6, 0.3f);
  if (!arra_parameters_load (t->parameters, t->source, &error))
    g_error ("%s", error->message);
  t->run
      = arra_objective_run_new (&t->objective, arra_chameleon_trainable (&t->config), t->parameters, &t->exec, &error);
  g_assert_no_error (error);
}

void
small_training_clear (SmallTraining *t)
{
  arra_objective_run_free (t->run);
  arra_parameters_free (t->parameters);
  arra_source_unref (t->source);
  arra_pool_free (t->pool);
}

static ArraLosses
evaluate (SmallTraining *t, gboolean gradients)
{
  g_autoptr (GError) error = NULL;
  ArraLosses losses;

  if (!arra_objective_evaluate (t->run, &t->batch, gradients, &losses, &error))
    g_error ("%s", error->message);
  return losses;
}

ArraLosses
small_training_gradients (SmallTraining *t)
{
  arra_parameters_zero_grad (t->parameters);
  return evaluate (t, TRUE);
}

ArraLosses
small_training_losses (SmallTraining *t)
{
  return evaluate (t, FALSE);
}
