/* clip_supply.h - captioned pictures of a training, and batches of them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "clip_pixels.h"
#include "clip_settings.h"
#include "clip_text.h"
#include "picture_supply.h"

typedef struct
{
  ArraPictureSupply *pictures;
  guint context;
  guint n_captions;       /* different ones */
  guint32 *ids;           /* [n_captions][context], of which each caption fills its first tokens->n */
  ArraClipTokens *tokens; /* [n_captions] */
  guint32 *captions;      /* [n + n_valid]: of the pictures to learn from, then of those held out */
} ArraClipSupply;

/* Takes @pictures (transfer full, in any case) and their captions, [n + n_valid], in that order; equal captions become
 * one. */
ArraClipSupply *arra_clip_supply_new (ArraPictureSupply *pictures,
                                      const char *const *captions,
                                      const ArraTokenizer *tokenizer,
                                      const ArraClipConfig *config,
                                      GError **error);
/* The data sets of the configuration. */
ArraClipSupply *arra_clip_supply_load (const ArraYaml *config,
                                       const ArraClipSettings *settings,
                                       const ArraTokenizer *tokenizer,
                                       const ArraTrainSetup *setup,
                                       GError **error);
void arra_clip_supply_free (ArraClipSupply *supply);                        /* nullable */
void arra_clip_supply_hash (const ArraClipSupply *supply, GChecksum *hash); /* all pictures and captions */

/* Room for @n pairs. */
typedef struct
{
  guint n, length; /* tokens of the longest caption */
  float *pixels;   /* [n][3][crop][crop], normalised */
  guint32 *ids;    /* [n][length] */
  guint32 *ends;   /* [n]: rows of ids */
  guint32 *groups; /* [n]: which caption: equal ones are no wrong answers for each other */
} ArraClipBatch;

ArraClipBatch *arra_clip_batch_new (guint n, guint crop, guint context, GError **error);
void arra_clip_batch_free (ArraClipBatch *batch); /* nullable */

/* Fills @batch with @n pairs to learn from, pictures cropped at random places and changed as @how says: a function of
 * @seed and @step. */
void arra_clip_supply_draw (const ArraClipSupply *supply,
                            const ArraExec *exec,
                            const ArraClipAugmentation *how,
                            guint64 seed,
                            guint64 step,
                            guint n,
                            ArraClipBatch *batch);
/* Held-out pairs @first .. @first + @n - 1, the centres of their pictures as they are. */
void arra_clip_supply_valid (const ArraClipSupply *supply,
                             const ArraExec *exec,
                             guint crop,
                             guint first,
                             guint n,
                             ArraClipBatch *batch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraClipSupply, arra_clip_supply_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraClipBatch, arra_clip_batch_free)
