/* textures_nature.c - sand, cracked earth, moss, snow, grass
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

void
texture_sand (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint sand = { 0.85f, 0.71f, 0.51f };
  float waves = arra_floor (scene->high / 27 + 0.5f) / scene->high;
  float phase
      = v * waves + 0.42f * texture_noise (scene, u, v, 140, 60, 1) + 0.1f * texture_noise (scene, u, v, 46, 34, 2);
  float t = texture_fraction (phase), crest = t < 0.7f ? t / 0.7f : (1 - t) / 0.3f;
  float strength = 0.75f + 0.5f * texture_noise (scene, u, v, 110, 60, 3);
  float grains = texture_fbm (scene, u, v, 3, 3, 2, 4), dune = texture_noise (scene, u, v, 150, 110, 5);
  float spark = arra_smoothstep (0.42f, 0.6f, texture_noise (scene, u, v, 1.6f, 1.6f, 6)),
        dark = arra_smoothstep (0.4f, 0.6f, texture_noise (scene, u, v, 2, 2, 7));

  crest = crest * crest * (3 - 2 * crest);
  point->tint
      = texture_scale (sand, 0.92f + 0.09f * grains + 0.08f * crest + 0.07f * dune + 0.14f * spark - 0.15f * dark);
  point->height = 5.6f * strength * crest + 7 * dune + 0.22f * grains;
}

/* Mud that has dried: plates with curled edges, crossed by finer cracks */
void
texture_earth (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint dry = { 0.73f, 0.60f, 0.45f }, damp = { 0.50f, 0.37f, 0.26f },
                           deep = { 0.16f, 0.11f, 0.08f };
  float x = u + 7 * texture_fbm (scene, u, v, 26, 26, 3, 1), y = v + 7 * texture_fbm (scene, u, v, 26, 26, 3, 2);
  ArraTorusCell plate = texture_cell (scene, x, y, 56, 56, 3, 1), crumb = texture_cell (scene, x, y, 21, 21, 4, 1);
  float width = 0.045f + 0.03f * texture_noise (scene, u, v, 60, 60, 5),
        grain = texture_fbm (scene, u, v, 11, 11, 4, 6);
  float edge = plate.border - width, body = arra_smoothstep (0, 0.03f, edge);
  float hair = arra_smoothstep (0.07f, 0.02f, crumb.border)
               * arra_smoothstep (0.35f, 0.65f, texture_shade (scene, plate.cell, 3)) * 0.8f;
  float curl = arra_smoothstep (0.3f, 0, edge);

  point->tint = texture_mix (
      dry, damp,
      CLAMP (0.25f + 0.5f * (texture_shade (scene, plate.cell, 1) - 0.5f) + 0.5f * grain - 0.3f * curl, 0, 1));
  point->tint = texture_scale (point->tint, 1 + 0.07f * texture_noise (scene, u, v, 2.5f, 2.5f, 7));
  point->tint = texture_mix (deep, point->tint, body * (1 - 0.7f * hair));
  point->height = body * (5 + 2.6f * curl * curl + 1.5f * grain + 2 * texture_shade (scene, plate.cell, 2))
                  - 1.6f * hair - 3 * (1 - body);
  point->dye = 0.3f + 0.7f * body;
}

void
texture_moss (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint dark = { 0.07f, 0.13f, 0.03f }, leaf = { 0.30f, 0.43f, 0.09f },
                           tip = { 0.62f, 0.70f, 0.24f };
  float x = u + 6 * texture_noise (scene, u, v, 20, 20, 1), y = v + 6 * texture_noise (scene, u, v, 20, 20, 2);
  float cushion = texture_fbm (scene, x, y, 62, 62, 3, 3);
  ArraTorusCell clump = texture_cell (scene, x, y, 22, 22, 4, 1), tuft = texture_cell (scene, x, y, 7, 7, 5, 1);
  float star = texture_fbm (scene, u, v, 3.6f, 3.6f, 2, 6), round = texture_dome (1.5f * clump.nearest * clump.nearest),
        small = texture_dome (1.6f * tuft.nearest * tuft.nearest);
  float height = 0.40f * cushion + 0.38f * round + 0.34f * small + 0.16f * star;

  point->tint = texture_mix (dark, leaf, CLAMP (0.2f + 1.1f * height, 0, 1));
  point->tint = texture_mix (
      point->tint, tip, CLAMP (1.5f * (height - 0.45f) + 0.5f * (texture_shade (scene, tuft.cell, 1) - 0.5f), 0, 1));
  point->height = 6 * cushion + 4 * round + 2.4f * small + 1.2f * star;
}

void
texture_snow (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint white = { 0.95f, 0.96f, 0.98f }, blue = { 0.66f, 0.75f, 0.90f };
  float x = u + 20 * texture_noise (scene, u, v, 90, 90, 1), y = v + 20 * texture_noise (scene, u, v, 90, 90, 2);
  float drift = texture_fbm (scene, x, y, 105, 62, 3, 3), crust = texture_fbm (scene, x, y, 16, 11, 3, 4),
        grain = texture_fbm (scene, u, v, 3.4f, 3.4f, 2, 5);
  float lumps = arra_smoothstep (0.18f, 0.5f, texture_fbm (scene, u, v, 19, 19, 2, 6)),
        spark = arra_smoothstep (0.46f, 0.58f, texture_noise (scene, u, v, 1.8f, 1.8f, 7));

  point->tint = texture_mix (white, blue, CLAMP (0.22f - 0.42f * drift - 0.22f * crust - 0.12f * grain, 0, 0.9f));
  point->tint = texture_scale (point->tint, 1 + 0.12f * spark);
  point->height = 13 * drift + 1.7f * crust + 0.35f * grain + 0.9f * lumps;
  point->gloss = 0.05f;
}

void
texture_grass (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint soil = { 0.09f, 0.12f, 0.04f };

  point->tint = texture_scale (soil, 1 + 0.4f * texture_noise (scene, u, v, 24, 24, 1));
}

/* Blades from the back (short, dark) to the front (long, light) */
void
texture_grass_blades (const TextureScene *scene, ArraCanvas *paint)
{
  static const TextureTint root = { 0.11f, 0.22f, 0.05f }, young = { 0.56f, 0.76f, 0.25f },
                           old = { 0.30f, 0.54f, 0.14f }, straw = { 0.76f, 0.72f, 0.40f };
  ArraDice dice = arra_dice (scene->seed, scene->index, TEXTURE_DICE_STROKES);
  float size = 1 / scene->stretch;
  guint count = (guint) (2300 * scene->stretch * scene->stretch);

  for (guint i = 0; i < count; i++)
    {
      float front = (float) i / (float) count, lean = scene->knobs[0] - 0.5f;
      TextureTint tip = texture_mix (old, young, arra_dice_uniform (&dice, 0, 1));
      TextureStroke blade = {
        .x = arra_dice_uniform (&dice, 0, 256),
        .y = arra_dice_uniform (&dice, 0, 256),
        .length = arra_dice_uniform (&dice, 24, 46) * size,
        .angle = arra_dice_normal (&dice, 0.6f * lean, 0.5f, 2),
        .bend = arra_dice_normal (&dice, 0, 0.3f, 2),
        .width = arra_dice_uniform (&dice, 3, 5.5f) * size,
        .taper = 0.92f,
        .height = 8 * front,
        .rise = 4,
        .opacity = 1,
      };

      if (arra_dice_chance (&dice, 0.05f))
        tip = straw;
      tip = texture_scale (tip, 0.42f + 0.62f * front);
      blade.from = texture_dye (scene, texture_scale (root, 0.55f + 0.7f * front), 0.32f, 1);
      blade.to = texture_dye (scene, tip, 0.32f, 1);
      texture_stroke (scene, paint, &blade);
    }
}
