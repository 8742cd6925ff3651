/* classifier_trainee.h - an attribute classifier in training
 *
 * The sum over attributes of the cross-entropy of their values, weighted so that rare values count (classifier_data.h),
 * over pictures that are changed a little each time (augment.h). Validation is of pictures that were held out,
 * unchanged: the first metric is 1 - the mean over attributes of their balanced accuracy, then follows each
 * attribute's. Configuration: classifier_settings.h and "data.path" (classifier_data.h).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "classifier_data.h"
#include "trainee.h"

/* ArraTraineeNew */
gboolean
arra_classifier_trainee_new (const ArraYaml *config, const ArraTrainSetup *setup, ArraTrainee *out, GError **error);
/* The same with pictures at hand. @data (transfer full, in any case); @attributes: [data->n_attributes], borrowed. */
gboolean arra_classifier_trainee_new_from (const ArraYaml *config,
                                           const ArraTrainSetup *setup,
                                           ArraClassifierData *data,
                                           const ArraClassifierAttribute *attributes,
                                           ArraTrainee *out,
                                           GError **error);
