/* textures_wood.c - oak, planks of pine, bark: grain runs along u
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

/* A board sawn lengthwise out of a tapering trunk: where year rings are cut at a slant they show as cathedral
 * arches. */
static float
oak_rings (const TextureScene *scene, float u, float v)
{
  float across = v + 90 * (scene->knobs[0] - 0.5f) + 16 * texture_noise (scene, u, v, 150, 70, 1)
                 + 3 * texture_noise (scene, u, v, 45, 24, 2);
  float depth = arra_mix (6, 46, scene->knobs[1]) + (scene->knobs[2] < 0.5f ? 0.22f : -0.22f) * u;
  float rings = sqrtf (across * across + depth * depth) / 15;

  return rings + 0.45f * arra_lattice_noise (scene->lattice, rings * 0.8f, 0.5f, 0);
}

void
texture_oak (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint light = { 0.82f, 0.64f, 0.43f }, dark = { 0.47f, 0.29f, 0.15f };
  float ring = texture_fraction (oak_rings (scene, u, v));
  float late = arra_smoothstep (0.3f, 0.92f, ring) * arra_smoothstep (1, 0.93f, ring);
  float fibre = texture_noise (scene, u, v, 60, 5.5f, 3), pores = texture_noise (scene, u, v, 20, 4.5f, 4);
  float cloud = texture_noise (scene, u, v, 110, 60, 5);

  pores = arra_smoothstep (0.12f, 0.5f, pores) * arra_mix (1, 0.25f, arra_smoothstep (0.1f, 0.6f, ring));
  point->tint = texture_mix (light, dark, 0.16f + 0.5f * late + 0.2f * fibre + 0.12f * cloud);
  point->tint = texture_mix (point->tint, dark, 0.75f * pores);
  point->height = 0.5f * fibre - 1.1f * pores - 0.5f * late;
  point->gloss = 0.08f;
}

#define PLANK_WIDTH 62.0f
#define PLANK_LENGTH 330.0f

typedef struct
{
  float row, column;   /* which plank */
  float along, across; /* from its middle */
} Plank;

static Plank
plank_at (const TextureScene *scene, float u, float v)
{
  Plank plank = { .row = floorf (v / PLANK_WIDTH) };

  u += PLANK_LENGTH * texture_piece (scene, plank.row, 7, 2);
  plank.column = floorf (u / PLANK_LENGTH);
  plank.along = u - (plank.column + 0.5f) * PLANK_LENGTH;
  plank.across = v - (plank.row + 0.5f) * PLANK_WIDTH;
  return plank;
}

typedef struct
{
  float rings;  /* of the knot, in radii */
  float swerve; /* how far the grain moves aside */
} Knot;

/* @nth knot of the plank: grain flows around it. */
static Knot
plank_knot (const TextureScene *scene, const Plank *plank, guint nth)
{
  float at
      = PLANK_LENGTH
        * (0.5f * (float) nth + 0.4f * texture_piece (scene, plank->row, plank->column, 4 + nth) - 0.45f);
  float side = PLANK_WIDTH * 0.6f * (texture_piece (scene, plank->row, plank->column, 6 + nth) - 0.5f);
  float du = plank->along - at, dv = plank->across - side;
  float reach = expf (-(du * du / 1100 + dv * dv / 420));

  return (Knot){ .rings = sqrtf (du * du * 0.6f + dv * dv) / 8,
                 .swerve = (dv < 0 ? -1 : 1) * 9 * reach * (1 - expf (-dv * dv / 12)) };
}

static TextureTint
pine_tint (const TextureScene *scene, const Plank *plank, float u, float v, Knot knot, float swerve)
{
  static const TextureTint light = { 0.92f, 0.77f, 0.53f }, dark = { 0.72f, 0.47f, 0.24f },
                           heart = { 0.36f, 0.19f, 0.09f };
  float id = texture_piece (scene, plank->row, plank->column, 1);
  float across = plank->across - swerve + 130 * id + 13 * texture_noise (scene, u, v + 400 * id, 170, 60, 1);
  float ring = texture_fraction (across / 13);
  float late = arra_smoothstep (0.15f, 0.85f, ring) * arra_smoothstep (1, 0.86f, ring);
  float fibre = texture_noise (scene, u, v, 55, 5.5f, 2);
  TextureTint tint = texture_mix (light, dark, 0.05f + 0.65f * late + 0.16f * fibre + 0.5f * (id - 0.5f));

  if (knot.rings < 1.35f)
    tint = texture_mix (
        texture_scale (heart, 0.75f + 0.7f * fabsf (texture_fraction (knot.rings * 2.2f) - 0.5f) * 2), tint,
        arra_smoothstep (0.75f, 1.35f, knot.rings));
  return texture_scale (tint, 0.88f + 0.24f * texture_piece (scene, plank->row, plank->column, 3));
}

void
texture_pine (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint gap = { 0.13f, 0.08f, 0.05f };
  Plank plank = plank_at (scene, u, v);
  Knot a = plank_knot (scene, &plank, 0), b = plank_knot (scene, &plank, 1);
  float edge = MIN (PLANK_WIDTH / 2 - fabsf (plank.across), PLANK_LENGTH / 2 - fabsf (plank.along));
  float open = arra_smoothstep (3.6f, 1.8f, edge);

  point->tint = texture_mix (pine_tint (scene, &plank, u, v, a.rings < b.rings ? a : b, a.swerve + b.swerve),
                             gap, open);
  point->height = 4 * arra_smoothstep (0, 6.5f, edge) + 0.4f * texture_noise (scene, u, v, 55, 5.5f, 2);
  point->gloss = 0.08f;
  point->dye = 1 - open;
}

void
texture_bark (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint deep = { 0.13f, 0.09f, 0.07f }, plate = { 0.52f, 0.42f, 0.33f },
                           pale = { 0.66f, 0.59f, 0.51f };
  float x = u + 14 * texture_noise (scene, u, v, 50, 30, 1),
        y = v + 11 * texture_noise (scene, u, v, 60, 40, 2);
  ArraCell cell = arra_lattice_cell (scene->lattice, x / 100, y / 27, 0, 0.95f);
  float border = cell.second - cell.nearest, rough = texture_fbm (scene, u, v, 46, 13, 3, 3);
  float body = arra_smoothstep (0.02f, 0.36f, border + 0.12f * rough);

  point->tint
      = texture_mix (plate, pale, arra_lattice_shade (scene->lattice, cell.cell, 1) * 0.7f + 0.7f * rough);
  point->tint = texture_mix (deep, point->tint, body * (0.8f + 0.4f * rough));
  point->height = 13 * body + 6 * rough;
}
