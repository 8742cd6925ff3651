/* seen_set.c - what encoders make of the pictures of a data set
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seen_set.h"

#include <string.h>

#include "mem.h"
#include "resize.h"

#define BATCH 16 /* pictures at a time */

typedef struct
{
  ArraSeenSet *set;
  const ArraDataset *dataset;
  const ArraEvalEncoders *encoders;
  guint8 *judged, *seen;          /* BATCH pictures as the judge and as CLIP take them; NULL without */
  gsize judged_bytes, seen_bytes; /* of one */
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
clip_width (const ArraEvalEncoders *encoders)
{
  return arra_clip_feature_width (encoders->clip, ARRA_CLIP_CLS);
}

static gboolean
make_judge_room (Work *work, GError **error)
{
  ArraSeenSet *set = work->set;
  gsize size = arra_classifier_config (work->encoders->judge)->size;

  work->judged_bytes = 3 * size * size;
  set->probabilities
      = arra_mem_new (set->n, judge_values (work->encoders) * sizeof (float), "probabilities", error);
  if (set->probabilities != NULL)
    set->judge_features
        = arra_mem_new (set->n, judge_width (work->encoders) * sizeof (float), "features", error);
  if (set->judge_features != NULL)
    work->judged = arra_mem_new (BATCH, work->judged_bytes, "pictures", error);
  return work->judged != NULL;
}

static gboolean
make_clip_room (Work *work, GError **error)
{
  ArraSeenSet *set = work->set;
  gsize size = arra_clip_image_size (work->encoders->clip),
        bytes = clip_width (work->encoders) * sizeof (float);

  work->seen_bytes = 3 * size * size;
  set->clip_features = arra_mem_new (set->n, bytes, "features", error);
  if (set->clip_features != NULL)
    set->texts = arra_mem_new (set->n, bytes, "features", error);
  if (set->texts != NULL)
    work->seen = arra_mem_new (BATCH, work->seen_bytes, "pictures", error);
  return work->seen != NULL;
}

static gboolean
prepare (const Work *work, const ArraRaster *picture, guint place, GError **error)
{
  g_autoraster ArraRaster opaque = { 0 }, square = { 0 };

  if (work->judged != NULL
      && !arra_classifier_picture (work->encoders->judge, picture, work->judged + place * work->judged_bytes,
                                   error))
    return FALSE;
  if (work->seen == NULL)
    return TRUE;
  if (!arra_raster_whiten (picture, &opaque, error)
      || !arra_raster_center_square (&opaque, arra_clip_image_size (work->encoders->clip), &square, error))
    return FALSE;
  memcpy (work->seen + place * work->seen_bytes, square.pixels, work->seen_bytes);
  return TRUE;
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
see (const Work *work, guint first, guint n, GError **error)
{
  const ArraEvalEncoders *encoders = work->encoders;
  const char *captions[BATCH];
  const guint8 *pictures[BATCH];
  gsize width;

  if (work->judged != NULL
      && !arra_classifier_predict (encoders->judge, work->judged, n,
                                   work->set->probabilities + first * judge_values (encoders),
                                   work->set->judge_features + first * judge_width (encoders), error))
    return FALSE;
  if (work->seen == NULL)
    return TRUE;
  width = clip_width (encoders);
  for (guint i = 0; i < n; i++)
    {
      captions[i] = arra_dataset_caption (work->dataset, first + i);
      pictures[i] = work->seen + i * work->seen_bytes;
    }
  return arra_clip_image_features (encoders->clip, n, pictures, ARRA_CLIP_CLS,
                                   work->set->clip_features + first * width, error)
         && arra_clip_text_features (encoders->clip, n, captions, work->set->texts + first * width, error);
}

static gboolean
see_all (
    const Work *work, ArraItemProgress progress, gpointer user, GCancellable *cancellable, GError **error)
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
  *set = (ArraSeenSet){ .n = n };
  ok = (encoders->judge == NULL || make_judge_room (&work, error))
       && (encoders->clip == NULL || make_clip_room (&work, error))
       && see_all (&work, progress, user, cancellable, error);
  arra_mem_free (work.judged);
  arra_mem_free (work.seen);
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
  *set = (ArraSeenSet){ 0 };
}
