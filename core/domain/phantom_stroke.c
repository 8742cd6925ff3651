/* phantom_stroke.c - lines of bones, vessels and wires
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "phantom.h"

#include <math.h>
#include <string.h>

/* Where a pixel is partly covered, the edge is drawn over one pixel. */
static float
coverage (float distance, float radius)
{
  float inside = radius + 0.5f - distance;

  return CLAMP (inside, 0, 1);
}

float
phantom_tube (float distance, float radius)
{
  float wide = radius + 0.5f, rest = wide * wide - distance * distance;

  return rest > 0 ? sqrtf (rest) / wide * MIN (1, 2 * radius) : 0;
}

float
phantom_shell (float distance, float radius)
{
  float t = distance / radius;

  return coverage (distance, radius) * (0.68f + 0.32f * t * t * t * t);
}

/* Bounds of the pixels within @reach of the line */
static void
bounds (const ArraCanvas *canvas, PhantomPoint a, PhantomPoint b, float reach, gsize *x, gsize *y)
{
  float size = (float) canvas->width, box[4] = { MIN (a.x, b.x) - reach, MAX (a.x, b.x) + reach + 1,
                                                 MIN (a.y, b.y) - reach, MAX (a.y, b.y) + reach + 1 };

  for (int i = 0; i < 2; i++)
    {
      x[i] = (gsize) CLAMP (box[i], 0, size);
      y[i] = (gsize) CLAMP (box[2 + i], 0, size);
    }
}

void
phantom_stroke (const PhantomPatient *patient,
                const PhantomRay *ray,
                ArraCanvas *canvas,
                PhantomPoint from,
                float radius_a,
                PhantomPoint to,
                float radius_b,
                PhantomProfile profile,
                float thickness)
{
  PhantomPoint a = phantom_to_picture (patient, ray, from.x, from.y), b = phantom_to_picture (patient, ray, to.x, to.y);
  float ra = radius_a * ray->scale, rb = radius_b * ray->scale, dx = b.x - a.x, dy = b.y - a.y;
  float length = MAX (dx * dx + dy * dy, 1e-6f);
  gsize x[2], y[2];

  bounds (canvas, a, b, MAX (ra, rb) + 1, x, y);
  for (gsize j = y[0]; j < y[1]; j++)
    for (gsize i = x[0]; i < x[1]; i++)
      {
        float px = (float) i - a.x, py = (float) j - a.y, t = (px * dx + py * dy) / length, radius, far, *value;

        t = CLAMP (t, 0, 1);
        px -= t * dx;
        py -= t * dy;
        radius = arra_mix (ra, rb, t);
        far = px * px + py * py;
        if (far >= (radius + 0.5f) * (radius + 0.5f))
          continue;
        value = arra_canvas_at (canvas, i, j);
        *value = MAX (*value, thickness * profile (sqrtf (far), radius));
      }
}

void
phantom_add_scratch (PhantomRay *ray, ArraCanvas *canvas)
{
  gsize n = ray->size * ray->size;

  for (gsize i = 0; i < n; i++)
    canvas->values[i] += ray->scratch.values[i];
  memset (ray->scratch.values, 0, n * sizeof (float));
}
