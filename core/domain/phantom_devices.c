/* phantom_devices.c - pacemaker and endotracheal tube
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "phantom.h"

#include <math.h>

#define LEAD_STEPS 14

/* A cubic Bezier curve of wire */
static void
draw_wire (const PhantomPatient *p, PhantomRay *ray, const PhantomPoint c[4], float radius, float thickness)
{
  PhantomPoint from = c[0];

  for (int i = 1; i <= LEAD_STEPS; i++)
    {
      float t = (float) i / LEAD_STEPS, s = 1 - t, w[4] = { s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t };
      PhantomPoint to = { w[0] * c[0].x + w[1] * c[1].x + w[2] * c[2].x + w[3] * c[3].x,
                          w[0] * c[0].y + w[1] * c[1].y + w[2] * c[2].y + w[3] * c[3].y };

      phantom_stroke (p, ray, &ray->scratch, from, radius, to, radius, phantom_tube, thickness);
      from = to;
    }
}

/* The can lies under the left clavicle; its leads run through the upper vena cava into atrium and ventricle.
 */
static void
draw_pacemaker (const PhantomPatient *p, PhantomRay *ray)
{
  ArraDice dice = arra_dice (p->seed, p->index, PHANTOM_DICE_PACEMAKER);
  float x = arra_dice_uniform (&dice, 66, 80), y = p->apex + arra_dice_uniform (&dice, 38, 50),
        turn = arra_dice_uniform (&dice, -0.35f, 0.35f);
  float cosine = cosf (turn), sine = sinf (turn), tip_y = p->dome[1] - arra_dice_uniform (&dice, 8, 16),
        cava = -0.62f * p->pedicle;
  PhantomPoint exit = { x - 9 * cosine + 11 * sine, y - 11 * cosine - 9 * sine }, entry = { cava, p->apex + 40 };
  PhantomPoint vein[4] = { exit, { exit.x - 14, exit.y - 16 }, { 6, p->apex + 14 }, entry };
  PhantomPoint ventricle[4]
      = { entry, { cava - 7, p->dome[1] - 42 }, { cava - 2, p->dome[1] + 2 }, { 0.44f * p->heart, tip_y } };
  PhantomPoint atrium[4] = { { entry.x - 1.5f, entry.y },
                             { cava - 3, entry.y + 50 },
                             { cava - 4, p->dome[1] - 26 },
                             { cava - 9, p->dome[1] - 62 } };

  for (int i = -9; i <= 9; i += 3)
    {
      PhantomPoint a = { x - 8 * cosine - (float) i * sine, y - 8 * sine + (float) i * cosine };
      PhantomPoint b = { x + 8 * cosine - (float) i * sine, y + 8 * sine + (float) i * cosine };
      phantom_stroke (p, ray, &ray->scratch, a, 3.5f, b, 3.5f, phantom_shell, i < -6 ? 0.55f : 1.5f);
    }
  draw_wire (p, ray, vein, 1.05f, 0.5f);
  draw_wire (p, ray, ventricle, 1.05f, 0.5f);
  draw_wire (p, ray, atrium, 0.95f, 0.45f);
  phantom_stroke (p, ray, &ray->scratch, ventricle[3], 1.7f, ventricle[3], 1.7f, phantom_tube, 0.7f);
  phantom_add_scratch (ray, &ray->tissue);
}

/* A soft tube with one dense stripe down to above the carina */
static void
draw_tube (const PhantomPatient *p, PhantomRay *ray)
{
  ArraDice dice = arra_dice (p->seed, p->index, PHANTOM_DICE_TUBE);
  float tip = p->apex + arra_dice_uniform (&dice, 38, 48), side = arra_dice_chance (&dice, 0.5f) ? 1 : -1,
        sway = arra_dice_uniform (&dice, -3, 3);
  float at = p->trachea * 0.8f;
  PhantomPoint middle[4] = { { sway, -30 }, { sway, 5 }, { at, tip - 30 }, { at, tip } };
  PhantomPoint stripe[4], wall[4];

  for (int i = 0; i < 4; i++)
    {
      stripe[i] = (PhantomPoint) { middle[i].x + 2.6f * side, middle[i].y };
      wall[i] = (PhantomPoint) { middle[i].x - 2.6f * side, middle[i].y - (i == 3 ? 4 : 0) };
    }
  draw_wire (p, ray, middle, 2.9f, 0.07f);
  draw_wire (p, ray, wall, 0.6f, 0.22f);
  draw_wire (p, ray, stripe, 1.1f, 0.42f);
  phantom_add_scratch (ray, &ray->tissue);
}

void
phantom_draw_devices (const PhantomPatient *p, PhantomRay *ray)
{
  if (p->labels[PHANTOM_PACEMAKER] != 0)
    draw_pacemaker (p, ray);
  if (p->labels[PHANTOM_TUBE] != 0)
    draw_tube (p, ray);
}
