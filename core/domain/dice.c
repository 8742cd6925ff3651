/* dice.c - the random choices of one drawn picture
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dice.h"

#include "noise.h"

ArraDice
arra_dice (guint64 seed, guint64 index, guint32 stream)
{
  return (ArraDice) { .seed = seed ^ (index >> 32), .picture = (guint32) index, .stream = stream };
}

guint32
arra_dice_bits (ArraDice *dice)
{
  return arra_noise_bits (dice->seed, dice->picture, dice->stream, dice->thrown++);
}

float
arra_dice_uniform (ArraDice *dice, float low, float high)
{
  return low + (high - low) * (float) (arra_dice_bits (dice) >> 8) * 0x1p-24f;
}

/* The sum of twelve uniform numbers, less six: mean 0, deviation 1 (Irwin-Hall). */
float
arra_dice_normal (ArraDice *dice, float mean, float deviation, float limit)
{
  float sum = -6;

  for (int i = 0; i < 12; i++)
    sum += arra_dice_uniform (dice, 0, 1);
  return mean + deviation * CLAMP (sum, -limit, limit);
}

guint
arra_dice_below (ArraDice *dice, guint n)
{
  g_assert (n > 0);
  return (guint) (((guint64) arra_dice_bits (dice) * n) >> 32);
}

gboolean
arra_dice_chance (ArraDice *dice, float probability)
{
  return arra_dice_uniform (dice, 0, 1) < probability;
}

guint
arra_dice_weighted (ArraDice *dice, const float *weights, guint n)
{
  float total = 0, at;
  guint last = 0;

  for (guint i = 0; i < n; i++)
    total += weights[i];
  at = arra_dice_uniform (dice, 0, total);
  for (guint i = 0; i < n; i++)
    {
      if (weights[i] <= 0)
        continue;
      last = i;
      at -= weights[i];
      if (at < 0)
        break;
    }
  return last;
}
