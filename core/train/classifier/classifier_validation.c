/* classifier_validation.c - how well a classifier in training knows pictures that were held out
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "attribute_accuracy.h"
#include "classifier_trainee_private.h"
#include "mem.h"

void
arra_classifier_trainee_name (ArraClassifierTrainee *t)
{
  const ArraClassifierConfig *model = &t->settings.model;
  guint n = MIN (model->n_attributes, ARRA_TRAIN_METRICS - 1);

  t->valid_metrics[0] = "mistakes";
  for (guint a = 0; a < n; a++)
    {
      t->names[a] = g_strdup (model->attributes[a].name);
      g_strcanon (t->names[a], G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS, '_');
      t->valid_metrics[a + 1] = t->names[a];
    }
}

/* ---- all pictures */

typedef struct
{
  ArraClassifierTrainee *t;
  gsize n;
  ArraNode *logits;
} Part;

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  Part *part = user;

  part->logits = arra_classifier_trainee_logits (part->t, part->n);
  return TRUE;
}

/* Held-out picture @item, as it is, to place @i of the batch. */
static void
take (ArraClassifierTrainee *t, gsize item, gsize i)
{
  const ArraClassifierConfig *model = &t->settings.model;
  gsize pixels = (gsize) model->size * model->size;
  const guint8 *rgb = t->data->pixels + (t->data->n + item) * 3 * pixels;

  for (gsize k = 0; k < 3 * pixels; k++)
    t->work[k] = rgb[k] / 255.0f;
  arra_classifier_input (model, t->work, t->pixels + i * pixels * arra_classifier_inputs (model));
}

/* @logits: [n_valid][n_values] */
static gboolean
classify (ArraClassifierTrainee *t, float *logits, GCancellable *cancellable, GError **error)
{
  gsize width = arra_classifier_n_values (&t->settings.model);

  for (gsize first = 0; first < t->data->n_valid; first += t->settings.batch)
    {
      Part part = { t, MIN (t->settings.batch, t->data->n_valid - first), NULL };

      for (gsize i = 0; i < part.n; i++)
        take (t, first + i, i);
      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !arra_tape_run (t->tape, FALSE, compute, &part, error))
        return FALSE;
      memcpy (logits + first * width, part.logits->data, part.n * width * sizeof *logits);
    }
  return TRUE;
}

/* ---- judging */

/* @labels: room for [n_valid] */
static void
measure (const ArraClassifierTrainee *t, const float *logits, gint *labels, double *metrics)
{
  const ArraClassifierConfig *model = &t->settings.model;
  double sum = 0;
  guint n = 0;

  for (guint a = 0; a < model->n_attributes; a++)
    {
      guint32 begin = model->starts[a];
      ArraAttributeAccuracy accuracy;

      for (gsize i = 0; i < t->data->n_valid; i++)
        labels[i] = t->data->labels[(t->data->n + i) * model->n_attributes + a];
      arra_attribute_accuracy (logits + begin, labels, t->data->n_valid, model->starts[a + 1] - begin,
                               arra_classifier_n_values (model), &accuracy);
      if (a + 1 < ARRA_TRAIN_METRICS)
        metrics[a + 1] = accuracy.balanced;
      sum += accuracy.balanced;
      n += accuracy.n > 0;
    }
  metrics[0] = n > 0 ? 1 - sum / n : 1;
}

gboolean
arra_classifier_trainee_validate (gpointer self, double *metrics, GCancellable *cancellable, GError **error)
{
  ArraClassifierTrainee *t = self;
  gsize width = arra_classifier_n_values (&t->settings.model);
  g_automem float *logits = arra_mem_new (t->data->n_valid, width * sizeof *logits, "the answers", error);
  g_automem gint *labels = NULL;
  gboolean ok;

  if (logits == NULL)
    return FALSE;
  labels = arra_mem_new (t->data->n_valid, sizeof *labels, "the answers", error);
  if (labels == NULL)
    return FALSE;
  arra_learner_swap (&t->learner);
  ok = classify (t, logits, cancellable, error);
  arra_learner_swap (&t->learner);
  if (ok)
    measure (t, logits, labels, metrics);
  return ok;
}
