/* dice.h - the random choices of one drawn picture: streams that do not disturb each other
 *
 * Each thing that is drawn throws its own dice, so that one more throw for the heart moves no rib.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct
{
  guint64 seed;
  guint32 picture;
  guint32 stream;
  guint32 thrown;
} ArraDice;

/* @stream tells the things of a picture apart; each drawer numbers its own. */
ArraDice arra_dice (guint64 seed, guint64 index, guint32 stream);
guint32 arra_dice_bits (ArraDice *dice);
float arra_dice_uniform (ArraDice *dice, float low, float high);                   /* low <= value < high */
float arra_dice_normal (ArraDice *dice, float mean, float deviation, float limit); /* within @limit deviations */
guint arra_dice_below (ArraDice *dice, guint n);                                   /* 0..n-1, n > 0 */
gboolean arra_dice_chance (ArraDice *dice, float probability);
/* An index of @weights with the likelihood of its weight; the weights are >= 0 and not all 0. */
guint arra_dice_weighted (ArraDice *dice, const float *weights, guint n);
