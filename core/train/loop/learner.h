/* learner.h - what a step does with gradients, for every kind of training: clipping, AdamW or Muon, averaged weights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "adamw.h"
#include "average.h"
#include "muon.h"
#include "trainee.h"

typedef struct
{
  ArraAdamWSettings adamw;
  double clip;    /* the largest norm of all gradients; 0: any */
  double average; /* decay of the averaged weights, which are validated and saved; 0: there are none */
  double muon;    /* momentum of Muon, for the matrices of layers; 0: AdamW changes all */
} ArraLearnerSettings;

/* Keys "optimizer.beta1", ".beta2", ".weight_decay", ".clip" and "model.average"; what is left out stays as it is. */
gboolean arra_learner_settings_read (ArraLearnerSettings *settings, const ArraYaml *config, GError **error);

/* The same for "optimizer.method", adamw or muon, and ".momentum": asked only of trainings that have layers with
 * matrices. */
gboolean arra_learner_settings_read_method (ArraLearnerSettings *settings, const ArraYaml *config, GError **error);

typedef struct
{
  ArraParameters *parameters; /* borrowed */
  ArraAdamW *adamw;           /* its averages of gradients are Muon's, too */
  ArraMuon *muon;             /* (nullable) */
  ArraAverage *average;       /* (nullable) */
  double clip;
} ArraLearner;

/* After a failure, too, arra_learner_clear() frees. */
gboolean arra_learner_init (ArraLearner *learner,
                            const ArraLearnerSettings *settings,
                            ArraParameters *parameters,
                            const ArraExec *exec,
                            GError **error);
void arra_learner_clear (ArraLearner *learner);

/* Changes the parameters by their gradients, and lets the average follow. Returns the norm that the gradients had; when
 * it is not finite, nothing is changed. */
double arra_learner_step (ArraLearner *learner, const ArraExec *exec, const ArraTrainStep *step);
/* The two halves of it, for who changes parameters in between. */
double arra_learner_change (ArraLearner *learner, const ArraExec *exec, const ArraTrainStep *step);
void arra_learner_follow (ArraLearner *learner, const ArraExec *exec, const ArraTrainStep *step);

/* Parts "parameters", "adamw.mean", "adamw.square", "adamw.step", and "average" where there is one. */
gboolean arra_learner_visit (ArraLearner *learner, ArraStateFunc func, gpointer user, GError **error);

/* The weights to keep: averaged where there is an average. */
const float *arra_learner_weights (const ArraLearner *learner);
/* Puts them in the place of the parameters' values, and the other way round when called again. */
void arra_learner_swap (ArraLearner *learner);
