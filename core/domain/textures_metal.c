/* textures_metal.c - plates of steel, brushed steel, hammered copper, rust
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

#define MARGIN 11.0f /* of rivets from edges */

/* 0..1: the dome of the nearest of the rivets that go along one edge of a plate, from corner to corner */
static float
rivet (float along, float length, float edge, float *rim)
{
  float step = (length - 2 * MARGIN) / arra_floor ((length - 2 * MARGIN) / 25 + 0.5f),
        at = (along + 0.5f * length - MARGIN) / step;
  float x = (at - CLAMP (arra_floor (at + 0.5f), 0, arra_floor ((length - 2 * MARGIN) / step + 0.5f))) * step,
        y = edge - MARGIN, square = (x * x + y * y) / 22;

  *rim = MAX (*rim, arra_smoothstep (2.2f, 1, square) * (square > 1));
  return texture_dome (square);
}

void
texture_steel (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint steel = { 0.60f, 0.62f, 0.65f }, seam = { 0.08f, 0.08f, 0.09f };
  TexturePiece plate = texture_piece (scene, u, v, 128, 96, TEXTURE_STAGGERED);
  float x = 0.5f * plate.wide - fabsf (plate.x), y = 0.5f * plate.high - fabsf (plate.y), edge = MIN (x, y) - 0.8f,
        rim = 0;
  float dome = MAX (rivet (plate.x, plate.wide, y, &rim), rivet (plate.y, plate.high, x, &rim));
  float rolled = texture_noise (scene, u, v, 100, 2.2f, 1), dull = texture_fbm (scene, u, v, 80, 80, 4, 2);
  float dents = texture_noise (scene, u, v, 60, 60, 4), body = texture_inside (scene, edge);

  point->tint = texture_scale (steel, 0.84f + 0.2f * texture_shade (scene, plate.id, 1) + 0.07f * rolled + 0.13f * dull
                                          + 0.05f * texture_noise (scene, u, v, 5, 5, 3));
  point->tint = texture_scale (point->tint, 1 - 0.35f * rim);
  point->tint = texture_mix (seam, point->tint, body);
  point->height
      = body * (1.3f * arra_smoothstep (0, 2.6f, edge) + 4.5f * dome - 0.5f * rim + 0.12f * rolled + 1.6f * dents)
        - 1.5f * (1 - body);
  point->gloss = 0.55f;
  point->metal = 0.45f * body;
  point->dye = body;
}

void
texture_brushed (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint steel = { 0.66f, 0.67f, 0.69f };
  float x = u, y = v + 1.5f * texture_noise (scene, u, v, 200, 60, 1);
  float fine = texture_noise (scene, x, y, 60, 2.2f, 2), hair = texture_noise (scene, x, y, 110, 4.4f, 3),
        broad = texture_noise (scene, x, y, 120, 9, 4), sheen = texture_noise (scene, x, y, 120, 60, 5);
  float glint = arra_smoothstep (0.36f, 0.6f, texture_noise (scene, x, y, 40, 2.6f, 6));

  point->tint
      = texture_scale (steel, 0.92f + 0.13f * fine + 0.13f * hair + 0.10f * broad + 0.22f * sheen + 0.22f * glint);
  point->height = 0.22f * fine + 0.25f * hair + 0.3f * broad;
  point->metal = 0.25f;
  point->gloss = 0.4f;
}

void
texture_hammered (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint copper = { 0.76f, 0.45f, 0.30f }, tarnish = { 0.40f, 0.22f, 0.17f };
  float x = u + 2 * texture_noise (scene, u, v, 22, 22, 1), y = v + 2 * texture_noise (scene, u, v, 22, 22, 2);
  ArraTorusCell cell = texture_cell (scene, x, y, 21, 21, 3, 0.85f);
  float bowl = MIN (cell.nearest * cell.nearest, 0.8f), ridge = arra_smoothstep (0.16f, 0, cell.border);
  float film = texture_fbm (scene, u, v, 60, 60, 4, 4), lean = (texture_shade (scene, cell.cell, 1) - 0.5f) * cell.dx
                                                               + (texture_shade (scene, cell.cell, 2) - 0.5f) * cell.dy;

  point->tint = texture_mix (copper, tarnish,
                             CLAMP (0.18f + 0.6f * film + 0.25f * (texture_shade (scene, cell.cell, 3) - 0.5f), 0, 1));
  point->tint = texture_scale (point->tint, 1 + 0.10f * ridge + 0.05f * texture_noise (scene, u, v, 3, 3, 5));
  point->height = 8 * bowl * (0.7f + 0.5f * texture_shade (scene, cell.cell, 4)) - 0.9f * ridge * ridge + 1.6f * lean
                  + 0.12f * texture_fbm (scene, u, v, 4, 4, 2, 6);
  point->metal = 0.8f;
  point->gloss = 0.6f;
}

/* Round holes that rust has eaten, of all sizes: 0 outside, 1 deep inside */
static float
rust_hole (const TextureScene *scene, float u, float v)
{
  ArraTorusCell cell = texture_cell (scene, u, v, 26, 26, 9, 1);
  float size = 0.62f * texture_shade (scene, cell.cell, 1) - 0.24f;

  return size <= 0 ? 0 : arra_smoothstep (size, 0.6f * size, cell.nearest);
}

/* Rust under what is left of a coat of paint, or of bare metal */
void
texture_rust (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint dark = { 0.27f, 0.14f, 0.09f }, rust = { 0.50f, 0.25f, 0.12f },
                           bloom = { 0.70f, 0.42f, 0.22f }, paint = { 0.62f, 0.62f, 0.62f };
  gboolean painted = scene->labels[TEXTURE_COLOUR] != TEXTURE_NATURAL;
  float x = u + 16 * texture_fbm (scene, u, v, 50, 50, 2, 1), y = v + 16 * texture_fbm (scene, u, v, 50, 50, 2, 2);
  float crust = texture_fbm (scene, x, y, 60, 60, 5, 3), pits = texture_fbm (scene, u, v, 9, 9, 4, 4);
  float hole = rust_hole (scene, u + 4 * pits, v + 4 * pits), flakes = texture_fbm (scene, x, y, 20, 20, 3, 6);
  float layer = 0.6f * crust + 0.35f * pits - 0.7f * hole, scale = arra_smoothstep (0.02f, 0.09f, flakes);
  float coat = texture_fbm (scene, x, y, 90, 90, 5, 5) + 0.06f * pits + 0.09f,
        film = painted ? texture_inside (scene, 40 * coat) : 0;
  float rim = painted ? arra_smoothstep (0.12f, 0, fabsf (coat)) * (1 - film) : 0;

  film *= 1 - hole;
  point->tint
      = layer < 0 ? texture_mix (rust, dark, MIN (1, -2.2f * layer)) : texture_mix (rust, bloom, MIN (1, 1.9f * layer));
  point->tint = texture_scale (point->tint, 0.86f + 0.22f * scale - 0.25f * rim);
  point->tint = texture_mix (point->tint,
                             texture_scale (paint, 1 + 0.10f * crust - 0.12f * arra_smoothstep (0.08f, 0, coat)), film);
  point->height = (1.7f * pits + 3 * crust + 1.3f * scale) * (1 - film) + film * (3.6f + 0.3f * pits) - 3.5f * hole;
  point->gloss = 0.35f * film;
  point->dye = film;
}
