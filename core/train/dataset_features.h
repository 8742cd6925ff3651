/* dataset_features.h - features of a data set's pictures, gathered in a cache
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "dataset.h"
#include "encode_dataset.h"
#include "feature_cache.h"
#include "feature_file.h"

/* The reference's feature files: one for each picture, below a folder. */
typedef struct
{
  const char *root;
  ArraFeatureLayout layout;
} ArraFeatureTree;

/* How many numbers a feature has, by the file of the first picture. */
gboolean arra_feature_tree_width (const ArraFeatureTree *tree, const ArraDataset *dataset, guint *width, GError **error);
/* Puts what @writer has not yet. Errors name the feature file; what was read is kept. */
gboolean arra_feature_tree_gather (const ArraFeatureTree *tree, const ArraDataset *dataset, guint width, ArraFeatureCacheWriter *writer, ArraEncodeProgress progress, gpointer user, GCancellable *cancellable, GError **error);
