/* phantom_bones.c - ribs, clavicles, shoulder blades, spine
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "phantom.h"

#include <math.h>

#define N_RIBS 11
#define RIB_STEPS 40
#define POSTERIOR_STEPS 23 /* of RIB_STEPS: the rest is the front */
#define RIB_END 2.62f      /* radians around the chest from the spine to the cartilage */

typedef struct
{
  float sign, reach, top, drop, arch, radius, bone;
} Rib;

/* A rib is a ring that slopes down to the front: seen from the front, the arc of an ellipse. */
static PhantomPoint
rib_place (const Rib *rib, float angle)
{
  float forward = 0.5f * (1 - cosf (angle));

  return (PhantomPoint) { rib->sign * (7 + (rib->reach - 7) * sinf (angle)),
                          rib->top + rib->drop * forward
                              - rib->arch * sinf (angle) * cosf (angle) * (angle < (float) G_PI_2) };
}

/* At the side the ray passes along the bone; towards its front end the bone is thin. */
static float
rib_thickness (const Rib *rib, float angle)
{
  float side = sinf (angle), along = side * side;

  along *= along;
  along *= along;
  return rib->bone * (angle < (float) G_PI_2 ? 1 : 0.72f + 0.28f * along) * (1 + 0.45f * along)
         * arra_smoothstep (RIB_END + 0.02f, RIB_END - 0.35f, angle);
}

static void
draw_rib_part (const PhantomPatient *p, PhantomRay *ray, const Rib *rib, int begin, int end)
{
  for (int i = begin; i < end; i++)
    {
      float a = 0.12f + (RIB_END - 0.12f) * (float) i / RIB_STEPS,
            b = 0.12f + (RIB_END - 0.12f) * (float) (i + 1) / RIB_STEPS;

      phantom_stroke (p, ray, &ray->scratch, rib_place (rib, a), rib->radius, rib_place (rib, b), rib->radius,
                      phantom_shell, rib_thickness (rib, 0.5f * (a + b)));
    }
}

static Rib
make_rib (const PhantomPatient *p, int n, float sign, float first, float pitch, float drop, float radius, float bone)
{
  float top = first + pitch * (float) n, grown = MIN (1, ((float) n + 1) / 5),
        side = top + 0.5f * drop * (0.45f + 0.55f * grown);

  return (Rib) { .sign = sign,
                 .reach = MAX (phantom_row (p->wall, side), 34) + 1.5f,
                 .top = top,
                 .drop = drop * (0.45f + 0.55f * grown),
                 .arch = 3 + 4 * grown,
                 .radius = radius * (n == 0 ? 0.85f : 1),
                 .bone = bone * (n > 8 ? 0.8f : 1) };
}

static void
draw_ribs (const PhantomPatient *p, PhantomRay *ray, ArraDice *dice)
{
  float pitch = (p->dome[0] + 10 - p->apex) / 9.4f * arra_dice_uniform (dice, 0.96f, 1.04f);
  float first = p->apex + arra_dice_uniform (dice, 2, 6),
        drop = phantom_within (dice, p->hospital->rib_drop) - (p->ap ? 6 : 0);
  float radius = phantom_within (dice, p->hospital->rib_radius), bone = phantom_within (dice, p->hospital->rib_bone);

  for (int half = 0; half < 2; half++)
    {
      for (int n = 0; n < N_RIBS; n++)
        for (int side = 0; side < 2; side++)
          {
            Rib rib = make_rib (p, n, side == 0 ? -1 : 1, first + (float) side, pitch, drop, radius, bone);
            if (half == 0 || n < 7)
              draw_rib_part (p, ray, &rib, half == 0 ? 0 : POSTERIOR_STEPS, half == 0 ? POSTERIOR_STEPS : RIB_STEPS);
          }
      phantom_add_scratch (ray, &ray->tissue);
    }
}

static void
draw_curve (const PhantomPatient *p,
            PhantomRay *ray,
            const PhantomPoint *points,
            int n,
            float radius_a,
            float radius_b,
            float thickness)
{
  for (int i = 0; i + 1 < n; i++)
    {
      float s = (float) i / (float) (n - 1), t = (float) (i + 1) / (float) (n - 1);

      phantom_stroke (p, ray, &ray->scratch, points[i], arra_mix (radius_a, radius_b, s), points[i + 1],
                      arra_mix (radius_a, radius_b, t), phantom_shell, thickness);
    }
}

#define CLAVICLE_POINTS 17

/* An S from the breastbone to the shoulder */
static void
draw_clavicles (const PhantomPatient *p, PhantomRay *ray, ArraDice *dice)
{
  float inner_y = p->apex + phantom_within (dice, p->hospital->clavicle) - (p->ap ? 11 : 0),
        rise = phantom_within (dice, p->hospital->clavicle_rise) - (p->ap ? 4 : 0);
  float radius = arra_dice_uniform (dice, 3.6f, 4.4f);

  for (int side = 0; side < 2; side++)
    {
      PhantomPoint points[CLAVICLE_POINTS];
      float sign = side == 0 ? -1 : 1, lift = arra_dice_normal (dice, 0, 1.5f, 2);

      for (int i = 0; i < CLAVICLE_POINTS; i++)
        {
          float t = (float) i / (CLAVICLE_POINTS - 1);
          points[i] = (PhantomPoint) { sign * (9 + 92 * t),
                                       inner_y + lift - rise * t - 3.5f * sinf (2 * (float) G_PI * (t - 0.08f)) };
        }
      draw_curve (p, ray, points, CLAVICLE_POINTS, radius + 1.1f, radius, 0.17f);
    }
  phantom_add_scratch (ray, &ray->tissue);
}

/* A thin plate with thick borders; on AP films it lies over the lung. */
static void
draw_blade (const PhantomPatient *p, PhantomRay *ray, float sign, float out, float top)
{
  PhantomPoint corner = { sign * out, top + 14 }, tip = { sign * (out + 10), top + 92 };
  PhantomPoint glenoid = { sign * (out + 36), top + 16 }, spine = { sign * (out + 40), top - 2 };
  PhantomPoint medial[] = { corner, { sign * (out - 2), top + 40 }, { sign * (out + 2), top + 68 }, tip };
  PhantomPoint lateral[] = { tip, { sign * (out + 22), top + 62 }, { sign * (out + 31), top + 34 }, glenoid };
  PhantomPoint upper[] = { { sign * (out + 1), top + 18 }, { sign * (out + 16), top + 6 }, spine };

  draw_curve (p, ray, medial, 4, 1.1f, 1.5f, 0.22f);
  draw_curve (p, ray, lateral, 4, 1.6f, 2.6f, 0.13f);
  draw_curve (p, ray, upper, 3, 1.6f, 3.2f, 0.13f);
  for (int i = 0; i < 12; i++)
    {
      float t = ((float) i + 0.5f) / 12;
      PhantomPoint a = { sign * (out + arra_mix (0, 7, t)), top + arra_mix (15, 84, t) };
      PhantomPoint b = { sign * (out + arra_mix (34, 13, t)), top + arra_mix (18, 84, t) };
      phantom_stroke (p, ray, &ray->scratch, a, 3.6f, b, 3.6f, phantom_tube, 0.13f);
    }
}

static void
draw_shoulders (const PhantomPatient *p, PhantomRay *ray, ArraDice *dice)
{
  float out = p->hospital->blade[p->ap] + arra_dice_uniform (dice, -4, 4),
        top = p->apex + arra_dice_uniform (dice, 0, 8);

  for (int side = 0; side < 2; side++)
    {
      float sign = side == 0 ? -1 : 1;
      PhantomPoint head = { sign * 118, top + 14 }, shaft = { sign * 137, top + 70 };

      draw_blade (p, ray, sign, out + arra_dice_normal (dice, 0, 2, 2), top);
      phantom_stroke (p, ray, &ray->scratch, head, 11, head, 11, phantom_tube, 0.22f);
      phantom_stroke (p, ray, &ray->scratch, head, 8, shaft, 7, phantom_shell, 0.2f);
    }
  phantom_add_scratch (ray, &ray->tissue);
}

#define N_VERTEBRAE 20

/* Bodies with dense end plates, pedicles, spinous processes */
static void
draw_spine (const PhantomPatient *p, PhantomRay *ray, ArraDice *dice)
{
  float bend = arra_dice_normal (dice, 0, p->hospital->spine_bend, 2), y = -14,
        bone = arra_dice_uniform (dice, 0.065f, 0.095f);

  for (int n = 0; n < N_VERTEBRAE; n++)
    {
      float height = 12.5f + 0.3f * (float) n, half = 10 + 0.18f * (float) n, x = bend * sinf (y / 60);

      for (int i = 0; i < 5; i++)
        {
          float at = y + 1.5f + (height - 3.4f) * (float) i / 4, wide = half - 1.8f * (float) (i > 0 && i < 4);
          PhantomPoint a = { x - wide, at }, b = { x + wide, at };
          phantom_stroke (p, ray, &ray->scratch, a, 1.9f, b, 1.9f, phantom_tube,
                          bone * (i == 0 || i == 4 ? 1.15f : 0.9f));
        }
      for (int side = -1; side <= 1; side += 2)
        {
          PhantomPoint pedicle = { x + (float) side * half * 0.62f, y + height * 0.4f };
          phantom_stroke (p, ray, &ray->scratch, pedicle, 2, pedicle, 2, phantom_shell, bone * 1.5f);
        }
      phantom_stroke (p, ray, &ray->scratch, (PhantomPoint) { x, y + height * 0.6f }, 1.4f,
                      (PhantomPoint) { x, y + height * 0.95f }, 1.8f, phantom_tube, bone * 1.45f);
      y += height;
    }
  phantom_add_scratch (ray, &ray->tissue);
}

void
phantom_draw_bones (const PhantomPatient *p, PhantomRay *ray)
{
  ArraDice dice = arra_dice (p->seed, p->index, PHANTOM_DICE_BONES);

  draw_ribs (p, ray, &dice);
  draw_clavicles (p, ray, &dice);
  draw_shoulders (p, ray, &dice);
  draw_spine (p, ray, &dice);
}
