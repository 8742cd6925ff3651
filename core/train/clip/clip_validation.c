/* clip_validation.c - how well pictures and captions that were held out find each other
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "clip_trainee_private.h"
#include "mem.h"

const char *const arra_clip_valid_metrics[] = { "loss", "picture_to_text", "text_to_picture", NULL };

double
arra_clip_retrieval (const float *from, const float *to, const guint32 *groups, gsize n, gsize width)
{
  gsize right = 0;

  for (gsize i = 0; i < n; i++)
    {
      gsize best = 0;
      double most = -2;

      for (gsize j = 0; j < n; j++)
        {
          double cosine = 0;

          for (gsize k = 0; k < width; k++)
            cosine += (double) (from[i * width + k] * to[j * width + k]);
          if (cosine > most)
            {
              most = cosine;
              best = j;
            }
        }
      right += groups[best] == groups[i];
    }
  return (double) right / (double) n;
}

typedef struct
{
  ArraClipTrainee *t;
  ArraClipPairs pairs;
  double loss;
} Part;

static gboolean
compute (ArraTape *tape, gpointer user, GError **error)
{
  Part *part = user;

  arra_clip_trainee_pairs (part->t, &part->pairs);
  arra_graph_contrastive (tape, part->pairs.images, part->pairs.texts, part->pairs.log_scale, part->t->batch->groups,
                          &part->loss);
  return TRUE;
}

/* Features of all held-out pairs. */
typedef struct
{
  gsize n, width;
  float *images, *texts;
  guint32 *groups;
} Held;

static gboolean
measure (ArraClipTrainee *t, const Held *held, double *metrics, GCancellable *cancellable, GError **error)
{
  double sum = 0;

  for (gsize first = 0; first < held->n; first += t->batch->n)
    {
      guint n = (guint) MIN (t->settings.batch, held->n - first);
      Part part = { .t = t };

      arra_clip_supply_valid (t->supply, &t->exec, t->settings.model.image_size, (guint) first, n, t->batch);
      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !arra_tape_run (t->tape, FALSE, compute, &part, error))
        return FALSE;
      sum += part.loss * n;
      memcpy (held->images + first * held->width, part.pairs.images->data, n * held->width * sizeof (float));
      memcpy (held->texts + first * held->width, part.pairs.texts->data, n * held->width * sizeof (float));
      memcpy (held->groups + first, t->batch->groups, n * sizeof *held->groups);
    }
  metrics[0] = sum / (double) held->n;
  metrics[1] = arra_clip_retrieval (held->images, held->texts, held->groups, held->n, held->width);
  metrics[2] = arra_clip_retrieval (held->texts, held->images, held->groups, held->n, held->width);
  return TRUE;
}

gboolean
arra_clip_trainee_validate (gpointer self, double *metrics, GCancellable *cancellable, GError **error)
{
  ArraClipTrainee *t = self;
  gsize n = t->supply->pictures->n_valid, width = t->settings.model.projection;
  g_automem float *features = arra_mem_new (2 * n, width * sizeof (float), "the features", error);
  g_automem guint32 *groups = NULL;
  gboolean ok;

  if (features == NULL)
    return FALSE;
  groups = arra_mem_new (n, sizeof *groups, "the features", error);
  if (groups == NULL)
    return FALSE;
  arra_learner_swap (&t->learner);
  ok = measure (t, &(Held) { n, width, features, features + n * width, groups }, metrics, cancellable, error);
  arra_learner_swap (&t->learner);
  return ok;
}
