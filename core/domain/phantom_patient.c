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
choose_film (PhantomPatient *p, ArraDice *dice, ArraDice *stance)
{
  const PhantomHospital *h = p->hospital;
  float turn = arra_dice_normal (dice, 0, h->turn[p->ap], 2), oblique = arra_dice_normal (stance, 0, h->oblique, 2);

  p->zoom = phantom_within (dice, h->zoom);
  p->wide[0] = p->zoom * (1 - oblique);
  p->wide[1] = p->zoom * (1 + oblique);
  p->cosine = cosf (turn);
  p->sine = sinf (turn);
  p->shift_x = arra_dice_normal (dice, 0, h->aside[p->ap], 2);
  p->shift_y = arra_dice_normal (dice, 0, 3, 2);
  p->exposure = arra_dice_normal (dice, p->ap ? 0.03f : 0, h->exposure, 2);
  p->contrast = phantom_within (dice, h->contrast) * (p->ap ? 0.9f : 1);
  p->mottle = phantom_within (dice, h->mottle) * (p->ap ? 1.4f : 1);
  p->sharpness = phantom_within (dice, h->sharpness) * (p->ap ? 1.2f : 1);
}

/* Width of the heart as a share of the cage's: the cardiothoracic ratio is up to 0.5 in health. A large heart
 * lies flatter, on the diaphragm. */
static void
choose_heart (PhantomPatient *p, ArraDice *stance)
{
  const PhantomHospital *h = p->hospital;
  ArraDice dice = arra_dice (p->seed, p->index, PHANTOM_DICE_HEART);
  float ratio = h->ratios[p->labels[PHANTOM_CARDIOMEGALY]] + phantom_within (&dice, h->ratio), turn;

  p->heart = ratio * 2 * p->cage * (p->ap ? 1.03f : 1);
  p->heart_x = arra_dice_normal (&dice, 0, h->heart_aside, 2);
  p->enlarged = arra_smoothstep (85, 140, p->heart);
  p->heart_y = p->dome[1] + 2 - arra_mix (0.36f, 0.28f, p->enlarged) * p->heart;
  turn = arra_mix (0.74f, 0.56f, p->enlarged) + phantom_within (stance, h->heart_turn);
  p->heart_cosine = cosf (turn);
  p->heart_sine = sinf (turn);
  p->pedicle = phantom_within (&dice, h->pedicle) * (p->ap ? 1.15f : 1);
  p->knob = phantom_within (&dice, h->knob);
}

void
phantom_patient_init (PhantomPatient *p,
                      const PhantomHospital *hospital,
                      guint64 seed,
                      guint64 index,
                      const guint8 *labels)
{
  ArraDice dice = arra_dice (seed, index, PHANTOM_DICE_PATIENT), stance = arra_dice (seed, index, PHANTOM_DICE_STANCE);
  gboolean female = arra_dice_chance (&dice, hospital->women);
  float breath;

  *p = (PhantomPatient) {
    .hospital = hospital, .seed = seed, .index = index, .labels = labels, .ap = labels[PHANTOM_VIEW] == 1
  };
  p->girth = phantom_within (&dice, hospital->girth);
  p->cage = phantom_within (&dice, hospital->cage) - (female ? 2 : 0);
  p->torso = p->cage + phantom_within (&dice, hospital->flesh) + 14 * p->girth;
  p->breast = female ? phantom_within (&dice, hospital->breast) + 0.05f * p->girth : 0;
  p->breast_y = arra_dice_uniform (&dice, 142, 160);
  p->lung = phantom_within (&dice, hospital->lung);
  p->apex = phantom_within (&dice, hospital->apex);
  breath = arra_dice_normal (&dice, 0, hospital->breath, 2);
  p->dome[0] = hospital->dome[p->ap] + breath - 4 * p->girth;
  p->dome[1] = p->dome[0] + phantom_within (&dice, hospital->left_dome);
  p->trachea = arra_dice_normal (&dice, p->ap ? -4 : -2, 1.5f, 2);
  p->bubble = arra_dice_uniform (&dice, -4, 16);
  choose_film (p, &dice, &stance);
  choose_heart (p, &stance);
  fill_tables (p);
}

PhantomPoint
phantom_to_picture (const PhantomPatient *p, const PhantomRay *ray, float x, float y)
{
  float u = p->wide[x > 0] * x, v = p->zoom * (y - 128);

  return (PhantomPoint) { ray->scale * (128 + p->shift_x + p->cosine * u - p->sine * v) - 0.5f,
                          ray->scale * (128 + p->shift_y + p->sine * u + p->cosine * v) - 0.5f };
}

PhantomPoint
phantom_to_chest (const PhantomPatient *p, const PhantomRay *ray, float x, float y)
{
  float u = (x + 0.5f) / ray->scale - 128 - p->shift_x, v = (y + 0.5f) / ray->scale - 128 - p->shift_y;

  float across = p->cosine * u + p->sine * v;

  return (PhantomPoint) { across / p->wide[across > 0], (p->cosine * v - p->sine * u) / p->zoom + 128 };
}
