/* few_pictures.h - captioned pictures as tokens, and a tokenizer for them, for tests of the transformer's training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fixture.h"
#include "transformer_private.h"

#define FEW_N 10
#define FEW_SIDE 4 /* codes */
#define FEW_FEATURE 12

/* A function of @seed: prompts of 1 to 4 ids, codes below 64, features. */
typedef struct
{
  guint32 prompts[FEW_N][4];
  guint lengths[FEW_N];
  guint32 codes[FEW_N][FEW_SIDE * FEW_SIDE];
  float features[FEW_N][FEW_FEATURE];
} FewPictures;

void few_pictures_init (FewPictures *pictures, guint64 seed);
ArraPictureItems few_pictures_items (FewPictures *pictures, gboolean features); /* borrows @pictures */

/* "kind: transformer" with a random model of 32 numbers, 2 layers and 4 heads, the tokenizer of the checkpoint in
 * @folder, batches of 4 that learn 6 steps at the constant rate 0.01, and @more lines. */
ArraYaml *few_pictures_config (const char *folder, const char *output, const char *more);
/* The test ends when it cannot be made. */
ArraTrainee few_pictures_trainee (const ArraYaml *config, FewPictures *pictures, gboolean features, ArraPool *pool);
