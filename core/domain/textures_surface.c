/* textures_surface.c - dyes, strokes and light
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

TextureTint
texture_colour_tint (guint colour)
{
  static const TextureTint tints[TEXTURE_COLOURS] = {
    [TEXTURE_NATURAL] = { 0.5f, 0.5f, 0.5f },   [TEXTURE_RED] = { 0.74f, 0.11f, 0.10f },
    [TEXTURE_ORANGE] = { 0.90f, 0.46f, 0.08f }, [TEXTURE_YELLOW] = { 0.90f, 0.78f, 0.16f },
    [TEXTURE_GREEN] = { 0.18f, 0.52f, 0.20f },  [TEXTURE_BLUE] = { 0.14f, 0.33f, 0.74f },
    [TEXTURE_PURPLE] = { 0.48f, 0.20f, 0.64f }, [TEXTURE_PINK] = { 0.93f, 0.52f, 0.66f },
    [TEXTURE_WHITE] = { 0.90f, 0.90f, 0.89f },  [TEXTURE_GREY] = { 0.50f, 0.51f, 0.52f },
    [TEXTURE_BLACK] = { 0.12f, 0.12f, 0.13f },  [TEXTURE_BROWN] = { 0.44f, 0.27f, 0.15f },
  };

  return tints[colour];
}

/* The label's colour as light as @tint is against @mean */
TextureTint
texture_dye (const TextureScene *scene, TextureTint tint, float mean, float amount)
{
  static const TextureTint white = { 1, 1, 1 };
  guint colour = scene->labels[TEXTURE_COLOUR];
  TextureTint target = scene->dye;
  float light = texture_luminance (tint) / mean;

  if (colour == TEXTURE_NATURAL || amount <= 0)
    return tint;
  target = light < 1 ? texture_scale (target, light)
                     : texture_mix (target, white, MIN (0.6f, 0.45f * (light - 1)));
  return texture_mix (tint, target, amount);
}

/* Mixes one pixel of a stroke in; @cover 0..1 */
static void
stroke_pixel (
    ArraCanvas *paint, gssize x, gssize y, const TextureStroke *stroke, float t, float side, float cover)
{
  TextureTint tint = texture_mix (stroke->from, stroke->to, t);
  float colour[4] = { tint.r, tint.g, tint.b, stroke->height + stroke->rise * (t - 0.5f * side * side) };

  if (x >= 0 && y >= 0 && x < (gssize) paint->width && y < (gssize) paint->height)
    arra_canvas_blend (paint, (gsize) x, (gsize) y, colour, cover * stroke->opacity);
}

/* Walks the steeper axis, one line of pixels after another: a curve of changing width. */
void
texture_stroke (const TextureScene *scene, ArraCanvas *paint, const TextureStroke *stroke)
{
  float dx = sinf (stroke->angle), dy = -cosf (stroke->angle);
  gboolean steep = fabsf (dy) >= fabsf (dx);
  float length = stroke->length * scene->side, reach = length * (steep ? fabsf (dy) : fabsf (dx));
  float x0 = stroke->x * scene->side, y0 = stroke->y * scene->side;

  for (float i = 0; i < reach; i++)
    {
      float t = i / reach, shift = stroke->bend * length * t * t;
      float x = x0 + dx * length * t - (steep ? shift * dy : 0),
            y = y0 + dy * length * t + (steep ? 0 : shift * dx);
      float half = 0.5f * stroke->width * scene->side * (1 - stroke->taper * t * t), middle = steep ? x : y;

      for (gssize k = (gssize) floorf (middle - half); k <= (gssize) ceilf (middle + half); k++)
        {
          float away = fabsf ((float) k - middle), cover = CLAMP (half - away + 0.5f, 0, 1);

          if (cover > 0)
            stroke_pixel (paint, steep ? k : (gssize) floorf (x), steep ? (gssize) floorf (y) : k, stroke, t,
                          MIN (1, away / MAX (half, 0.5f)), cover);
        }
    }
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

/* Heights that stand out of their surroundings: a blurred copy to compare with */
static gboolean
blurred_heights (const TextureScene *scene, const ArraCanvas *paint, ArraCanvas *heights, GError **error)
{
  if (!arra_canvas_init (heights, paint->width, paint->height, 1, error))
    return FALSE;
  for (gsize i = 0; i < paint->width * paint->height; i++)
    heights->values[i] = paint->values[i * 4 + 3];
  return arra_canvas_blur (heights, 4 * scene->side, ARRA_EDGE_CLAMP, error);
}

static void
light_pixel (const TextureScene *scene,
             const TextureMaterial *material,
             float *pixel,
             const float slope[2],
             float hollow,
             const float *sheen)
{
  float length = 1 / sqrtf (slope[0] * slope[0] + slope[1] * slope[1] + 1);
  float normal[3] = { -slope[0] * length, -slope[1] * length, length };
  float facing = normal[0] * scene->light[0] + normal[1] * scene->light[1] + normal[2] * scene->light[2];
  float shade = (0.42f + 0.58f * MAX (facing, 0) / scene->light[2])
                * CLAMP (1 + material->cavity * hollow, 0.45f, 1.15f);
  float shine = sheen[0] * highlight (scene, normal);

  shade = arra_mix (shade, 1, sheen[1]);
  for (guint i = 0; i < 3; i++)
    pixel[i] = pixel[i] * shade + shine * (1.05f - pixel[i]) * 0.8f;
}

gboolean
texture_light (const TextureScene *scene,
               const TextureMaterial *material,
               ArraCanvas *paint,
               const ArraCanvas *sheen,
               GError **error)
{
  g_autocanvas ArraCanvas around = { 0 };
  gsize width = paint->width, height = paint->height;
  float steep = 0.5f * material->relief * scene->side;

  if (!blurred_heights (scene, paint, &around, error))
    return FALSE;
  for (gsize y = 0; y < height; y++)
    for (gsize x = 0; x < width; x++)
      {
        float here = arra_canvas_at (paint, x, y)[3];
        float right = arra_canvas_at (paint, MIN (x + 1, width - 1), y)[3],
              left = arra_canvas_at (paint, x == 0 ? 0 : x - 1, y)[3];
        float below = arra_canvas_at (paint, x, MIN (y + 1, height - 1))[3],
              above = arra_canvas_at (paint, x, y == 0 ? 0 : y - 1)[3];
        float slope[2] = { steep * (right - left), steep * (below - above) };

        light_pixel (scene, material, arra_canvas_at (paint, x, y), slope,
                     here - *arra_canvas_at (&around, x, y), arra_canvas_at (sheen, x, y));
      }
  return TRUE;
}
