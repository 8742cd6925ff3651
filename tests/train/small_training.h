/* small_training.h - a small model and batches to train it with, for tests
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "chameleon_graph.h"
#include "objective.h"

#define SMALL_N 3
#define SMALL_LENGTH 14
#define SMALL_FEATURE 12
#define SMALL_PARTS (SMALL_LENGTH / 2) /* codes of a picture */
#define SMALL_PART 5

typedef struct
{
  ArraChameleonConfig config;
  ArraSource *source;
  ArraParameters *parameters;
  ArraObjective objective; /* change it before small_training_start() */
  ArraObjectiveRun *run;
  ArraPool *pool;
  ArraExec exec;

  guint8 image_ids[96];
  guint32 ids[SMALL_N * SMALL_LENGTH], lengths[SMALL_N];
  gint32 labels[SMALL_N * SMALL_LENGTH];
  float features[SMALL_N * SMALL_FEATURE];
  float parts[SMALL_N * SMALL_PARTS * SMALL_PART]; /* used when objective.parts has a width */
  ArraBatch batch;                                 /* of these arrays */
} SmallTraining;

/* random_model_config(), <HYBNEXT> at image positions with the cosine, an MLP head, layer 1 and lambda 1; ids 40..69
 * are image tokens. Sequences of 14, 11 and 14 tokens; the second half of each is an image, and is learnt. */
void small_training_init (SmallTraining *t, guint threads);
/* Parameters with random values, and the run. */
void small_training_start (SmallTraining *t);
void small_training_clear (SmallTraining *t);

/* The losses, with gradients set to those of the batch; the test ends when that fails. */
ArraLosses small_training_gradients (SmallTraining *t);
ArraLosses small_training_losses (SmallTraining *t);
