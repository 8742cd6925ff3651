/* textures_light.c - light on a relief: facing, hollows, cast shadows, highlights
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

/* Means of squares of TEXTURE_STEP samples a side */
static void
shrink_heights (const ArraCanvas *paint, ArraCanvas *small)
{
  for (gsize y = 0; y < paint->height; y++)
    for (gsize x = 0; x < paint->width; x++)
      *arra_canvas_at (small, x / TEXTURE_STEP, y / TEXTURE_STEP)
          += arra_canvas_at (paint, x, y)[3] / (TEXTURE_STEP * TEXTURE_STEP);
}

static void
keep_channel (const ArraCanvas *from, ArraCanvas *to, guint channel)
{
  for (gsize i = 0; i < from->width * from->height; i++)
    to->values[i * to->channels + channel] = from->values[i];
}

#define NEAR 3.0f /* deviations of the surroundings that a height stands out of, in units of the plane */
#define FAR 9.0f

gboolean
texture_surroundings (const TextureScene *scene, const ArraCanvas *paint, ArraCanvas *around, GError **error)
{
  g_autocanvas ArraCanvas small = { 0 };
  gsize n = paint->width / TEXTURE_STEP;
  float step = TEXTURE_STEP * scene->sample;

  if (!arra_canvas_init (&small, n, n, 1, error) || !arra_canvas_init (around, n, n, 2, error))
    return FALSE;
  shrink_heights (paint, &small);
  if (!arra_canvas_blur (&small, NEAR / step, ARRA_EDGE_WRAP, error))
    return FALSE;
  keep_channel (&small, around, 0);
  if (!arra_canvas_blur (&small, FAR / step, ARRA_EDGE_WRAP, error))
    return FALSE;
  keep_channel (&small, around, 1);
  return TRUE;
}

#define SHADOW_STEPS 8

/* Samples towards the light whose heights may be in its way */
typedef struct
{
  gssize dx[SHADOW_STEPS], dy[SHADOW_STEPS];
  float rise[SHADOW_STEPS]; /* of the ray of light until there, in heights */
} Ray;

static Ray
ray_of (const TextureScene *scene, const TextureMaterial *material)
{
  static const float reach[SHADOW_STEPS] = { 0.8f, 1.6f, 2.6f, 4, 6, 8.5f, 12, 16 };
  const float *light = scene->light;
  float flat = sqrtf (light[0] * light[0] + light[1] * light[1]);
  Ray ray = { 0 };

  for (guint i = 0; i < SHADOW_STEPS; i++)
    {
      ray.dx[i] = (gssize) arra_floor (reach[i] * light[0] / (flat * scene->sample) + 0.5f);
      ray.dy[i] = (gssize) arra_floor (reach[i] * light[1] / (flat * scene->sample) + 0.5f);
      ray.rise[i] = reach[i] * light[2] / (flat * MAX (material->relief, 0.1f));
    }
  return ray;
}

static inline gsize
beyond (gsize at, gssize step, gsize n)
{
  gssize to = (gssize) at + step;

  while (to < 0)
    to += (gssize) n;
  while (to >= (gssize) n)
    to -= (gssize) n;
  return (gsize) to;
}

/* 0: in the light, 1: in the shadow of what stands between */
static float
shadow (const ArraCanvas *paint, const Ray *ray, gsize x, gsize y)
{
  float here = arra_canvas_at (paint, x, y)[3], most = 0;

  for (guint i = 0; i < SHADOW_STEPS; i++)
    {
      gsize to_x = beyond (x, ray->dx[i], paint->width), to_y = beyond (y, ray->dy[i], paint->height);
      float over = arra_canvas_at (paint, to_x, to_y)[3] - here - ray->rise[i];

      most = MAX (most, over);
    }
  return arra_smoothstep (0, 2.2f, most);
}

/* 0 for the eye's and the light's mirror far apart, 1 for a mirror */
static float
highlight (const TextureScene *scene, const float normal[3])
{
  float half_z = scene->light[2] + 1, length = sqrtf (2 * half_z);
  float cosine = (normal[0] * scene->light[0] + normal[1] * scene->light[1] + normal[2] * half_z) / length;

  cosine = MAX (cosine, 0);
  for (guint i = 0; i < 5; i++)
    cosine *= cosine;
  return cosine;
}

/* What a mirror at @normal shows: a light sky towards the light, a dark ground away from it, a horizon
 * between */
static float
mirrored (const TextureScene *scene, const float normal[3])
{
  float flat = sqrtf (1 - scene->light[2] * scene->light[2]);
  float towards = (normal[0] * scene->light[0] + normal[1] * scene->light[1]) / flat;

  return 0.72f + 0.85f * arra_smoothstep (-0.05f, 0.55f, towards) - 0.5f * arra_smoothstep (0, -0.5f, towards);
}

static void
light_pixel (const TextureScene *scene,
             const float slope[2],
             float hollow,
             float shade,
             const float *sheen,
             float *pixel)
{
  float length = 1 / sqrtf (slope[0] * slope[0] + slope[1] * slope[1] + 1);
  float normal[3] = { -slope[0] * length, -slope[1] * length, length };
  float facing = normal[0] * scene->light[0] + normal[1] * scene->light[1] + normal[2] * scene->light[2];
  float direct = MAX (facing, 0) / scene->light[2] * (1 - shade);
  float bright = (0.40f + 0.60f * direct) * hollow, shine = sheen[0] * highlight (scene, normal) * (1 - shade);

  bright = arra_mix (bright, mirrored (scene, normal) * hollow, sheen[2]);
  bright = arra_mix (bright, 1, sheen[1]);
  for (guint i = 0; i < 3; i++)
    pixel[i] = pixel[i] * bright + shine * (1.05f - pixel[i]) * 0.8f;
}

static void
light_at (const TextureScene *scene,
          const TextureMaterial *material,
          const ArraCanvas *around,
          ArraCanvas *paint,
          const ArraCanvas *heights,
          const Ray *ray,
          gsize x,
          gsize y,
          const float *sheen)
{
  gsize n = paint->width, right = x + 1 == n ? 0 : x + 1, left = x == 0 ? n - 1 : x - 1;
  gsize below = y + 1 == n ? 0 : y + 1, above = y == 0 ? n - 1 : y - 1;
  float steep = 0.5f * material->relief / scene->sample, near[2];
  float slope[2] = { steep * (*arra_canvas_at (heights, right, y) - *arra_canvas_at (heights, left, y)),
                     steep * (*arra_canvas_at (heights, x, below) - *arra_canvas_at (heights, x, above)) };
  float here = *arra_canvas_at (heights, x, y), depth;

  arra_canvas_sample (around, ((float) x - 0.5f * (TEXTURE_STEP - 1)) / TEXTURE_STEP,
                      ((float) y - 0.5f * (TEXTURE_STEP - 1)) / TEXTURE_STEP, ARRA_EDGE_WRAP, near);
  depth = material->cavity * (0.6f * (here - near[0]) + 0.4f * (here - near[1]));
  light_pixel (scene, slope, CLAMP (1 + depth, 0.35f, 1.15f),
               material->shadow > 0 ? material->shadow * shadow (paint, ray, x, y) : 0, sheen,
               arra_canvas_at (paint, x, y));
}

gboolean
texture_light (const TextureScene *scene,
               const TextureMaterial *material,
               const ArraCanvas *around,
               ArraCanvas *paint,
               const ArraCanvas *sheen,
               GError **error)
{
  g_autocanvas ArraCanvas heights = { 0 };
  Ray ray = ray_of (scene, material);

  if (!arra_canvas_init (&heights, paint->width, paint->height, 1, error))
    return FALSE;
  for (gsize i = 0; i < paint->width * paint->height; i++)
    heights.values[i] = paint->values[i * 4 + 3];
  for (gsize y = 0; y < paint->height; y++)
    for (gsize x = 0; x < paint->width; x++)
      light_at (scene, material, around, paint, &heights, &ray, x, y, arra_canvas_at (sheen, x, y));
  return TRUE;
}
