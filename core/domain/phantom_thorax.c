/* phantom_thorax.c - torso, lungs, diaphragm, heart and great vessels as thicknesses along the ray
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "phantom.h"

#include <math.h>

#define DOME_X 46.0f

/* A half ellipsoid's depth, 0..1, from 1 - r^2 */
static float
depth_of (float rest)
{
  return rest > 0 ? sqrtf (rest) : 0;
}

/* y of the skin above the shoulders */
static float
shoulder_line (float out)
{
  float slope = arra_smoothstep (24, 110, out);

  return out < 24 ? -60 : -2 + 34 * slope * (0.6f + 0.4f * slope) - 30 * arra_smoothstep (34, 24, out);
}

float
phantom_torso (const PhantomPatient *p, float x, float y)
{
  float out = fabsf (x), flank = phantom_row (p->flank, y), u = out / flank;
  float skin = arra_smoothstep (-1, 9, y - shoulder_line (out));
  float thick, u2 = u * u;

  if (u >= 1)
    return 0;
  thick = sqrtf (sqrtf (1 - u2 * u2 * u2))
          * (0.86f + 0.14f * arra_smoothstep (20, 120, y) + 0.06f * arra_smoothstep (170, 235, y));
  thick += 0.11f * p->girth - 0.03f;
  if (p->breast > 0)
    {
      float bx = (out - 58) / 40, by = (y - p->breast_y) / (y < p->breast_y ? 56 : 28);
      thick += p->breast * arra_smoothstep (0, 0.5f, 1 - bx * bx - by * by);
    }
  return thick * skin;
}

float
phantom_diaphragm (const PhantomPatient *p, float x)
{
  float d = fabsf (x) - DOME_X, edge = p->dome[x > 0], steep = MAX (0, d - 22);

  return edge + p->hospital->flat * (d > 0 ? 0.0065f : 0.0055f) * d * d + 0.014f * steep * steep;
}

float
phantom_border (const PhantomPatient *p, float out, float y, float inset)
{
  float t = (y - p->apex) / (p->dome[0] - p->apex), lowered = y - inset * 0.75f * CLAMP (1.1f - t, 0, 1);
  float wall = phantom_row (p->wall, lowered), slope = wall - phantom_row (p->wall, lowered - 1), lateral;

  slope = MIN (slope, 4);
  lateral = (out - wall + inset * CLAMP (1 - 0.55f * t, 0.3f, 1)) / sqrtf (1 + slope * slope);
  return MAX (lateral, p->apex - lowered);
}

/* Air from the front to the back, without heart and vessels: the lung ends at the dome's edge, but for the
 * part that lies behind it. */
float
phantom_cavity (const PhantomPatient *p, float x, float y)
{
  float out = fabsf (x), wall = phantom_row (p->wall, y), inner = phantom_row (p->inner, y);
  float u = MAX (0, out - 36) / MAX (wall - 36, 1), top = arra_smoothstep (p->apex - 4, p->apex + 62, y);
  float below = y - phantom_diaphragm (p, x), behind, u2 = u * u;

  if (u >= 1 || y <= p->apex)
    return 0;
  behind = below < -1 ? 1 : arra_mix (1, 0.20f * expf (-MAX (below, 0) / 13), arra_smoothstep (-1, 1.2f, below));
  return p->lung * (0.62f + 0.38f * top) * depth_of (1 - u2 * u2 * u)
         * arra_smoothstep (-1, 1.5f, out - inner + 4 * (y > p->apex + 17)) * behind;
}

/* 1 - r^2 of an ellipse; @turn: of its long axis */
static float
ellipse (float x, float y, float rx, float ry, float cosine, float sine)
{
  float u = (cosine * x + sine * y) / rx, v = (cosine * y - sine * x) / ry;

  return 1 - u * u - v * v;
}

static float
smooth_max (float a, float b)
{
  float d = a - b;

  return 0.5f * (a + b + sqrtf (d * d + 0.05f));
}

/* Left ventricle, right atrium and the outflow above them; the width over all is p->heart. */
static float
heart (const PhantomPatient *p, float x, float y)
{
  float w = p->heart, down = y - p->heart_y, big = p->enlarged;
  float ventricle = ellipse (x - 0.21f * w, down, arra_mix (0.53f, 0.49f, big) * w, arra_mix (0.35f, 0.30f, big) * w,
                             p->heart_cosine, p->heart_sine);
  float atrium = ellipse (x + 0.09f * w, down - 0.07f * w, 0.26f * w, arra_mix (0.37f, 0.32f, big) * w, 1, 0);
  float outflow = ellipse (x - 10, y - p->dome[1] + 74, 17.5f, 36, 0.95f, 0.31f);

  return smooth_max (smooth_max (ventricle, atrium), outflow);
}

/* The upper mediastinum: vena cava on the right, aorta with its knob on the left */
static float
pedicle (const PhantomPatient *p, float x, float y)
{
  float half = p->pedicle * (x > 0 ? 0.92f : 1) * (1 + 0.10f * arra_smoothstep (58, 34, y)), knob_y = p->apex + 47;
  float cava = 1 + 0.28f * arra_smoothstep (p->apex + 62, p->apex + 100, y)
               - 0.08f * arra_smoothstep (30, 0, fabsf (y - p->apex - 52));
  float column;
  float knob = ellipse (x - (p->pedicle - 0.38f * p->knob), y - knob_y, p->knob, p->knob * 1.15f, 1, 0);
  float aorta = 1 - (x - 12) * (x - 12) / 150;

  half *= x < 0 ? cava : 1;
  column = 1 - x * x / (half * half);
  if (y > knob_y)
    column = smooth_max (column, aorta * 0.5f);
  return smooth_max (column, knob);
}

float
phantom_solid (const PhantomPatient *p, float x, float y)
{
  float h = heart (p, x - p->heart_x, y), m = pedicle (p, x, y);
  float beat = h > 0 ? 0.62f * sqrtf (depth_of (h)) : 0, column = 0.66f * sqrtf (depth_of (m));

  return MAX (beat, column) + 0.14f * MIN (beat, column);
}
