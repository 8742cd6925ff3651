/* classifier_data.h - labelled pictures of a classifier's training, all in memory
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "classifier.h"
#include "trainee.h"

typedef struct
{
  guint size, n, n_valid; /* the last n_valid pictures are held out */
  guint n_attributes;
  guint8 *pixels; /* [n + n_valid][size][size][3] */
  gint32 *labels; /* [n + n_valid][n_attributes]; -1: not said */
} ArraClassifierData;

/* Undefined contents, to be filled by the caller. */
ArraClassifierData *arra_classifier_data_new (guint size, guint n, guint n_valid, guint n_attributes, GError **error);
void arra_classifier_data_free (ArraClassifierData *data);                        /* nullable */
void arra_classifier_data_hash (const ArraClassifierData *data, GChecksum *hash); /* all pictures and labels */

/* "data.path", or the list "data.paths": data sets with the same labels (dataset.h), relative to the configuration's
 * folder; @held pictures at the end of each are held out. Sets the attributes of @model, which has its size and shape.
 */
ArraClassifierData *arra_classifier_data_load (const ArraYaml *config,
                                               guint held,
                                               const ArraTrainSetup *setup,
                                               ArraClassifierConfig *model,
                                               GError **error);

/* What each value's loss is multiplied by, [n_values of @model]: (n / (values that occur * n of the value))^balance, so
 * that values count alike at 1 and as often as they come at 0. */
void arra_classifier_data_weights (const ArraClassifierData *data,
                                   const ArraClassifierConfig *model,
                                   double balance,
                                   float *weights);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraClassifierData, arra_classifier_data_free)
