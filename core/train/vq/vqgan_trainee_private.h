/* vqgan_trainee_private.h - what the parts of a VQGAN in training share
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "learner.h"
#include "vqgan_graph.h"
#include "vqgan_settings.h"
#include "vqgan_trainee.h"

typedef struct
{
  ArraVqganSettings settings;
  ArraExec exec;
  ArraPictureSupply *supply;
  ArraParameters *parameters;
  ArraLearner learner;
  ArraCodebook *codebook;
  ArraPatchCritic *critic; /* (nullable) */
  ArraTape *tape;

  gsize pixels;      /* of a batch or of a whole picture, the larger */
  float *wanted;     /* [pixels][3] */
  float *grad;       /* of what is made */
  float *judgement;  /* the critic's gradient */
  float *pixel_work; /* of the pixel loss */
  float *code_work;  /* of the search for codes */
  guint32 *codes;    /* of all held-out pictures, or of a batch */
} ArraVqganTrainee;

/* Parameters and codes of the model that the settings name, if they do. */
gboolean arra_vqgan_trainee_load (ArraVqganTrainee *t, GError **error);
gboolean arra_vqgan_trainee_save (gpointer self, const char *directory, GError **error);

/* Metrics of the held-out pictures, in the order of arra_vqgan_valid_metrics. */
gboolean arra_vqgan_trainee_validate (gpointer self, double *metrics, GCancellable *cancellable, GError **error);
extern const char *const arra_vqgan_valid_metrics[];
