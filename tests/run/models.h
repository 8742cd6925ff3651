/* models.h - small checkpoints for tests: random ones, and ones that say what a test wants
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "checkpoint.h"
#include "fixture.h"

/* After token @from the score of token @to is @score; of tokens no link names about 0. */
typedef struct
{
  guint32 from, to;
  float score;
} ModelsLink;

/* A new directory with the fixture's checkpoint in it, removed by models_remove(). */
char *models_write (const Fixture *fixture);
char *models_write_tiny (void);
void models_remove (char *directory);

/* Opens with the VQGAN in the same directory. Aborts the test on an error. */
ArraCheckpoint *models_open (const char *directory, ArraQuant quant);

/* Replaces the weights in @directory (one shard): layers add nothing, so that the last token alone decides about the
 * next. */
void models_chain (const char *directory, const ModelsLink *links, gsize n_links);

/* Replaces one number of a tensor. */
void models_poison (const char *directory, const char *tensor, float value);

/* A request for a picture of @width x @height (0: the model chooses) that samples freely. */
ArraRequest models_request (const ArraCheckpoint *checkpoint, guint width, guint height);

/* Aborts the test when the job cannot be made or run. */
ArraJob *models_job (ArraCheckpoint *checkpoint, const ArraRequest *request);
ArraJob *models_run (ArraCheckpoint *checkpoint, const ArraRequest *request);
/* Whether answer @i of @a and answer @j of @b are the same tokens. */
gboolean models_same_answer (const ArraJob *a, guint i, const ArraJob *b, guint j);
void models_assert_same_tokens (const ArraJob *a, const ArraJob *b);
