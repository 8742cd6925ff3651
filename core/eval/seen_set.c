/* seen_set.c - what encoders make of the pictures of a data set
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seen_set.h"

#include <string.h>

#include "mem.h"

#define BATCH 16 /* pictures at a time */

typedef struct
{
  ArraSeenSet *set;
  const ArraDataset *dataset;
  const ArraEvalEncoders *encoders;
  guint8 *judged;         /* BATCH pictures as the judge takes them; NULL without, as are the next */
  gsize judged_bytes;     /* of one */
  float *seen, *measured; /* BATCH pictures as CLIP and as the features' encoder take them */
} Work;

static gsize
judge_width (const ArraEvalEncoders *encoders)
{
  return arra_classifier_width (arra_classifier_config (encoders->judge));
}

static gsize
judge_values (const ArraEvalEncoders *encoders)
{
  return arra_classifier_n_values (arra_classifier_config (encoders->judge));
}

static gsize
width_of (const ArraVisionEncoder *encoder)
{
  return arra_vision_encoder_width (encoder, ARRA_VISION_CLS);
}

static gboolean
make_judge_room (Work *work, GError **error)
{
  ArraSeenSet *set = work->set;
  gsize size = arra_classifier_config (work->encoders->judge)->size;

  work->judged_bytes = 3 * size * size;
  set->probabilities = arra_mem_new (set->n, judge_values (work->encoders) * sizeof (float), "probabilities", error);
  if (set->probabilities != NULL)
    set->judge_features = arra_mem_new (set->n, judge_width (work->encoders) * sizeof (float), "features", error);
  if (set->judge_features != NULL)
    work->judged = arra_mem_new (BATCH, work->judged_bytes, "pictures", error);
  return work->judged != NULL;
}

/* For features of all pictures, and for the pixels of some. */
static gboolean
make_encoder_room (const Work *work, const ArraVisionEncoder *encoder, float **features, float **pixels, GError **error)
{
  *features = arra_mem_new (work->set->n, width_of (encoder) * sizeof (float), "features", error);
  if (*features != NULL)
    *pixels = arra_mem_new (BATCH, arra_vision_encoder_floats (encoder) * sizeof (float), "pictures", error);
  return *pixels != NULL;
}

static gboolean
make_clip_room (Work *work, GError **error)
{
  ArraSeenSet *set = work->set;
  const ArraVisionEncoder *clip = work->encoders->clip;

  set->texts = arra_mem_new (set->n, width_of (clip) * sizeof (float), "features", error);
  return set->texts != NULL && make_encoder_room (work, clip, &set->clip_features, &work->seen, error);
}

/* CLIP's features are there already when they are to be measured. */
static ArraVisionEncoder *
own_encoder (const ArraEvalEncoders *encoders)
{
  return encoders->features != encoders->clip ? encoders->features : NULL;
}

static gboolean
prepare_by (const ArraVisionEncoder *encoder, const ArraRaster *picture, guint place, float *pixels, GError **error)
{
  return pixels == NULL
         || arra_vision_encoder_prepare (encoder, picture, pixels + place * arra_vision_encoder_floats (encoder),
                                         error);
}

static gboolean
prepare (const Work *work, const ArraRaster *picture, guint place, GError **error)
{
  const ArraEvalEncoders *encoders = work->encoders;

  if (work->judged != NULL
      && !arra_classifier_picture (encoders->judge, picture, work->judged + place * work->judged_bytes, error))
    return FALSE;
  return prepare_by (encoders->clip, picture, place, work->seen, error)
         && prepare_by (encoders->features, picture, place, work->measured, error);
}

static gboolean
load (const Work *work, guint item, guint place, GError **error)
{
  const char *path = arra_dataset_picture (work->dataset, item);
  g_autoraster ArraRaster picture = { 0 };

  if (!arra_raster_load (&picture, path, error))
    return FALSE;
  if (prepare (work, &picture, place, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

static gboolean
see_by_clip (const Work *work, guint first, guint n, GError **error)
{
  ArraVisionEncoder *clip = work->encoders->clip;
  gsize at = first * width_of (clip);
  const char *captions[BATCH];

  for (guint i = 0; i < n; i++)
    captions[i] = arra_dataset_caption (work->dataset, first + i);
  return arra_vision_encoder_run (clip, n, work->seen, work->set->clip_features + at, NULL, error)
         && arra_vision_encoder_texts (clip, n, captions, work->set->texts + at, error);
}

static gboolean
see (const Work *work, guint first, guint n, GError **error)
{
  const ArraEvalEncoders *encoders = work->encoders;

  if (work->judged != NULL
      && !arra_classifier_predict (encoders->judge, work->judged, n,
                                   work->set->probabilities + first * judge_values (encoders),
                                   work->set->judge_features + first * judge_width (encoders), error))
    return FALSE;
  if (work->seen != NULL && !see_by_clip (work, first, n, error))
    return FALSE;
  return work->measured == NULL
         || arra_vision_encoder_run (encoders->features, n, work->measured,
                                     work->set->features + first * width_of (encoders->features), NULL, error);
}

static gboolean
see_all (const Work *work, ArraItemProgress progress, gpointer user, GCancellable *cancellable, GError **error)
{
  for (guint first = 0; first < work->set->n; first += BATCH)
    {
      guint n = MIN (BATCH, work->set->n - first);

      for (guint i = 0; i < n; i++)
        if (g_cancellable_set_error_if_cancelled (cancellable, error) || !load (work, first + i, i, error))
          return FALSE;
      if (!see (work, first, n, error))
        return FALSE;
      if (progress != NULL)
        progress (first + n, work->set->n, user);
    }
  return TRUE;
}

gboolean
arra_seen_set_init (ArraSeenSet *set,
                    const ArraDataset *dataset,
                    guint n,
                    const ArraEvalEncoders *encoders,
                    ArraItemProgress progress,
                    gpointer user,
                    GCancellable *cancellable,
                    GError **error)
{
  Work work = { .set = set, .dataset = dataset, .encoders = encoders };
  gboolean ok;

  g_return_val_if_fail (n <= arra_dataset_size (dataset), FALSE);
  *set = (ArraSeenSet) { .n = n };
  ok = (encoders->judge == NULL || make_judge_room (&work, error))
       && (encoders->clip == NULL || make_clip_room (&work, error))
       && (own_encoder (encoders) == NULL
           || make_encoder_room (&work, encoders->features, &set->features, &work.measured, error))
       && see_all (&work, progress, user, cancellable, error);
  arra_mem_free (work.judged);
  arra_mem_free (work.seen);
  arra_mem_free (work.measured);
  if (!ok)
    arra_seen_set_clear (set);
  return ok;
}

void
arra_seen_set_clear (ArraSeenSet *set)
{
  arra_mem_free (set->probabilities);
  arra_mem_free (set->judge_features);
  arra_mem_free (set->clip_features);
  arra_mem_free (set->texts);
  arra_mem_free (set->features);
  *set = (ArraSeenSet) { 0 };
}
