/* classifier_settings.h - how an attribute classifier is trained, as its configuration says
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "adamw.h"
#include "augment.h"
#include "classifier.h"
#include "yamlfile.h"

typedef struct
{
  ArraClassifierConfig model; /* "model.size" (128), "model.colours" (3), "model.channels" ([16, 32, 64, 96, 128]), "model.norm_groups" (8); attributes are the data's */
  double average;             /* "model.average" (0.99): decay of the averaged weights that are saved and validated; 0: none are kept */
  guint batch;                /* "data.batch" (32) */
  guint held;                 /* "data.validation" (400) */
  ArraAugment augment;        /* "augment.shift" (4), "augment.brightness" (0.1), "augment.contrast" (0.15), "augment.blur" (0.3), "augment.noise" (0.03) */
  double balance;             /* "loss.balance" (0.5) */
  ArraAdamWSettings adamw;    /* "optimizer.beta1" (0.9), "beta2" (0.99), "weight_decay" (0.01) */
  double clip;                /* "optimizer.clip" (1): the gradients' norm; 0: none */
} ArraClassifierSettings;

/* Messages name file and key. The model has no attributes yet. */
gboolean arra_classifier_settings_read (ArraClassifierSettings *settings, const ArraYaml *config, GError **error);
void arra_classifier_settings_clear (ArraClassifierSettings *settings); /* whether it could be read or not */
