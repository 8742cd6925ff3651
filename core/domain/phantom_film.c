/* phantom_film.c - what the detector sees of the sum of all thicknesses
 *
 * The ray is weakened by exp(-thickness); the picture shows the logarithm of what is left along an S curve,
 * bright where little is left. The noise of the quanta grows as they get fewer.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "phantom.h"

#include <math.h>

#include "noise.h"

#define MIDDLE 0.63f /* the thickness of medium grey */
#define LATITUDE 0.25f

/* A sum of four bytes: nearly normal, mean 0, deviation 1. */
static float
grain (const PhantomPatient *p, guint row, guint column)
{
  guint32 bits = arra_noise_bits (p->seed, (guint32) p->index, PHANTOM_DICE_GRAIN | row << 8, column);
  float sum = (float) (bits & 255) + (float) (bits >> 8 & 255) + (float) (bits >> 16 & 255) + (float) (bits >> 24);

  return (sum - 510) / 147.8f;
}

static float
film_curve (const PhantomPatient *p, float thickness)
{
  float dark = 1 / (1 + expf ((MIDDLE - p->exposure) / (LATITUDE / p->contrast))) + 0.01f;
  float bright = 1 / (1 + expf ((MIDDLE - p->exposure - thickness) / (LATITUDE / p->contrast)));

  return MAX (0, (bright - dark) / (1 - dark));
}

#define CURVE_STEPS 1024
#define CURVE_END 3.0f

static void
develop (const PhantomPatient *p, ArraCanvas *film)
{
  float curve[CURVE_STEPS + 2];

  for (int i = 0; i < CURVE_STEPS + 2; i++)
    curve[i] = film_curve (p, CURVE_END * (float) i / CURVE_STEPS);
  for (gsize i = 0; i < film->width * film->height; i++)
    {
      float at = CLAMP (film->values[i], 0, CURVE_END) * (CURVE_STEPS / CURVE_END);
      int step = (int) at;
      film->values[i] = 0.965f * arra_mix (curve[step], curve[step + 1], at - (float) step);
    }
}

gboolean
phantom_film (const PhantomPatient *p, PhantomRay *ray, ArraRaster *raster, GError **error)
{
  ArraCanvas *film = &ray->tissue;

  for (gsize y = 0; y < ray->size; y++)
    for (gsize x = 0; x < ray->size; x++)
      {
        float *thick = arra_canvas_at (film, x, y), u = (float) x / (float) ray->size - 0.5f,
              v = (float) y / (float) ray->size - 0.5f;

        *thick
            += arra_canvas_at (&ray->vessels, x, y)[0] - arra_canvas_at (&ray->air, x, y)[0] + 0.10f * (u * u + v * v);
        *thick = MAX (*thick, 0);
        *thick += p->mottle * 2 * expf (0.55f * MIN (*thick, 1.6f)) * grain (p, (guint) y, (guint) x);
      }
  if (!arra_canvas_blur (film, p->sharpness * ray->scale, ARRA_EDGE_CLAMP, error))
    return FALSE;
  develop (p, film);
  arra_canvas_to_raster (film, 1, raster);
  return TRUE;
}
