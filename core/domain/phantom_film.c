/* phantom_film.c - what the detector sees of the sum of all thicknesses
 *
 * The ray is weakened by exp(-thickness); the picture shows the logarithm of what is left along an S curve,
 * bright where little is left. The noise of the quanta grows as they get fewer.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "phantom.h"

#include <math.h>

#include "noise.h"

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
  float middle = p->hospital->middle - p->exposure, latitude = p->hospital->latitude / p->contrast;
  float dark = 1 / (1 + expf (middle / latitude)) + 0.01f;
  float bright = 1 / (1 + expf ((middle - thickness) / latitude));

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
      film->values[i]
          = p->hospital->fog
            + (p->hospital->white - p->hospital->fog) * arra_mix (curve[step], curve[step + 1], at - (float) step);
    }
}

/* Thickness is what lies in the rays, less the air. */
static void
add_up (PhantomRay *ray)
{
  for (gsize y = 0; y < ray->size; y++)
    for (gsize x = 0; x < ray->size; x++)
      {
        float *thick = arra_canvas_at (&ray->tissue, x, y), u = (float) x / (float) ray->size - 0.5f,
              v = (float) y / (float) ray->size - 0.5f;

        *thick
            += arra_canvas_at (&ray->vessels, x, y)[0] - arra_canvas_at (&ray->air, x, y)[0] + 0.10f * (u * u + v * v);
        *thick = MAX (*thick, 0);
      }
}

#define SCATTER_BLUR 15.0f

/* A share of the rays arrives where others should: thin parts brighten what is thick beside them. */
static gboolean
scatter (const PhantomPatient *p, PhantomRay *ray, GError **error)
{
  float share = p->hospital->scatter, *thick = ray->tissue.values, *rays = ray->scratch.values;
  gsize n = ray->size * ray->size;

  if (share == 0)
    return TRUE;
  for (gsize i = 0; i < n; i++)
    rays[i] = expf (-thick[i]);
  if (!arra_canvas_blur (&ray->scratch, SCATTER_BLUR * ray->scale, ARRA_EDGE_CLAMP, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    thick[i] = -logf ((1 - share) * expf (-thick[i]) + share * rays[i]);
  return TRUE;
}

/* Grains that are larger than a pixel are blurred, and as strong again as blurring made them weak: it divides the
 * deviation of what is independent by 2 sqrt(pi) sigma. */
static gboolean
add_grain (const PhantomPatient *p, PhantomRay *ray, GError **error)
{
  float *thick = ray->tissue.values, *grains = ray->scratch.values, sigma = p->hospital->grain * ray->scale, again;
  gsize n = ray->size * ray->size;

  for (gsize i = 0; i < n; i++)
    grains[i] = grain (p, (guint) (i / ray->size), (guint) (i % ray->size));
  if (sigma > 0 && !arra_canvas_blur (&ray->scratch, sigma, ARRA_EDGE_CLAMP, error))
    return FALSE;
  again = MAX (1, 2 * sqrtf ((float) G_PI) * sigma);
  for (gsize i = 0; i < n; i++)
    thick[i] += p->mottle * 2 * expf (0.55f * MIN (thick[i], 1.6f)) * again * grains[i];
  return TRUE;
}

gboolean
phantom_film (const PhantomPatient *p, PhantomRay *ray, ArraRaster *raster, GError **error)
{
  add_up (ray);
  if (p->hospital->cassette)
    phantom_draw_cassette (p, ray);
  if (!scatter (p, ray, error) || !add_grain (p, ray, error)
      || !arra_canvas_blur (&ray->tissue, p->sharpness * ray->scale, ARRA_EDGE_CLAMP, error))
    return FALSE;
  develop (p, &ray->tissue);
  arra_canvas_to_raster (&ray->tissue, 1, raster);
  return TRUE;
}
