/* tiny_training.h - a scratch folder with all that `arra train` needs, for tests of the command
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "harness.h"

#define TINY_SIDE 4 /* codes of a picture, of two pixels each */

/* harness_begin(), and train.yaml: a transformer of 64 numbers and 2 layers that learns 10 pictures and is validated
 * with 2 in 40 steps of 4 pictures, with model (a checkpoint's tokenizer and VQGAN), pictures.tokens and card.json. */
void tiny_training_begin (void);
void tiny_training_exchange (void);                          /* pictures.tokens for one with another picture in it */
void tiny_training_put (const char *name, const char *text); /* a file of the folder */
