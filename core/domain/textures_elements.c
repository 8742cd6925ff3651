/* textures_elements.c - clouds, night sky, water, ice, lava
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

static float
cloud_density (const TextureScene *scene, float u, float v, guint octaves)
{
  float x = u + 18 * texture_noise (scene, u, v, 60, 60, 1), y = v + 18 * texture_noise (scene, u, v, 60, 60, 2);

  return texture_fbm (scene, x, y, 92, 66, octaves, 3) + 0.26f * (scene->knobs[0] - 0.4f);
}

void
texture_clouds (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint zenith = { 0.20f, 0.42f, 0.78f }, haze = { 0.50f, 0.69f, 0.92f };
  static const TextureTint lit = { 1, 0.99f, 0.97f }, shadow = { 0.55f, 0.60f, 0.71f };
  float density = cloud_density (scene, u, v, 7), above = cloud_density (scene, u - 5, v - 9, 5),
        far = cloud_density (scene, u - 12, v - 24, 3);
  float veil = 0.25f * arra_smoothstep (0, 0.7f, texture_fbm (scene, u, v, 120, 30, 5, 6));
  float cover = arra_smoothstep (-0.02f, 0.2f, density), thick = arra_smoothstep (0.05f, 0.8f, density);
  float bright = CLAMP (0.82f + 1.3f * (density - above) + 0.5f * (density - far) - 0.42f * thick, 0, 1);

  point->tint
      = texture_mix (zenith, haze, CLAMP (0.45f + 0.6f * texture_noise (scene, u, v, 200, 140, 4) + veil, 0, 1));
  point->tint = texture_mix (point->tint, texture_mix (shadow, lit, bright), MAX (cover, veil));
  point->dye = 1 - 0.75f * cover * bright;
  point->glow = 1;
}

/* Stars of one size class: light at (@u, @v); some have rays */
static float
stars (const TextureScene *scene, float u, float v, float size, guint field, float share)
{
  ArraTorusCell cell = texture_cell (scene, u, v, size, size, field, 0.8f);
  float luck = texture_shade (scene, cell.cell, 1), away = size * cell.nearest, dx = fabsf (size * cell.dx),
        dy = fabsf (size * cell.dy);
  float light = 1 - luck / share, radius, rays;

  if (luck > share)
    return 0;
  radius = (0.35f + 0.06f * size * light * light) * MAX (1, 0.8f * scene->sample);
  rays
      = light > 0.55f && size > 20 ? 1 / (1 + 60 * dx * dy + 2.2f * (dx + dy)) * MAX (0, 1 - away / (0.36f * size)) : 0;
  return (0.35f + 0.65f * light) * arra_smoothstep (radius * 1.6f, radius * 0.5f, away)
         + 0.12f * light / (1 + away * away / (radius * radius * 4)) * MAX (0, 1 - away / (0.4f * size)) + 0.7f * rays;
}

void
texture_night (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint sky = { 0.02f, 0.035f, 0.10f }, glow = { 0.11f, 0.14f, 0.34f },
                           gas = { 0.46f, 0.30f, 0.56f }, blue = { 0.76f, 0.86f, 1 }, gold = { 1, 0.90f, 0.72f };
  float x = u + 34 * texture_fbm (scene, u, v, 120, 120, 3, 1), y = v + 34 * texture_fbm (scene, u, v, 120, 120, 3, 2);
  float band = texture_fbm (scene, x, y, 170, 120, 5, 3), dust = texture_fbm (scene, x, y, 60, 60, 5, 4);
  float milk = arra_smoothstep (-0.2f, 0.75f, band), cloud = milk * CLAMP (0.55f + 0.9f * dust, 0, 1.2f);
  float light = stars (scene, u, v, 5, 5, 0.05f + 0.28f * milk) * 0.6f + stars (scene, u, v, 11, 6, 0.4f)
                + stars (scene, u, v, 38, 7, 0.5f);
  TextureTint star = texture_mix (gold, blue, arra_smoothstep (-0.2f, 0.2f, texture_noise (scene, u, v, 21, 21, 8)));

  point->tint = texture_mix (sky, glow, CLAMP (0.25f + 0.8f * cloud, 0, 1));
  point->tint = texture_mix (point->tint, gas, CLAMP (0.85f * cloud * arra_smoothstep (-0.1f, 0.55f, dust), 0, 1));
  light = MIN (light, 1.2f);
  point->tint = (TextureTint) { point->tint.r + light * star.r, point->tint.g + light * star.g,
                                point->tint.b + light * star.b };
  point->dye = 1 - 0.85f * MIN (1, light);
  point->glow = 1;
}

/* Bright lines where waves bundle the light */
static float
caustic (const TextureScene *scene, float u, float v, float size, guint field)
{
  float x = u + 0.45f * size * texture_noise (scene, u, v, size, size, field),
        y = v + 0.45f * size * texture_noise (scene, u, v, size, size, field + 1);
  ArraTorusCell cell = texture_cell (scene, x, y, size, 0.8f * size, field + 2, 0.9f);
  float line = 1 - arra_smoothstep (0, 0.19f, cell.border), fine = arra_smoothstep (0.07f, 0, cell.border);

  return 0.7f * line * line + 0.5f * fine;
}

void
texture_water (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint deep = { 0.02f, 0.25f, 0.42f }, clear = { 0.10f, 0.53f, 0.68f }, glint = { 0.88f, 0.98f, 1 };
  float swell = texture_fbm (scene, u, v, 95, 70, 2, 1), ripples = texture_fbm (scene, u + 8 * swell, v, 26, 15, 4, 2);
  float web
      = caustic (scene, u + 6 * ripples, v + 6 * ripples, 50, 3) + 0.4f * caustic (scene, u + 3 * ripples, v, 27, 7);

  point->tint = texture_mix (deep, clear, CLAMP (0.42f + 0.7f * swell + 0.3f * ripples + 0.25f * web, 0, 1));
  point->tint = texture_mix (point->tint, glint, MIN (1, 0.62f * web));
  point->height = 13 * swell + 4.5f * ripples + 1.5f * web;
  point->gloss = 0.7f;
  point->dye = 1 - 0.4f * MIN (1, web);
}

/* White sheets of cracks at several depths, and bubbles */
void
texture_ice (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint deep = { 0.14f, 0.38f, 0.53f }, clear = { 0.58f, 0.79f, 0.88f }, white = { 0.95f, 0.98f, 1 };
  float x = u + 12 * texture_fbm (scene, u, v, 44, 44, 3, 1), y = v + 12 * texture_fbm (scene, u, v, 44, 44, 3, 2);
  ArraTorusCell slab = texture_cell (scene, x, y, 70, 70, 3, 1), shard = texture_cell (scene, x + 9, y, 34, 34, 4, 1),
                bead = texture_cell (scene, u, v, 12, 12, 5, 1);
  float cloud = texture_fbm (scene, x, y, 70, 70, 5, 6), frost = texture_fbm (scene, u, v, 10, 10, 4, 7);
  float line = arra_smoothstep (0.016f, 0.004f, slab.border)
               + 0.6f * arra_smoothstep (0.02f, 0.004f, shard.border)
                     * arra_smoothstep (0.4f, 0.5f, texture_shade (scene, shard.cell, 1));
  float sheet = 0.6f * arra_smoothstep (0.16f, 0, slab.border) * (0.55f + 0.8f * frost)
                + 0.35f * arra_smoothstep (0.12f, 0, shard.border) * (0.4f + frost);
  float size = 0.22f * texture_shade (scene, bead.cell, 2),
        bubble = texture_shade (scene, bead.cell, 3) < 0.3f ? arra_smoothstep (size, 0.75f * size, bead.nearest) : 0;

  point->tint = texture_mix (deep, clear, CLAMP (0.5f + 0.75f * cloud + 0.14f * frost, 0, 1));
  point->tint = texture_mix (point->tint, white, CLAMP (0.85f * MIN (line, 1) + MAX (sheet, 0) + 0.4f * bubble, 0, 1));
  point->height = 3 * cloud + 0.8f * frost - 1.4f * MIN (line, 1);
  point->gloss = 0.75f;
  point->dye = 1 - 0.5f * CLAMP (line + sheet, 0, 1);
}

void
texture_lava (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint crust = { 0.15f, 0.12f, 0.12f }, ember = { 0.66f, 0.08f, 0.02f }, fire = { 1, 0.45f, 0.04f },
                           core = { 1, 0.92f, 0.50f };
  float x = u + 17 * texture_fbm (scene, u, v, 50, 50, 3, 1), y = v + 17 * texture_fbm (scene, u, v, 50, 50, 3, 2);
  ArraTorusCell cell = texture_cell (scene, x, y, 62, 62, 3, 0.95f), small = texture_cell (scene, x, y, 24, 24, 4, 1);
  float rough = texture_fbm (scene, u, v, 24, 24, 5, 5), width = 0.12f + 0.11f * texture_noise (scene, u, v, 90, 90, 6);
  float heat = 1 - (cell.border + 0.02f * rough) / MAX (0.04f, width),
        vein = 0.5f * arra_smoothstep (0.07f, 0.01f, small.border)
               * arra_smoothstep (0.5f, 0.8f, texture_shade (scene, cell.cell, 2));

  heat = CLAMP (MAX (heat, vein), 0, 1);
  point->tint = texture_scale (crust, 1 + 0.9f * rough + 0.5f * (texture_shade (scene, cell.cell, 1) - 0.5f));
  point->tint = texture_mix (point->tint, ember, arra_smoothstep (0, 0.3f, heat));
  point->tint = texture_mix (point->tint, fire, arra_smoothstep (0.22f, 0.6f, heat));
  point->tint = texture_mix (point->tint, core, arra_smoothstep (0.55f, 0.95f, heat));
  point->height = 8 * arra_smoothstep (0.6f, 0, heat) + 6.5f * rough - 1.2f * arra_smoothstep (0.08f, 0, small.border);
  point->glow = arra_smoothstep (0, 0.5f, heat);
  point->dye = arra_smoothstep (0, 0.2f, heat);
}
