/* seen_set.h - what encoders make of the pictures of a data set
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "classifier.h"
#include "dataset.h"
#include "item_run.h"
#include "vision_encoder.h"

/* Each trained apart from what is evaluated; nullable. Borrowed; not to be used by two threads at once. */
typedef struct
{
  ArraClassifier *judge;
  ArraVisionEncoder *clip;     /* reads texts, too */
  ArraVisionEncoder *features; /* over whose features the Fréchet distance is, instead of the judge's; may be @clip */
} ArraEvalEncoders;

/* Of the first @n pictures; arra_mem memory, NULL without the encoder. */
typedef struct
{
  guint n;
  float *probabilities;  /* [n][values of all attributes of the judge] */
  float *judge_features; /* [n][width of the judge] */
  float *clip_features;  /* [n][clip's width]: of the pictures */
  float *texts;          /* [n][clip's width]: of the captions */
  float *features;       /* [n][width of the features' encoder] */
} ArraSeenSet;

/* Errors name the picture. @set is cleared on failure. */
gboolean arra_seen_set_init (ArraSeenSet *set,
                             const ArraDataset *dataset,
                             guint n,
                             const ArraEvalEncoders *encoders,
                             ArraItemProgress progress,
                             gpointer user,
                             GCancellable *cancellable,
                             GError **error);
void arra_seen_set_clear (ArraSeenSet *set);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraSeenSet, arra_seen_set_clear)
