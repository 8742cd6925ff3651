/* phantom_findings.c - what the labels say is in the chest: fluid, air, a nodule, a consolidated lobe
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "phantom.h"

#include <math.h>

static gboolean
has_side (guint label, float x)
{
  return label == PHANTOM_BILATERAL || label == (x > 0 ? PHANTOM_LEFT : PHANTOM_RIGHT);
}

/* How high fluid stands: above the dome's top in the middle, how much more at the wall, over which width that
 * falls */
static const struct
{
  float middle, rise, width;
} fluids[] = { { 0 }, { -5, 29, 16 }, { 17, 38, 26 }, { 60, 42, 30 } };

/* The meniscus: fluid creeps up the wall. It stands out most at its surface's lower edge, and thins out
 * upward. */
float
phantom_fluid (const PhantomPatient *p, float x, float y)
{
  guint label = p->labels[PHANTOM_EFFUSION];
  ArraDice dice;
  float near_wall, surface, varied;

  if (label == 0 || !has_side (p->labels[PHANTOM_EFFUSION_SIDE], x))
    return 0;
  dice = arra_dice (p->seed, p->index, PHANTOM_DICE_FLUID);
  dice.thrown = x > 0;
  varied = arra_dice_uniform (&dice, -4, 4) * (label == 1 ? 0.4f : 1);
  near_wall = MAX (0, phantom_row (p->wall, MIN (y, p->dome[x > 0] + 10)) - fabsf (x));
  surface
      = p->dome[x > 0] - fluids[label].middle - varied - fluids[label].rise * expf (-near_wall / fluids[label].width);
  if (label > 1)
    surface -= 7 * expf (-MAX (0, fabsf (x) - 22) / 12);
  return 0.97f * arra_smoothstep (surface - 7, surface + 5, y);
}

/* Lateral to the lung's shrunken border there is air and nothing in it; the border itself is a thin bright
 * line. */
void
phantom_draw_pneumothorax (const PhantomPatient *p, PhantomRay *ray)
{
  ArraDice dice = arra_dice (p->seed, p->index, PHANTOM_DICE_PNEUMOTHORAX);
  guint label = p->labels[PHANTOM_PNEUMOTHORAX];
  float inset = arra_dice_uniform (&dice, 23, 34);

  if (label == 0)
    return;
  for (gsize j = 0; j < ray->size; j++)
    for (gsize i = 0; i < ray->size; i++)
      {
        PhantomPoint at = phantom_to_chest (p, ray, (float) i, (float) j);
        float *air = arra_canvas_at (&ray->air, i, j), *vessels = arra_canvas_at (&ray->vessels, i, j);
        float outside, line;

        if (*air <= 0.02f || !has_side (label, at.x) || at.y > phantom_diaphragm (p, at.x))
          continue;
        outside = phantom_border (p, fabsf (at.x), at.y, inset);
        line = outside / 1.2f;
        *vessels *= arra_smoothstep (1, -1, outside);
        *vessels += 0.2f * expf (-line * line) + (outside < 0 ? 0.03f : 0);
        *air *= 1 + 0.13f * arra_smoothstep (-1, 1, outside);
      }
}

static const float zone_y[] = { 0.2f, 0.52f, 0.84f }; /* from the lungs' top to the dome */

/* Where a finding of a zone is: @share of the lung's width there from the middle, 0..1 */
static PhantomPoint
zone_place (const PhantomPatient *p, guint zone, float share, float shift)
{
  PhantomSide side = phantom_zone_side (zone);
  float y = arra_mix (p->apex, p->dome[side == PHANTOM_LEFT], zone_y[phantom_zone_level (zone)]) + shift;
  float wall = phantom_row (p->wall, y), inner = MIN (34, wall - 30);

  if (phantom_zone_level (zone) == 1 && side == PHANTOM_LEFT)
    inner = MIN (MAX (inner, 0.37f * p->heart), wall - 30);
  if (phantom_zone_level (zone) == 2)
    inner = MIN (MAX (inner, (side == PHANTOM_LEFT ? 0.64f : 0.36f) * p->heart + 4), wall - 30);
  return (PhantomPoint) { phantom_sign (side) * arra_mix (inner, wall - 4, share), y };
}

void
phantom_draw_nodule (const PhantomPatient *p, PhantomRay *ray)
{
  ArraDice dice = arra_dice (p->seed, p->index, PHANTOM_DICE_NODULE);
  float radius = arra_dice_uniform (&dice, 6.2f, 8.8f), share = arra_dice_uniform (&dice, 0.3f, 0.68f);
  float shift = arra_dice_uniform (&dice, -5, 5), dense = arra_dice_uniform (&dice, 0.34f, 0.42f);
  guint zone = p->labels[PHANTOM_NODULE];
  PhantomPoint at;

  if (zone == 0)
    return;
  at = zone_place (p, zone, share, shift);
  phantom_stroke (p, ray, &ray->scratch, at, radius, (PhantomPoint) { at.x + 0.25f * radius, at.y + 0.15f * radius },
                  radius * 0.92f, phantom_tube, dense);
  phantom_add_scratch (ray, &ray->tissue);
}

/* Air in the bronchi of a lung that has none left: dark branching lines */
static void
draw_bronchi (const PhantomPatient *p, PhantomRay *ray, ArraDice *dice, PhantomPoint at, float radius)
{
  float sign = at.x > 0 ? 1 : -1, hilum_y = 0.5f * (p->apex + p->dome[0]), x = at.x - sign * 24, y = hilum_y - at.y;
  float base = atan2f (-y, sign * x > 0 ? fabsf (at.x) - 24 : 10);

  for (int i = -1; i <= 1; i++)
    {
      float angle = 0.5f * base + 0.55f * (float) i + arra_dice_uniform (dice, -0.15f, 0.15f);
      PhantomPoint from
          = { at.x - sign * radius * 0.75f * cosf (base * 0.5f), at.y - radius * 0.75f * sinf (base * 0.5f) };

      for (int step = 0; step < 5; step++)
        {
          PhantomPoint to = { from.x + sign * radius * 0.3f * cosf (angle), from.y + radius * 0.3f * sinf (angle) };
          phantom_stroke (p, ray, &ray->scratch, from, 1.1f - 0.16f * (float) step, to, 0.94f - 0.16f * (float) step,
                          phantom_tube, 0.38f);
          angle += arra_dice_uniform (dice, -0.4f, 0.4f);
          from = to;
        }
    }
}

void
phantom_draw_consolidation (const PhantomPatient *p, PhantomRay *ray)
{
  ArraDice dice = arra_dice (p->seed, p->index, PHANTOM_DICE_CONSOLIDATION);
  float radius = arra_dice_uniform (&dice, 23, 29), share = arra_dice_uniform (&dice, 0.35f, 0.6f);
  float shift = arra_dice_uniform (&dice, -4, 4), dense = arra_dice_uniform (&dice, 0.66f, 0.76f);
  guint zone = p->labels[PHANTOM_CONSOLIDATION];
  g_autofree ArraLattice *lattice = NULL;
  PhantomPoint at;

  if (zone == 0)
    return;
  lattice = g_new (ArraLattice, 1);
  arra_lattice_init (lattice, p->seed, p->index, PHANTOM_DICE_CONSOLIDATION);
  at = zone_place (p, zone, share, shift);
  draw_bronchi (p, ray, &dice, at, radius);
  for (gsize j = 0; j < ray->size; j++)
    for (gsize i = 0; i < ray->size; i++)
      {
        PhantomPoint here = phantom_to_chest (p, ray, (float) i, (float) j);
        float u = (here.x - at.x) / (radius * 1.1f), v = (here.y - at.y) / (radius * 0.92f), r = sqrtf (u * u + v * v),
              fluffy, filled;
        float *bronchi = arra_canvas_at (&ray->scratch, i, j), *air = arra_canvas_at (&ray->air, i, j);

        if (r < 1.7f && here.x * at.x > 0)
          {
            fluffy = arra_lattice_fbm (lattice, here.x / 22 + 20, here.y / 22, 0, 4, 0.55f);
            filled = dense * arra_smoothstep (1.3f, 0.25f, r - 0.5f * fluffy) * (1 + 0.18f * fluffy);
            *air *= 1 - CLAMP (filled, 0, 0.85f) * (1 - *bronchi);
          }
        *bronchi = 0;
      }
}
