/* train.h - what `arra train` shows while it trains
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "progress.h"
#include "trainer.h"

typedef struct
{
  ArraExec exec;                 /* the pool is owned */
  const ArraTraineeClass *klass; /* once it is known: borrowed */
  const char *output;            /* borrowed */
  const ArraParallel *parallel;  /* borrowed; also quiet when it does not lead */
  gboolean quiet, terminal;
  CliProgress *progress;
  gint64 said_at;        /* when the last line was printed; 0: never */
  gint64 drawn_at;       /* when the progress line was drawn */
  GStrv prompts;         /* "samples.prompts" */
  guint64 seed;          /* "samples.seed" */
  double guidance_scale; /* "samples.guidance_scale"; 0: the checkpoint's */
} CliTraining;

/* Reads "samples.…" of @config; lives no longer than @settings. Clear it also after a failure. */
gboolean cli_training_init (CliTraining *training,
                            const ArraYaml *config,
                            const ArraTrainerSettings *settings,
                            guint threads,
                            gboolean quiet,
                            GError **error);
void cli_training_clear (CliTraining *training);
void cli_training_clear_line (CliTraining *training);

/* Calls of ArraTrainSetup and ArraTrainCalls; @training is a CliTraining. */
void cli_training_preparing (const char *what, double fraction, gpointer training);
void cli_training_stepped (const ArraTrainNews *news, gpointer training);
/* OUTPUT/samples/STEP-n.png of each prompt. */
gboolean cli_training_sample (const char *directory, guint64 step, gpointer training, GError **error);

/* "step 120/1000  loss 5.4321  validation 5.5012  1.2 k tokens/s"; (transfer full) */
char *cli_training_line (const ArraTrainNews *news, const ArraTraineeClass *klass);
