/* phantom_patient.c - one patient's measures and the way the film was taken
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "phantom.h"

#include <math.h>

#define APEX_X 36.0f /* where a lung's top is highest */

float
phantom_row (const float *table, float y)
{
  float at = y + PHANTOM_ROW_0;
  guint row;

  at = CLAMP (at, 0, PHANTOM_ROWS - 1.001f);
  row = (guint) at;
  return arra_mix (table[row], table[row + 1], at - (float) row);
}

/* Cage and torso as far as they depend on y alone */
static void
fill_tables (PhantomPatient *p)
{
  float base = 0.5f * (p->dome[0] + p->dome[1]) + 24;

  for (guint row = 0; row < PHANTOM_ROWS; row++)
    {
      float y = (float) row - PHANTOM_ROW_0, t = (y - p->apex) / (base - p->apex), s = (y - p->apex) / 17;

      t = CLAMP (t, 0, 1);
      s = CLAMP (s, 0, 1);
      p->wall[row] = y < p->apex ? 0 : APEX_X + (p->cage - APEX_X) * powf (1 - powf (1 - t, 2.5f), 0.5f);
      p->inner[row] = APEX_X - 20 * sqrtf (1 - (1 - s) * (1 - s));
      p->flank[row] = arra_mix (190, p->torso, arra_smoothstep (84, 150, y)) + 6 * arra_smoothstep (150, 240, y);
    }
}

static void
choose_film (PhantomPatient *p, ArraDice *dice)
{
  float turn = arra_dice_normal (dice, 0, p->ap ? 0.028f : 0.009f, 2);

  p->zoom = arra_dice_uniform (dice, 1.07f, 1.13f);
  p->cosine = cosf (turn);
  p->sine = sinf (turn);
  p->shift_x = arra_dice_normal (dice, 0, p->ap ? 5 : 2.5f, 2);
  p->shift_y = arra_dice_normal (dice, 0, 3, 2);
  p->exposure = arra_dice_normal (dice, p->ap ? 0.03f : 0, 0.04f, 2);
  p->contrast = arra_dice_uniform (dice, 0.88f, 1.1f) * (p->ap ? 0.9f : 1);
  p->mottle = arra_dice_uniform (dice, 0.009f, 0.015f) * (p->ap ? 1.4f : 1);
  p->sharpness = arra_dice_uniform (dice, 0.5f, 0.65f) * (p->ap ? 1.2f : 1);
}

/* Width of the heart as a share of the cage's: the cardiothoracic ratio is up to 0.5 in health. A large heart
 * lies flatter, on the diaphragm. */
static void
choose_heart (PhantomPatient *p)
{
  static const float ratios[] = { 0.435f, 0.52f, 0.6f, 0.68f };
  ArraDice dice = arra_dice (p->seed, p->index, PHANTOM_DICE_HEART);
  float ratio = ratios[p->labels[PHANTOM_CARDIOMEGALY]] + arra_dice_uniform (&dice, -0.012f, 0.012f), turn;

  p->heart = ratio * 2 * p->cage * (p->ap ? 1.03f : 1);
  p->heart_x = arra_dice_normal (&dice, 0, 1.5f, 2);
  p->enlarged = arra_smoothstep (85, 140, p->heart);
  p->heart_y = p->dome[1] + 2 - arra_mix (0.36f, 0.28f, p->enlarged) * p->heart;
  turn = arra_mix (0.74f, 0.56f, p->enlarged);
  p->heart_cosine = cosf (turn);
  p->heart_sine = sinf (turn);
  p->pedicle = arra_dice_uniform (&dice, 16.5f, 20) * (p->ap ? 1.15f : 1);
  p->knob = arra_dice_uniform (&dice, 11, 15);
}

void
phantom_patient_init (PhantomPatient *p, guint64 seed, guint64 index, const guint8 *labels)
{
  ArraDice dice = arra_dice (seed, index, PHANTOM_DICE_PATIENT);
  gboolean female = arra_dice_chance (&dice, 0.48f);
  float breath;

  *p = (PhantomPatient) { .seed = seed, .index = index, .labels = labels, .ap = labels[PHANTOM_VIEW] == 1 };
  p->girth = arra_dice_uniform (&dice, 0, 1);
  p->cage = arra_dice_uniform (&dice, 93, 101) - (female ? 2 : 0);
  p->torso = p->cage + arra_dice_uniform (&dice, 16, 20) + 14 * p->girth;
  p->breast = female ? arra_dice_uniform (&dice, 0.10f, 0.16f) + 0.05f * p->girth : 0;
  p->breast_y = arra_dice_uniform (&dice, 142, 160);
  p->lung = arra_dice_uniform (&dice, 0.68f, 0.79f);
  p->apex = arra_dice_uniform (&dice, 27, 34);
  breath = arra_dice_normal (&dice, 0, 5.5f, 2);
  p->dome[0] = (p->ap ? 176 : 188) + breath - 4 * p->girth;
  p->dome[1] = p->dome[0] + arra_dice_uniform (&dice, 4, 10);
  p->trachea = arra_dice_normal (&dice, p->ap ? -4 : -2, 1.5f, 2);
  p->bubble = arra_dice_uniform (&dice, -4, 16);
  choose_film (p, &dice);
  choose_heart (p);
  fill_tables (p);
}

PhantomPoint
phantom_to_picture (const PhantomPatient *p, const PhantomRay *ray, float x, float y)
{
  float u = p->zoom * x, v = p->zoom * (y - 128);

  return (PhantomPoint) { ray->scale * (128 + p->shift_x + p->cosine * u - p->sine * v) - 0.5f,
                          ray->scale * (128 + p->shift_y + p->sine * u + p->cosine * v) - 0.5f };
}

PhantomPoint
phantom_to_chest (const PhantomPatient *p, const PhantomRay *ray, float x, float y)
{
  float u = (x + 0.5f) / ray->scale - 128 - p->shift_x, v = (y + 0.5f) / ray->scale - 128 - p->shift_y;

  return (PhantomPoint) { (p->cosine * u + p->sine * v) / p->zoom, (p->cosine * v - p->sine * u) / p->zoom + 128 };
}
