/* textures_cloth.c - leather, woven fabric, knitted wool, crumpled paper
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

void
texture_leather (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint hide = { 0.50f, 0.30f, 0.17f }, crease = { 0.22f, 0.11f, 0.06f };
  float x = u + 6 * texture_noise (scene, u, v, 26, 26, 1),
        y = v + 6 * texture_noise (scene, u, v, 26, 26, 2);
  ArraCell cell = arra_lattice_cell (scene->lattice, x / 12.5f, y / 12.5f, 0, 0.95f);
  float pebble = arra_smoothstep (0, 0.42f, cell.second - cell.nearest);
  float fold = texture_fbm (scene, u, v, 95, 70, 2, 3);
  float wrinkle = 1 - arra_smoothstep (0, 0.09f, fabsf (texture_noise (scene, x, y, 85, 60, 4)));

  wrinkle *= arra_smoothstep (-0.1f, 0.3f, texture_noise (scene, u, v, 110, 110, 5));
  point->tint = texture_mix (crease, hide, 0.42f + 0.58f * pebble);
  point->tint = texture_scale (
      point->tint, (1 + 0.3f * fold + 0.1f * (arra_lattice_shade (scene->lattice, cell.cell, 1) - 0.5f))
                       * (1 - 0.3f * wrinkle));
  point->height = 2.1f * pebble + 13 * fold - 3.5f * wrinkle;
  point->gloss = 0.4f;
}

#define THREAD 15.0f

/* Height of a thread, rounded across (@across of -0.5..0.5) and bent over or under its crossing (@along of
 * -0.5..0.5) */
static float
thread_height (float across, float along, float over)
{
  float round = 1 - 4.4f * across * across;

  return (round > 0 ? sqrtf (round) : round) + 0.55f * over * (1 - 4 * along * along);
}

void
texture_weave (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint linen = { 0.80f, 0.73f, 0.60f };
  float x = u + 2.5f * texture_noise (scene, u, v, 60, 60, 1),
        y = v + 2.5f * texture_noise (scene, u, v, 60, 60, 2);
  float column = floorf (x / THREAD), row = floorf (y / THREAD), across = x / THREAD - column - 0.5f,
        along = y / THREAD - row - 0.5f;
  float over = ((int) column + (int) row) & 1 ? 1 : -1;
  float warp = thread_height (across, along, over), weft = thread_height (along, across, -over);
  gboolean upright = warp > weft;
  float shade = upright ? texture_piece (scene, column, 5, 1) : texture_piece (scene, row, 9, 2);
  float twist = upright ? sinf ((across * 1.6f + y / THREAD) * 14) : sinf ((along * 1.6f + x / THREAD) * 14);
  float height = MAX (warp, weft);

  point->tint = texture_scale (linen, 0.78f + 0.26f * shade + 0.14f * height + 0.05f * twist
                                          + 0.08f * texture_noise (scene, u, v, 70, 70, 3));
  point->tint = texture_scale (point->tint, arra_smoothstep (-0.7f, 0.45f, height));
  point->height = 5 * height + 0.35f * twist;
}

#define STITCH_WIDTH 30.0f
#define STITCH_HEIGHT 22.0f

void
texture_knit (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint wool = { 0.84f, 0.76f, 0.64f };
  float x = u + 3 * texture_noise (scene, u, v, 50, 50, 1),
        y = v + 3 * texture_noise (scene, u, v, 50, 50, 2);
  float column = floorf (x / STITCH_WIDTH), side = 2 * fabsf (x / STITCH_WIDTH - column - 0.5f);
  float phase = y / STITCH_HEIGHT + 0.85f * side, row = floorf (phase), t = 2 * (phase - row) - 1,
        s = 2 * side - 1;
  float inside = 1 - 0.92f * s * s - 0.95f * t * t * t * t * 0.6f - 0.4f * t * t;
  float yarn = inside > 0 ? sqrtf (inside) : 0,
        fibre = texture_noise (scene, x + 1000, y + 12 * side, 5, 9, 3);
  float ply = sinf ((t + 1.4f * s) * 5);

  point->tint = texture_scale (wool, 0.86f + 0.12f * texture_piece (scene, column, row, 1) + 0.13f * fibre
                                         + 0.06f * ply);
  point->tint = texture_scale (point->tint, 0.35f + 0.65f * arra_smoothstep (0, 0.65f, yarn));
  point->height = 8 * yarn + 0.7f * fibre + 0.7f * ply * yarn;
}

/* Folds: each cell a pyramid with straight flanks */
static float
folds (const TextureScene *scene, float u, float v, float size, float field)
{
  ArraCell cell = arra_lattice_cell (scene->lattice, u / size + 9.7f * field, v / size + 5.3f * field, 0, 1);

  return (cell.second - cell.nearest) * (arra_lattice_shade (scene->lattice, cell.cell, 2) - 0.35f);
}

void
texture_paper (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint paper = { 0.90f, 0.87f, 0.80f };
  float x = u + 10 * texture_noise (scene, u, v, 70, 70, 1),
        y = v + 10 * texture_noise (scene, u, v, 70, 70, 2);
  float large = folds (scene, x, y, 110, 1),
        middle = folds (scene, 0.8f * x + 0.6f * y, 0.8f * y - 0.6f * x, 62, 2),
        small = folds (scene, x, y, 31, 3);

  point->tint = texture_scale (paper, 1 + 0.05f * texture_noise (scene, u, v, 9, 9, 3)
                                          + 0.06f * texture_noise (scene, u, v, 100, 100, 4));
  point->height = 55 * large + 26 * middle + 7 * small;
}
