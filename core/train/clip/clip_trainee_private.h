/* clip_trainee_private.h - what the parts of a CLIP in training share
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "clip_graph.h"
#include "clip_trainee.h"
#include "learner.h"

typedef struct
{
  ArraClipSettings settings;
  ArraExec exec;
  ArraTokenizer *tokenizer;
  ArraClipSupply *supply;
  ArraParameters *parameters;
  ArraLearner learner;
  ArraTape *tape;
  ArraClipBatch *batch;
} ArraClipTrainee;

/* The batch as nodes of the tape: features of length 1. */
typedef struct
{
  ArraNode *images, *texts, *log_scale;
} ArraClipPairs;
void arra_clip_trainee_pairs (ArraClipTrainee *t, ArraClipPairs *out);

gboolean arra_clip_trainee_save (gpointer self, const char *directory, GError **error);
gboolean arra_clip_trainee_validate (gpointer self, double *metrics, GCancellable *cancellable, GError **error);
extern const char *const arra_clip_valid_metrics[];

/* The share of rows of @from [n][width] whose largest product is with a row of @to of their own group. */
double arra_clip_retrieval (const float *from, const float *to, const guint32 *groups, gsize n, gsize width);
