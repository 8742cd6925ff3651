/* judged_attributes.h - what a judge finds in pictures, against what their labels say
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "attribute_accuracy.h"
#include "classifier.h"
#include "dataset.h"

/* @accuracies: [attributes of the judge], for the first @n pictures of @dataset, whose probabilities are @probabilities
 * [n][values of the judge]. Attributes and values are found by their names; an attribute that the data set does not
 * have counts no picture. INVALID_DATA: a label that the judge does not know; @name, of the data set, starts the
 * message. */
gboolean arra_judged_attributes (const ArraClassifierConfig *judge,
                                 const ArraDataset *dataset,
                                 const char *name,
                                 guint n,
                                 const float *probabilities,
                                 ArraAttributeAccuracy *accuracies,
                                 GError **error);

/* Mean over the attributes of the inception score of their probabilities. */
gboolean arra_judged_score (const ArraClassifierConfig *judge,
                            guint n,
                            const float *probabilities,
                            double *score,
                            GError **error);
