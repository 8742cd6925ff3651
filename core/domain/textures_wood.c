/* textures_wood.c - boards and planks, bark, wickerwork: grain runs along u
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

/* What a wood looks like */
typedef struct
{
  TextureTint light, dark, pore;
  float ring;  /* width of a year */
  float swirl; /* years by which the grain wanders */
  float pores; /* 0..1 */
} Wood;

/* Years where the trunk is cut: they run along u, and where they wander far they show as cathedral arches. */
static float
years (const TextureScene *scene, const Wood *wood, float u, float v)
{
  float whole = arra_floor (scene->high / wood->ring + 0.5f) / scene->high;

  return v * whole + wood->swirl * texture_noise (scene, u, v, 230, 85, 1)
         + 0.55f * texture_noise (scene, u, v, 90, 28, 2);
}

/* Sawn wood at (@u, @v); @extra years are added, around knots */
static void
wood_point (const TextureScene *scene, const Wood *wood, float u, float v, float extra, TexturePoint *point)
{
  float age = years (scene, wood, u, v) + extra, year = texture_fraction (age);
  float late = arra_smoothstep (0.25f, 0.9f, year) * arra_smoothstep (1, 0.94f, year);
  float fibre = texture_noise (scene, u, v, 70, 2.4f, 3), thread = texture_noise (scene, u, v, 34, 1.3f, 4);
  float pores = texture_noise (scene, u, v, 15, 1.9f, 5), cloud = texture_noise (scene, u, v, 120, 60, 6);

  pores = wood->pores * arra_smoothstep (0.16f, 0.42f, pores) * arra_mix (1, 0.3f, arra_smoothstep (0.1f, 0.5f, year));
  point->tint = texture_mix (wood->light, wood->dark,
                             CLAMP (0.14f + 0.6f * late + 0.2f * fibre + 0.12f * thread + 0.16f * cloud, 0, 1.1f));
  point->tint = texture_mix (point->tint, wood->pore, 0.7f * pores);
  point->height = 0.35f * fibre + 0.2f * thread - 0.8f * pores - 0.35f * late;
  point->gloss = 0.07f;
}

static Wood
oak_of (const TextureScene *scene)
{
  static const TextureTint light = { 0.83f, 0.66f, 0.45f }, dark = { 0.56f, 0.36f, 0.19f },
                           tan = { 0.74f, 0.55f, 0.35f }, deep = { 0.43f, 0.26f, 0.14f };
  float old = scene->knobs[0];

  return (Wood) { .light = texture_mix (light, tan, old),
                  .dark = texture_mix (dark, deep, old),
                  .pore = { 0.26f, 0.15f, 0.08f },
                  .ring = arra_mix (9, 15, scene->knobs[1]),
                  .swirl = arra_mix (1.5f, 4.5f, scene->knobs[2]),
                  .pores = 1 };
}

void
texture_oak (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  Wood wood = oak_of (scene);

  wood_point (scene, &wood, u, v, 0, point);
}

/* The gap between boards: dark and deep, its edges rounded off */
static void
open_gap (const TextureScene *scene, float edge, float bevel, TexturePoint *point)
{
  static const TextureTint gap = { 0.09f, 0.06f, 0.04f };
  float solid = texture_inside (scene, edge);

  point->tint = texture_mix (gap, texture_scale (point->tint, 0.72f + 0.28f * arra_smoothstep (0, bevel, edge)), solid);
  point->height = (point->height + 1.6f * arra_smoothstep (0, bevel, edge)) * solid - 2.5f * (1 - solid);
  point->gloss *= solid;
  point->dye = solid;
}

/* Distance from the nearest edge of a piece that is smaller than its place by @gap on each side */
static float
piece_edge (const TexturePiece *piece, float gap)
{
  return MIN (0.5f * piece->wide - fabsf (piece->x), 0.5f * piece->high - fabsf (piece->y)) - gap;
}

void
texture_oak_planks (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  Wood wood = oak_of (scene);
  TexturePiece plank = texture_piece (scene, u, v, 190, 38, TEXTURE_SCATTERED);
  float tone = texture_shade (scene, plank.id, 2);

  wood.ring *= 0.8f;
  wood_point (scene, &wood, u + texture_shade (scene, plank.id, 1) * scene->wide,
              v + texture_shade (scene, plank.id, 4) * scene->high, 0, point);
  point->tint = texture_scale (texture_mix (point->tint, wood.dark, 0.35f * texture_shade (scene, plank.id, 3)),
                               0.8f + 0.36f * tone);
  point->gloss = 0.16f;
  open_gap (scene, piece_edge (&plank, 0.7f), 1.8f, point);
}

typedef struct
{
  float rings;  /* of the knot, in radii */
  float swerve; /* how far the grain moves aside */
} Knot;

/* @nth knot of the plank: grain flows around it. */
static Knot
plank_knot (const TextureScene *scene, const TexturePiece *plank, guint nth)
{
  float at = plank->wide * (0.45f * (float) nth + 0.4f * texture_shade (scene, plank->id, 5 + nth) - 0.45f);
  float side = plank->high * 0.55f * (texture_shade (scene, plank->id, 7 + nth) - 0.5f);
  float size = arra_mix (3.5f, 9, texture_shade (scene, plank->id, 9 + nth));
  float du = (plank->x - at) / size, dv = (plank->y - side) / size, square = dv * dv;
  float reach = 1 / (1 + 0.10f * du * du * du * du) / (1 + 0.20f * square);

  return (Knot) { .rings = sqrtf (du * du * 0.6f + square),
                  .swerve = (dv < 0 ? -1 : 1) * 1.1f * size * reach * square / (0.25f + square) };
}

/* A knot's own years, dark and hard */
static void
draw_knot (const TextureScene *scene, float u, float v, float rings, TexturePoint *point)
{
  static const TextureTint heart = { 0.30f, 0.16f, 0.08f }, rim = { 0.55f, 0.32f, 0.16f };
  float wobble = rings + 0.12f * texture_noise (scene, u, v, 7, 7, 11);
  float body = arra_smoothstep (1.15f, 0.95f, wobble), halo = arra_smoothstep (1.9f, 1, wobble) * (1 - body);
  float ring = 0.5f + 0.5f * texture_wave (wobble * 2.6f);

  point->tint = texture_scale (point->tint, 1 - 0.3f * halo);
  point->tint = texture_mix (point->tint, texture_mix (heart, rim, 0.75f * ring * MIN (1, 1.6f * wobble)), body);
  point->height += body * (0.7f - 0.4f * ring);
}

/* Two nails near the ends of a plank */
static void
drive_nails (const TextureScene *scene, const TexturePiece *plank, TexturePoint *point)
{
  static const TextureTint iron = { 0.30f, 0.29f, 0.29f }, bleed = { 0.30f, 0.22f, 0.17f };
  float x = 0.5f * plank->wide - fabsf (plank->x) - 9, y = fabsf (plank->y) - 0.27f * plank->high;
  float away = sqrtf (x * x + y * y), head = texture_inside (scene, 1.9f - away);
  float rust = arra_smoothstep (5.5f, 1.8f, away) * (1 - head);

  point->tint = texture_mix (point->tint, bleed, 0.5f * rust);
  point->tint = texture_mix (point->tint, iron, head);
  point->height
      += 0.6f * head * texture_dome (away * away / 8) - 0.8f * arra_smoothstep (3.2f, 2.1f, away) * (1 - head);
  point->dye *= 1 - head;
  point->gloss = MAX (point->gloss, 0.5f * head);
}

void
texture_pine (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint pale = { 0.94f, 0.80f, 0.57f }, honey = { 0.87f, 0.66f, 0.39f };
  Wood wood = { .light = texture_mix (pale, honey, scene->knobs[0]),
                .dark = { 0.72f, 0.46f, 0.22f },
                .pore = { 0.5f, 0.3f, 0.15f },
                .ring = 8,
                .swirl = 1.7f,
                .pores = 0.25f };
  TexturePiece plank = texture_piece (scene, u, v, 300, 64, TEXTURE_SCATTERED);
  Knot a = plank_knot (scene, &plank, 0), b = plank_knot (scene, &plank, 1);
  float swerve = a.swerve + b.swerve;

  wood_point (scene, &wood, u + texture_shade (scene, plank.id, 1) * scene->wide,
              v - swerve + texture_shade (scene, plank.id, 4) * scene->high, 0, point);
  draw_knot (scene, u, v, MIN (a.rings, b.rings), point);
  point->tint = texture_scale (point->tint, 0.82f + 0.3f * texture_shade (scene, plank.id, 2));
  drive_nails (scene, &plank, point);
  open_gap (scene, piece_edge (&plank, 0.8f), 2, point);
}

void
texture_bark (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint deep = { 0.16f, 0.11f, 0.08f }, plate = { 0.56f, 0.45f, 0.35f },
                           pale = { 0.78f, 0.70f, 0.60f }, red = { 0.50f, 0.31f, 0.20f };
  float x = u + 16 * texture_noise (scene, u, v, 50, 30, 1), y = v + 12 * texture_fbm (scene, u, v, 60, 40, 2, 2);
  ArraTorusCell cell = texture_cell (scene, x, y, 92, 25, 3, 0.95f);
  float rough = texture_fbm (scene, u, v, 40, 9, 4, 4), flakes = texture_fbm (scene, x, y, 16, 6, 2, 5);
  float fissure = cell.border + 0.10f * rough, body = arra_smoothstep (0.02f, 0.22f, fissure);
  float layers = texture_fraction (2.6f * fissure + 0.8f * texture_noise (scene, u, v, 30, 12, 6));

  point->tint = texture_mix (plate, pale,
                             CLAMP (0.6f * texture_shade (scene, cell.cell, 1) + 0.8f * rough + 0.5f * flakes, 0, 1));
  point->tint = texture_mix (point->tint, red, 0.6f * arra_smoothstep (0.5f, 0.0f, fissure) * body);
  point->tint = texture_scale (point->tint, 0.9f + 0.25f * layers);
  point->tint = texture_mix (deep, point->tint, body * CLAMP (0.8f + 0.5f * rough, 0, 1));
  point->height = 6.5f * body + 4 * MIN (fissure, 0.5f) + 4.5f * rough + 1.6f * flakes + 1.4f * layers * body;
}

/* Rods that go over and under upright stakes */
void
texture_wicker (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint straw = { 0.80f, 0.61f, 0.36f }, hazel = { 0.58f, 0.39f, 0.20f },
                           dark = { 0.13f, 0.08f, 0.05f };
  TexturePiece rod
      = texture_piece (scene, u, v + 0.8f * texture_noise (scene, u, v, 40, 16, 1), 32, 12.5f, TEXTURE_WOVEN);
  float along = rod.x / rod.wide, across = 2 * rod.y / rod.high, over = (rod.row + rod.column) & 1 ? 1 : -1;
  float wave = over * (1 - 4 * along * along * 1.1f), round = texture_dome (across * across * 1.04f);
  float stake = texture_dome (rod.x * rod.x / 16), lift = 3.2f * wave + 4.6f * round;
  float upright = over < 0 ? 3.4f * stake + 0.6f : -9;
  gboolean shows = upright > lift || round <= 0.02f;
  float fibre = shows ? texture_noise (scene, u, v, 2, 30, 3) : texture_noise (scene, u, v, 34, 1.8f, 2);
  float tone = texture_shade (scene, shows ? (guint) rod.column * 9 : (guint) rod.row * 131, 1);

  point->tint = texture_mix (hazel, straw, CLAMP (0.2f + 0.8f * tone + 0.4f * fibre, 0, 1));
  point->height = (shows ? MAX (upright, -1) : lift) + 0.3f * fibre;
  point->tint = texture_mix (dark, point->tint, arra_smoothstep (-1.5f, 2.6f, point->height));
  point->gloss = 0.2f;
}
