/* trainer.h - the loop that every training runs in: schedule, checkpoints, metrics, stopping
 *
 * In OUTPUT: training.safetensors (all that the next step depends on), model (the best by validation, or the
 * last), metrics.csv, loss.png.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "lr_schedule.h"
#include "trainee.h"
#include "training_folder.h"

/* "output", "seed", "training.…" of the configuration. Periods in steps; 0: never. */
typedef struct
{
  char *output;            /* "output": a folder, relative to the configuration's */
  guint64 seed;            /* "seed" (1) */
  guint64 steps;           /* "training.steps" */
  ArraLrSchedule schedule; /* "training.learning_rate", "schedule" (cosine, constant), "min_learning_rate"
                              (0), "warmup" (0); in steps, not epochs */
  /* what "training.warmup" says, when that is not less than all steps: half of them are taken; else 0 */
  double cut_warmup;
  guint64 log_every;         /* "training.log_every" (10): rows of metrics.csv */
  guint64 validate_every;    /* "training.validate_every" (0: at the end only) */
  guint64 patience;          /* "training.patience" (0): stops after so many validations without a better one */
  guint64 checkpoint_every;  /* "training.checkpoint_every" (0) */
  double checkpoint_minutes; /* "training.checkpoint_minutes" (5); 0: never */
  guint64 sample_every;      /* "training.sample_every" (0) */
  double max_minutes;        /* "training.max_minutes" (0: no limit): stops there, to be continued */
} ArraTrainerSettings;

gboolean arra_trainer_settings_read (const ArraYaml *config, ArraTrainerSettings *settings, GError **error);
void arra_trainer_settings_clear (ArraTrainerSettings *settings);

typedef struct
{
  guint64 step, steps; /* made, in all */
  double learning_rate;
  const double *metrics;     /* of the last step */
  double valid;              /* the last validation loss; NAN before the first */
  double samples_per_second; /* of this run; 0: not known yet */
  double seconds_left;       /* of this run; negative: not known yet */
  gboolean validated;        /* after this very step */
} ArraTrainNews;

/* What a training tells, and asks for. All are nullable. */
typedef struct
{
  void (*stepped) (const ArraTrainNews *news, gpointer user);
  /* Pictures are wanted of the model in @directory, which is gone afterwards. */
  gboolean (*sample) (const char *directory, guint64 step, gpointer user, GError **error);
  gpointer user;
  /* those who train it together, with a trainee of their own; the first one writes and samples */
  const ArraParallel *parallel;
  ArraTrainingFolder *folder; /* of the output, claimed already by the process that writes */
  GCancellable *stop;         /* ends the training after the step at hand, and saves it */
  GCancellable *cancel;       /* ends it at once; what was saved last is kept */
} ArraTrainCalls;

typedef enum
{
  ARRA_TRAINED_ALL,     /* all steps are made */
  ARRA_TRAINED_EARLY,   /* patience is over */
  ARRA_TRAINED_TIME,    /* max_minutes are over; can be continued */
  ARRA_TRAINED_STOPPED, /* by @stop; can be continued */
} ArraTrainEnd;

typedef struct
{
  ArraTrainEnd end;
  guint64 step;      /* made */
  guint64 best_step; /* the step of OUTPUT/model */
  double best;       /* its validation loss; NAN without validation */
  double seconds;    /* spent, over all runs */
} ArraTrainOutcome;

/* Trains @trainee, or with @resume goes on from what OUTPUT holds, to parameters with the same bits as
 * without a break. A training that has made all its steps goes on when there are more of them now, at the rates
 * that the schedule of them all has from there on. ARGUMENT: OUTPUT holds a training and
 * @resume is not set, or what another one made, or the configuration has changed where it matters. FAILED: another
 * process trains there. A metric that is not finite ends it
 * with an error that names the step; what was saved before is kept. CANCELLED only by calls->cancel. */
gboolean arra_train (const ArraTrainee *trainee,
                     const ArraYaml *config,
                     const ArraTrainerSettings *settings,
                     gboolean resume,
                     const ArraTrainCalls *calls,
                     ArraTrainOutcome *outcome,
                     GError **error);
