/* trainee.h - what the trainer knows of a thing that is trained: VQGAN, image and text encoder, classifier, transformer
 *
 * The trainer owns the loop: schedule, checkpoints, metrics, progress, stopping. A trainee owns its parameters, its
 * optimisers and its data. A step is a pure function of (state, step number, seed), so that a training that was killed
 * continues to the same bits. Where several processes share a training, all of them make every call, and end it alike.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "exec.h"
#include "parallel.h"
#include "tensor.h"
#include "yamlfile.h"

typedef struct
{
  guint64 index;        /* of the step, from 0 */
  double learning_rate; /* by the schedule */
  guint64 seed;         /* of the training: with @index it decides samples, crops, dropout */
} ArraTrainStep;

/* A part of the state: @count numbers of @dtype (F32, F64, I64) at @data, read or written in place. Names are unique
 * and do not change. */
typedef gboolean (
    *ArraStateFunc) (const char *name, ArraDType dtype, gsize count, void *data, gpointer user, GError **error);

typedef struct
{
  const char *kind; /* "vqgan", … */
  /* NULL-terminated names, at most ARRA_TRAIN_METRICS; the first is the loss. One that is not finite ends the training
   */
  const char *const *metrics;
  /* the same of validation; the first is what early stopping looks at: lower is better */
  const char *const *valid_metrics;
  /* One whole step: forward, backward, clipping, optimiser. FALSE with @error set when cancelled or impossible; the
   * state is then undefined. */
  gboolean (
      *step) (gpointer self, const ArraTrainStep *step, double *metrics, GCancellable *cancellable, GError **error);
  gboolean (*validate) (gpointer self, double *metrics, GCancellable *cancellable, GError **error); /* nullable */
  /* Everything that the next step depends on, in a fixed order: parameters, moments, averages, counts. */
  gboolean (*visit_state) (gpointer self, ArraStateFunc func, gpointer user, GError **error);
  /* All pictures, captions and features it learns from and measures with: a training goes on with those that it was
   * begun with alone. */
  void (*hash_data) (gpointer self, GChecksum *hash);
  /* The model as others use it (averaged weights, when there are some), into an existing empty folder. */
  gboolean (*save_model) (gpointer self, const char *directory, GError **error);
  gsize (*samples_per_step) (gpointer self); /* tokens, pictures: what "per second" counts */
  const char *samples;                       /* (nullable): what those are: "tokens" */
  void (*free) (gpointer self);
} ArraTraineeClass;

#define ARRA_TRAIN_METRICS 12

typedef struct
{
  const ArraTraineeClass *klass;
  gpointer self;
} ArraTrainee;

typedef struct
{
  ArraExec exec;                /* lives longer than the trainee */
  guint64 seed;                 /* of the training: starts are made from it */
  const ArraParallel *parallel; /* (nullable): those who train it together; lives longer than the trainee */
  /* (nullable): what takes long before the first step */
  void (*preparing) (const char *what, double fraction, gpointer user);
  void (*note) (const char *text, gpointer user); /* (nullable): lines that the user should see, of what was left out */
  gpointer user;
  GCancellable *cancellable; /* (nullable) */
} ArraTrainSetup;

/* Makes a trainee by the configuration: "model.…", "data.…", "optimizer.…", as its header documents. Paths are relative
 * to the configuration's folder. */
typedef gboolean (*ArraTraineeNew) (const ArraYaml *config,
                                    const ArraTrainSetup *setup,
                                    ArraTrainee *trainee,
                                    GError **error);
