/* dataset_features.h - features of a data set's pictures, gathered in a cache
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "dataset.h"
#include "encode_dataset.h"
#include "feature_cache.h"
#include "feature_file.h"
#include "vision_encoder.h"

/* The reference's feature files: one for each picture, below a folder. */
typedef struct
{
  const char *root;
  ArraFeatureLayout layout;
} ArraFeatureTree;

/* How many numbers a feature has, by the file of the first picture. */
gboolean
arra_feature_tree_width (const ArraFeatureTree *tree, const ArraDataset *dataset, guint *width, GError **error);
/* What tells one tree from another, wherever they lie: its layout, and a hash of the feature of the first picture.
 * (transfer full) */
char *arra_feature_tree_print (const ArraFeatureTree *tree, const ArraDataset *dataset, guint width, GError **error);
/* Puts what @writer has not yet. Errors name the feature file; what was read is kept. @bad (nullable): as
 * arra_encode_dataset(). */
gboolean arra_feature_tree_gather (const ArraFeatureTree *tree,
                                   const ArraDataset *dataset,
                                   guint width,
                                   ArraFeatureCacheWriter *writer,
                                   ArraBadItems *bad,
                                   ArraItemProgress progress,
                                   gpointer user,
                                   GCancellable *cancellable,
                                   GError **error);

/* What the reference's encoders give (arXiv 2503.07334, section 4.4): features of the whole picture by an image
 * encoder. */
typedef struct
{
  ArraVisionEncoder *vision;
  ArraVisionAggregation aggregation;
  ArraPool *pool; /* (nullable): reads the pictures; @vision has its own */
} ArraFeatureEncoder;

/* "cls", "average", "both", "patches", NULL: by ArraVisionAggregation. */
extern const char *const arra_feature_aggregations[];

#define ARRA_FEATURE_BATCH 8 /* pictures at once: matrices large enough for their rate, and soon stopped */

/* Puts the features of every picture that @writer has not yet, prepared as the encoder's own preprocessing does it.
 * Pictures are computed in batches whose borders depend on the data set alone: features of a data set that stays the
 * same are the same to the bit for any number of threads, and however often the work was stopped. Errors name the
 * picture; what was finished is kept. @bad (nullable): as arra_encode_dataset(). */
gboolean arra_feature_encoder_gather (const ArraFeatureEncoder *encoder,
                                      const ArraDataset *dataset,
                                      ArraFeatureCacheWriter *writer,
                                      ArraBadItems *bad,
                                      ArraItemProgress progress,
                                      gpointer user,
                                      GCancellable *cancellable,
                                      GError **error);
