/* textures_nature.c - clouds, water, grass, lava
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

static float
cloud_density (const TextureScene *scene, float u, float v, guint octaves)
{
  float x = u + 20 * texture_noise (scene, u, v, 60, 60, 1),
        y = v + 20 * texture_noise (scene, u, v, 60, 60, 2);

  return texture_fbm (scene, x, y * 1.35f, 88, 88, octaves, 3) + 0.24f * (scene->knobs[0] - 0.35f);
}

void
texture_clouds (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint zenith = { 0.20f, 0.42f, 0.78f }, haze = { 0.52f, 0.70f, 0.92f };
  static const TextureTint lit = { 1, 0.99f, 0.97f }, shadow = { 0.60f, 0.64f, 0.73f };
  float density = cloud_density (scene, u, v, 5), above = cloud_density (scene, u - 9, v - 16, 3);
  float cover = arra_smoothstep (-0.02f, 0.26f, density), thick = arra_smoothstep (0.0f, 0.75f, density);
  float bright = CLAMP (0.72f + 1.5f * (density - above) - 0.35f * thick, 0, 1);

  point->tint = texture_mix (zenith, haze, CLAMP (0.5f + v / 300, 0, 1));
  point->tint = texture_mix (point->tint, texture_mix (shadow, lit, bright), cover);
  point->dye = 1 - 0.75f * cover * bright;
  point->glow = 1;
}

/* Bright lines where waves bundle the light */
static float
caustic (const TextureScene *scene, float u, float v, float size, float field)
{
  float x = u + 0.45f * size * texture_noise (scene, u, v, size, size, field),
        y = v + 0.45f * size * texture_noise (scene, u, v, size, size, field + 1);
  ArraCell cell = arra_lattice_cell (scene->lattice, x / size + 9.7f * field, y / size, 0, 0.9f);
  float line = 1 - arra_smoothstep (0, 0.34f, cell.second - cell.nearest);

  return line * line;
}

void
texture_water (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint deep = { 0.02f, 0.25f, 0.42f }, clear = { 0.10f, 0.53f, 0.68f },
                           glint = { 0.86f, 0.98f, 1 };
  float swell = texture_fbm (scene, u, v, 95, 70, 2, 1);
  float web = caustic (scene, u, v * 1.25f, 52, 2) + 0.45f * caustic (scene, u, v * 1.25f, 31, 5);

  point->tint = texture_mix (deep, clear, CLAMP (0.5f + 0.9f * swell + 0.25f * web, 0, 1));
  point->tint = texture_mix (point->tint, glint, MIN (1, 0.72f * web));
  point->height = 16 * swell + 2.5f * web;
  point->gloss = 0.5f;
  point->dye = 1 - 0.4f * MIN (1, web);
}

void
texture_grass (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint soil = { 0.10f, 0.13f, 0.05f };

  point->tint = texture_scale (soil, 1 + 0.4f * texture_noise (scene, u, v, 24, 24, 1));
}

/* Blades from the back (short, dark) to the front (long, light) */
void
texture_grass_blades (const TextureScene *scene, ArraCanvas *paint)
{
  static const TextureTint root = { 0.13f, 0.25f, 0.06f }, young = { 0.52f, 0.74f, 0.24f },
                           old = { 0.33f, 0.57f, 0.15f };
  ArraDice dice = arra_dice (scene->seed, scene->index, TEXTURE_DICE_BLADES);
  float size = 1 / scene->stretch;
  guint count = (guint) (1500 * scene->stretch * scene->stretch);

  for (guint i = 0; i < count; i++)
    {
      float front = (float) i / (float) count, lean = scene->knobs[0] - 0.5f;
      TextureTint tip = texture_mix (old, young, arra_dice_uniform (&dice, 0, 1));
      TextureStroke blade = {
        .x = arra_dice_uniform (&dice, -20, 276),
        .y = arra_dice_uniform (&dice, -10, 256 + 40 * size),
        .length = arra_dice_uniform (&dice, 26, 48) * size,
        .angle = arra_dice_normal (&dice, 0.5f * lean, 0.42f, 2),
        .bend = arra_dice_normal (&dice, 0, 0.22f, 2),
        .width = arra_dice_uniform (&dice, 5, 7.5f) * size,
        .taper = 0.9f,
        .height = 8 * front,
        .rise = 5,
        .opacity = 1,
      };

      tip = texture_scale (tip, 0.5f + 0.55f * front);
      blade.from = texture_dye (scene, texture_scale (root, 0.6f + 0.6f * front), 0.32f, 1);
      blade.to = texture_dye (scene, tip, 0.32f, 1);
      texture_stroke (scene, paint, &blade);
    }
}

void
texture_lava (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint crust = { 0.15f, 0.12f, 0.12f }, ember = { 0.72f, 0.10f, 0.02f },
                           fire = { 1, 0.48f, 0.05f }, core = { 1, 0.92f, 0.48f };
  float x = u + 18 * texture_fbm (scene, u, v, 50, 50, 2, 1),
        y = v + 18 * texture_fbm (scene, u, v, 50, 50, 2, 2);
  ArraCell cell = arra_lattice_cell (scene->lattice, x / 62, y / 62, 0, 0.95f);
  float rough = texture_fbm (scene, u, v, 26, 26, 3, 3),
        width = 0.26f + 0.22f * texture_noise (scene, u, v, 90, 90, 4);
  float heat = 1 - (cell.second - cell.nearest + 0.05f * rough) / MAX (0.08f, width);

  heat = CLAMP (heat, 0, 1);
  point->tint = texture_scale (crust, 1 + 0.9f * rough);
  point->tint = texture_mix (point->tint, ember, arra_smoothstep (0, 0.35f, heat));
  point->tint = texture_mix (point->tint, fire, arra_smoothstep (0.25f, 0.65f, heat));
  point->tint = texture_mix (point->tint, core, arra_smoothstep (0.6f, 1, heat));
  point->height = 9 * arra_smoothstep (0.6f, 0, heat) + 6 * rough;
  point->glow = arra_smoothstep (0, 0.5f, heat);
  point->dye = arra_smoothstep (0, 0.2f, heat);
}
