/* classifier_settings.h - how an attribute classifier is trained, as its configuration says
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "augment.h"
#include "classifier.h"
#include "learner.h"
#include "yamlfile.h"

typedef struct
{
  /* "model.size" (128), "model.colours" (3), "model.channels" ([16, 32, 64, 96, 128]), "model.norm_groups" (8);
   * attributes are the data's */
  ArraClassifierConfig model;
  guint batch; /* "data.batch" (32) */
  guint held;  /* "data.validation" (400) */
  /* "augment.shift" (4), "augment.brightness" (0.1), "augment.contrast" (0.15), "augment.blur" (0.3), "augment.noise"
   * (0.03) */
  ArraAugment augment;
  double balance;              /* "loss.balance" (0.5) */
  ArraLearnerSettings learner; /* weight_decay (0.01), model.average (0.99) */
} ArraClassifierSettings;

/* Messages name file and key. The model has no attributes yet. */
gboolean arra_classifier_settings_read (ArraClassifierSettings *settings, const ArraYaml *config, GError **error);
void arra_classifier_settings_clear (ArraClassifierSettings *settings); /* whether it could be read or not */
