/* classifier_trainee_private.h - what the parts of a classifier in training share
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "classifier_settings.h"
#include "classifier_trainee.h"
#include "learner.h"

typedef struct
{
  ArraTraineeClass klass; /* the metrics of validation have the attributes' names */
  const char *valid_metrics[ARRA_TRAIN_METRICS + 1];
  char *names[ARRA_TRAIN_METRICS]; /* of attributes */
  ArraClassifierSettings settings;
  ArraExec exec;
  ArraClassifierData *data;
  ArraParameters *parameters;
  ArraLearner learner;
  ArraTape *tape;
  float *weights; /* [n_values] */
  float *pixels;  /* [batch][size][size][inputs] */
  gint32 *labels; /* [batch][n_attributes] */
  float *work;    /* [threads][2][size][size][3] */
} ArraClassifierTrainee;

/* Logits of the @n pictures in t->pixels. */
ArraNode *arra_classifier_trainee_logits (ArraClassifierTrainee *t, gsize n);

/* classifier_validation.c */

/* Fills t->valid_metrics: "mistakes", 1 - the mean balanced accuracy, then the attributes, as many as a training can
 * tell of. */
void arra_classifier_trainee_name (ArraClassifierTrainee *t);
gboolean arra_classifier_trainee_validate (gpointer self, double *metrics, GCancellable *cancellable, GError **error);

/* classifier_model.c: config.json and model.safetensors */
gboolean arra_classifier_trainee_save (gpointer self, const char *directory, GError **error);
