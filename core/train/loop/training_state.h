/* training_state.h - all that a training depends on, in one file: OUTPUT/training.safetensors
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "trainee.h"

#define ARRA_TRAINING_HASH 32

/* What the trainer itself remembers between steps. */
typedef struct
{
  guint64 step;      /* steps made */
  guint64 best_step; /* the step after which validation was best */
  guint64 n_worse;   /* validations since */
  guint64 n_validated;
  guint64 n_summed;                /* steps since the last row of metrics.csv, */
  double sums[ARRA_TRAIN_METRICS]; /* and their metrics' sums */
  double best;                     /* validation loss after @best_step */
  double seconds;                  /* spent, over all runs */
  guint8 data[ARRA_TRAINING_HASH]; /* of what is learnt from */
} ArraTrainingProgress;

/* Sets progress->data to the SHA-256 of what @trainee learns from: once, since it reads all of it. */
void arra_training_progress_hash_data (ArraTrainingProgress *progress, const ArraTrainee *trainee);

/* SHA-256 of all of them: @digest has ARRA_TRAINING_HASH bytes. */
gboolean arra_training_state_hash (const ArraTrainee *trainee,
                                   const ArraYaml *config,
                                   const ArraTrainingProgress *progress,
                                   guint8 *digest,
                                   GError **error);

/* Writes @progress, the configuration and the trainee's state, whole or not at all. */
gboolean arra_training_state_save (const char *path,
                                   const ArraTrainee *trainee,
                                   const ArraYaml *config,
                                   const ArraTrainingProgress *progress,
                                   GError **error);

/* Reads it back into @progress, whose @data says what is learnt from now. The checksum of the file comes first, so
 * that damage is called damage. INVALID_DATA naming the file: damaged, cut, of another kind, or begun with other
 * data; ARGUMENT: the configuration is another one where it matters to the numbers (the message names the key, and
 * both values). @ignored: NULL-terminated keys, or beginnings that end in '.', that may differ; "training.steps"
 * may grow when all steps were made. After a failure the trainee's state is undefined only if memory or disk
 * failed. */
gboolean arra_training_state_load (const char *path,
                                   const ArraTrainee *trainee,
                                   const ArraYaml *config,
                                   const char *const *ignored,
                                   ArraTrainingProgress *progress,
                                   GError **error);
