/* textures_stone.c - marble, granite, cobblestones, sand
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

/* Crests of noise, thin where it crosses zero: 0..1 */
static float
vein (const TextureScene *scene, float u, float v, float size, float sharpness, float field)
{
  float crest = 1 - sharpness * fabsf (texture_fbm (scene, u, v, size, size, 2, field));

  return crest > 0 ? crest * crest : 0;
}

void
texture_marble (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint pale = { 0.93f, 0.92f, 0.90f }, smoke = { 0.58f, 0.59f, 0.63f };
  static const TextureTint seam = { 0.30f, 0.30f, 0.33f }, milk = { 0.90f, 0.89f, 0.86f };
  guint colour = scene->labels[TEXTURE_COLOUR];
  gboolean inverse = colour != TEXTURE_NATURAL && colour != TEXTURE_WHITE && colour != TEXTURE_PINK
                     && colour != TEXTURE_GREY && colour != TEXTURE_YELLOW;
  float warp_u = u + 46 * texture_fbm (scene, u, v, 110, 110, 2, 1),
        warp_v = v + 46 * texture_fbm (scene, u, v, 110, 110, 2, 2);
  float cloud = texture_fbm (scene, warp_u, warp_v, 90, 60, 2, 3),
        thick = texture_noise (scene, u, v, 100, 100, 4);
  float lean = 0.6f * warp_u + 0.8f * warp_v, other = 0.8f * warp_u - 0.6f * warp_v;
  float large
      = vein (scene, lean, other * 0.45f, 120, 9 - 3 * thick, 5) * arra_smoothstep (-0.5f, 0.2f, thick);
  float small = vein (scene, other * 0.6f, lean, 70, 11, 6) * arra_smoothstep (0.35f, -0.2f, thick) * 0.6f;
  float veins = MIN (1, large + small), mottle = texture_noise (scene, warp_u, warp_v, 17, 11, 8);

  point->tint = texture_mix (pale, smoke, CLAMP (0.3f + 0.8f * cloud + 0.22f * mottle, 0, 1));
  point->tint = texture_mix (point->tint, inverse ? milk : seam, 0.92f * veins);
  point->dye = inverse ? 1 - 0.92f * veins : 1;
  point->gloss = 0.25f;
}

/* Crystals of one size: how light, by their number */
static TextureTint
mineral (float kind, float shade)
{
  static const TextureTint feldspar = { 0.74f, 0.60f, 0.54f }, quartz = { 0.82f, 0.80f, 0.79f };
  static const TextureTint grey = { 0.50f, 0.49f, 0.50f }, mica = { 0.13f, 0.12f, 0.13f };
  const TextureTint *tint = kind < 0.36f ? &feldspar : kind < 0.66f ? &quartz : kind < 0.82f ? &grey : &mica;

  return texture_scale (*tint, 0.86f + 0.28f * shade);
}

void
texture_granite (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  float x = u + 5 * texture_noise (scene, u, v, 11, 11, 1),
        y = v + 5 * texture_noise (scene, u, v, 11, 11, 2);
  ArraCell large = arra_lattice_cell (scene->lattice, x / 21, y / 21, 0, 1);
  ArraCell cell = arra_lattice_cell (scene->lattice, x / 8.5f + 31.3f, y / 8.5f + 17.7f, 0, 1);

  if (arra_lattice_shade (scene->lattice, large.cell, 1) < 0.45f && large.nearest < 0.5f)
    cell = large;
  point->tint = mineral (arra_lattice_shade (scene->lattice, cell.cell, 2),
                         arra_lattice_shade (scene->lattice, cell.cell, 3));
  point->tint = texture_scale (point->tint, 1 + 0.12f * texture_noise (scene, u, v, 80, 80, 3));
  point->gloss = 0.12f;
  point->height = 0.7f * texture_noise (scene, u, v, 10, 10, 4);
}

void
texture_cobble (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint warm = { 0.60f, 0.53f, 0.46f }, cold = { 0.50f, 0.52f, 0.55f },
                           soil = { 0.17f, 0.15f, 0.12f };
  float x = u + 5 * texture_noise (scene, u, v, 34, 34, 1),
        y = v + 5 * texture_noise (scene, u, v, 34, 34, 2);
  ArraCell cell = arra_lattice_cell (scene->lattice, x / 44, y / 44, 0, 0.8f);
  float gap = 0.6f * (cell.second * cell.second - cell.nearest * cell.nearest),
        rough = texture_fbm (scene, u, v, 20, 20, 2, 3);
  float stone = arra_smoothstep (0.07f, 0.15f, gap), dome = arra_smoothstep (0.02f, 0.2f, gap);

  point->tint = texture_mix (warm, cold, arra_lattice_shade (scene->lattice, cell.cell, 1));
  point->tint = texture_scale (point->tint, 0.78f + 0.44f * arra_lattice_shade (scene->lattice, cell.cell, 2)
                                                + 0.3f * rough);
  point->tint = texture_mix (texture_scale (soil, 1 + rough), point->tint, stone);
  point->height = 6 * dome + 19 * (1 - cell.nearest * cell.nearest) * stone + 2.2f * rough;
  point->gloss = 0.1f * stone;
  point->dye = stone;
}

void
texture_sand (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint sand = { 0.84f, 0.70f, 0.50f };
  float phase = v / 30 + 0.85f * texture_noise (scene, u, v, 130, 70, 1)
                + 0.22f * texture_noise (scene, u, v, 40, 34, 2);
  float t = texture_fraction (phase), crest = t < 0.68f ? t / 0.68f : (1 - t) / 0.32f;
  float strength = 0.75f + 0.5f * texture_noise (scene, u, v, 120, 60, 3);
  float grains = texture_noise (scene, u, v, 4.5f, 4.5f, 4), dune = texture_noise (scene, u, v, 180, 120, 5);

  crest = crest * crest * (3 - 2 * crest);
  point->tint = texture_scale (sand, 0.93f + 0.1f * grains + 0.09f * crest + 0.1f * dune);
  point->height = 6.5f * strength * crest + 14 * dune + 0.45f * grains;
}
