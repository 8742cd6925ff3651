/* phantom_vessels.c - the lungs' vessels, from the hila outward
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "phantom.h"

#include <math.h>

#define THINNEST 0.28f
#define MAX_DEPTH 9

typedef struct
{
  const PhantomPatient *patient;
  PhantomRay *ray;
  ArraDice dice;
  float sign;
} Tree;

/* @angle: 0 outward, positive downward. A branch wanders, gets thinner and parts in two. */
static void
grow (Tree *tree, PhantomPoint from, float angle, float radius, int depth)
{
  PhantomPoint to;
  float length = (3.5f + 4.2f * radius) * arra_dice_uniform (&tree->dice, 0.7f, 1.3f), thin = radius * 0.9f;
  float bend = arra_dice_uniform (&tree->dice, -0.22f, 0.22f), part = arra_dice_uniform (&tree->dice, 0.4f, 0.95f),
        share = arra_dice_uniform (&tree->dice, 0.35f, 0.65f);

  for (int i = 0; i < 2; i++)
    {
      float end = i == 0 ? 0.5f * (radius + thin) : thin;

      angle += bend + arra_dice_uniform (&tree->dice, -0.12f, 0.12f);
      to = (PhantomPoint) { from.x + tree->sign * length * cosf (angle), from.y + length * sinf (angle) };
      phantom_stroke (tree->patient, tree->ray, &tree->ray->vessels, from, i == 0 ? radius : 0.5f * (radius + thin), to,
                      end, phantom_tube, 0.03f + 0.06f * end);
      from = to;
    }
  if (depth == MAX_DEPTH || thin < THINNEST)
    return;
  grow (tree, from, angle - part * share, thin * arra_dice_uniform (&tree->dice, 0.74f, 0.95f), depth + 1);
  grow (tree, from, angle + part * (1 - share), thin * arra_dice_uniform (&tree->dice, 0.55f, 0.86f), depth + 1);
}

typedef struct
{
  float y, angle, radius;
} Trunk;

static void
draw_lung (const PhantomPatient *p, PhantomRay *ray, int side)
{
  static const Trunk trunks[]
      = { { -12, -1.25f, 1.7f }, { -10, -0.85f, 2.1f }, { -6, -0.35f, 1.8f }, { -1, 0.1f, 1.9f },
          { 4, 0.5f, 2.3f },     { 8, 0.85f, 2.9f },    { 12, 1.15f, 2.6f } };
  Tree tree = { p, ray, arra_dice (p->seed, p->index, PHANTOM_DICE_VESSELS), side == 0 ? -1 : 1 };
  float hilum_y = 0.5f * (p->apex + p->dome[0]) + (side == 0 ? 5 : 0), hilum_x = p->pedicle + 6;

  tree.dice.thrown = (guint32) side << 20;
  hilum_y += arra_dice_normal (&tree.dice, 0, 2, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (trunks); i++)
    {
      PhantomPoint from = { tree.sign * (hilum_x + arra_dice_uniform (&tree.dice, -2, 3)), hilum_y + trunks[i].y };
      float angle = trunks[i].angle + arra_dice_uniform (&tree.dice, -0.15f, 0.15f);

      grow (&tree, from, angle, trunks[i].radius * arra_dice_uniform (&tree.dice, 0.9f, 1.1f), 0);
    }
  /* the pulmonary artery going down */
  phantom_stroke (p, ray, &ray->vessels, (PhantomPoint) { tree.sign * (hilum_x + 1), hilum_y - 9 }, 5,
                  (PhantomPoint) { tree.sign * (hilum_x + 8), hilum_y + 17 }, 2.8f, phantom_tube, 0.2f);
}

void
phantom_draw_vessels (const PhantomPatient *p, PhantomRay *ray)
{
  draw_lung (p, ray, 0);
  draw_lung (p, ray, 1);
}
