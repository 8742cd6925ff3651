/* evaluation.h - generated pictures measured, beside real ones and reconstructions of real ones
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "attribute_accuracy.h"
#include "dataset.h"
#include "pool.h"
#include "seen_set.h"
#include "sharpness.h"

typedef enum
{
  ARRA_EVAL_GENERATED,
  ARRA_EVAL_RECONSTRUCTED,
  ARRA_EVAL_REAL,
  ARRA_N_EVAL_ROLES
} ArraEvalRole;

/* "generated", "reconstruction", "real" */
const char *arra_eval_role_name (ArraEvalRole role);

/* What to measure, by what; all borrowed. */
typedef struct
{
  const ArraDataset *sets[ARRA_N_EVAL_ROLES]; /* all but the generated one nullable */
  const char *names[ARRA_N_EVAL_ROLES];       /* of the sets, for messages */
  guint n[ARRA_N_EVAL_ROLES];                 /* pictures: the first ones of each */
  ArraEvalEncoders encoders;
  ArraPool *pool; /* nullable */
} ArraEvalRequest;

/* Of one set. NAN: not measured. */
typedef struct
{
  guint n;                           /* pictures; 0: there is no such set */
  double frechet;                    /* to real pictures; of real ones, to other real ones: the floor */
  guint frechet_n;                   /* pictures on each side of it */
  double inception;                  /* score, mean over the judge's attributes */
  double similarity;                 /* of pairs (diversity.h) */
  ArraSharpness sharpness;           /* size 0: not measured */
  ArraSharpnessBands bands;          /* against real pictures */
  double clip;                       /* score of captions and pictures */
  ArraAttributeAccuracy *attributes; /* [n_attributes]; NULL without a judge; arra_mem */
} ArraEvalMeasures;

typedef struct
{
  ArraEvalMeasures sets[ARRA_N_EVAL_ROLES];
  guint n_attributes;  /* of the judge; 0 without one */
  guint frechet_width; /* features */
} ArraEvaluation;

typedef enum
{
  ARRA_EVAL_SEEING,    /* by the encoders */
  ARRA_EVAL_COMPARING, /* pairs */
  ARRA_EVAL_SHARPNESS,
} ArraEvalStage;

/* @done of @count pictures (or pairs) of a set. On the caller's thread. */
typedef void (*ArraEvalProgress) (ArraEvalRole role, ArraEvalStage stage, guint done, guint count, gpointer user);

/* The Fréchet distance depends on how many pictures it is taken over, so generated pictures and the floor are measured
 * over as many: real pictures are dealt into two halves, every other one; the first n generated ones are held against
 * the first n of one half, and those against the first n of the other, with n the most that there are of all. ARGUMENT:
 * too few pictures. */
gboolean arra_evaluate (const ArraEvalRequest *request,
                        ArraEvaluation *evaluation,
                        ArraEvalProgress progress,
                        gpointer user,
                        GCancellable *cancellable,
                        GError **error);
void arra_evaluation_clear (ArraEvaluation *evaluation);

/* Whether guessing an attribute is possible at all: at least two of its values occur among the labels of the generated
 * pictures. */
gboolean arra_evaluation_counts (const ArraEvaluation *evaluation, guint attribute);
/* Chance is that of the generated pictures' labels. NAN without reconstructions, or when they are not above chance. */
double arra_evaluation_adherence (const ArraEvaluation *evaluation, guint attribute);

/* Over the attributes that count; NAN where nothing was measured. */
typedef struct
{
  guint n; /* attributes */
  double balanced[ARRA_N_EVAL_ROLES], chance;
  double adherence, lowest; /* mean and least */
} ArraEvalSummary;
void arra_evaluation_summary (const ArraEvaluation *evaluation, ArraEvalSummary *summary);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraEvaluation, arra_evaluation_clear)
