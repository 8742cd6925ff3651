/* textures_wall.c - brick walls, ceramic tiles, plates of steel, rust
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

#define BRICK_WIDTH 72.0f
#define BRICK_HEIGHT 32.0f

/* Distance into the brick from its edge, in pixels (negative: mortar); its number in @row and @column */
static float
brick_edge (const TextureScene *scene, float u, float v, float *row, float *column)
{
  u += 1.6f * texture_noise (scene, u, v, 16, 16, 1);
  v += 1.6f * texture_noise (scene, u, v, 16, 16, 2);
  *row = floorf (v / BRICK_HEIGHT);
  u += BRICK_WIDTH * (0.5f * (float) ((int) *row & 1) + 0.06f * texture_piece (scene, *row, 3, 1));
  *column = floorf (u / BRICK_WIDTH);
  return -arra_distance_box (u - (*column + 0.5f) * BRICK_WIDTH, v - (*row + 0.5f) * BRICK_HEIGHT,
                             BRICK_WIDTH / 2 - 3.4f, BRICK_HEIGHT / 2 - 3.2f, 4);
}

void
texture_brick (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint bright = { 0.74f, 0.37f, 0.25f }, burnt = { 0.47f, 0.19f, 0.15f },
                           mortar = { 0.72f, 0.69f, 0.63f };
  float row, column, edge = brick_edge (scene, u, v, &row, &column);
  float rough = texture_fbm (scene, u, v, 17, 17, 2, 3), blotch = texture_noise (scene, u, v, 30, 22, 4);
  float brick = arra_smoothstep (-0.8f, 0.8f, edge), fired = texture_piece (scene, row, column, 2);

  point->tint = texture_mix (bright, burnt, 0.95f * fired + 0.35f * blotch);
  point->tint
      = texture_scale (point->tint, 0.88f + 0.26f * texture_piece (scene, row, column, 3) + 0.3f * rough);
  point->tint = texture_mix (texture_scale (mortar, 0.95f + 0.35f * rough), point->tint, brick);
  point->height = 5.5f * arra_smoothstep (-1.5f, 3.5f, edge) + 1.8f * rough
                  + 2 * (texture_piece (scene, row, column, 4) - 0.5f);
  point->dye = brick;
}

#define TILE 60.0f

void
texture_tiles (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint glaze = { 0.68f, 0.40f, 0.28f }, grout = { 0.60f, 0.57f, 0.52f };
  float column = floorf (u / TILE), row = floorf (v / TILE);
  float x = u - (column + 0.5f) * TILE, y = v - (row + 0.5f) * TILE;
  float edge = -arra_distance_box (x, y, TILE / 2 - 2.6f, TILE / 2 - 2.6f, 3);
  float tile = arra_smoothstep (-0.6f, 0.6f, edge),
        tilt = 0.07f * (texture_piece (scene, row, column, 3) - 0.5f);

  point->tint = texture_scale (glaze, 0.88f + 0.2f * texture_piece (scene, row, column, 2)
                                          + 0.07f * texture_noise (scene, u, v, 40, 40, 1));
  point->tint = texture_mix (grout, point->tint, tile);
  point->height = 4 * arra_smoothstep (-1, 6, edge) + tilt * x + tilt * y
                  + 1.5f * texture_noise (scene, u, v, 38, 38, 2);
  point->gloss = 0.75f * tile;
  point->dye = tile;
}

#define PLATE_WIDTH 132.0f
#define PLATE_HEIGHT 100.0f
#define RIVET_STEP 33.0f

/* 0..1: the dome of the nearest rivet in a row of them along one edge */
static float
rivet (float along, float edge)
{
  float x = (texture_fraction (along / RIVET_STEP) - 0.5f) * RIVET_STEP, y = edge - 13;
  float inside = 1 - (x * x + y * y) / 36;

  return inside > 0 ? sqrtf (inside) : 0;
}

void
texture_steel (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint steel = { 0.58f, 0.60f, 0.63f }, seam = { 0.11f, 0.11f, 0.12f };
  float column, row = floorf (v / PLATE_HEIGHT),
                y = PLATE_HEIGHT / 2 - fabsf (v - (row + 0.5f) * PLATE_HEIGHT), x, edge, dome;

  u += PLATE_WIDTH * 0.5f * (float) ((int) row & 1);
  column = floorf (u / PLATE_WIDTH);
  x = PLATE_WIDTH / 2 - fabsf (u - (column + 0.5f) * PLATE_WIDTH);
  edge = MIN (x, y);
  dome = rivet (u, y);
  point->tint = texture_scale (steel, 0.86f + 0.24f * texture_piece (scene, row, column, 1)
                                          + 0.1f * texture_noise (scene, u, v, 80, 5, 1)
                                          + 0.1f * texture_noise (scene, u, v, 90, 90, 2));
  point->tint = texture_mix (seam, point->tint, arra_smoothstep (1.2f, 3, edge));
  point->height
      = 3 * arra_smoothstep (0.5f, 5, edge) + 6 * dome + 0.25f * texture_noise (scene, u, v, 80, 5, 1);
  point->gloss = 0.5f;
  point->dye = arra_smoothstep (1.2f, 3, edge);
}

/* Round holes that rust has eaten, of all sizes: 0 outside, 1 deep inside */
static float
rust_hole (const TextureScene *scene, float u, float v)
{
  ArraCell cell = arra_lattice_cell (scene->lattice, u / 30 + 4.4f, v / 30 + 1.2f, 0, 1);
  float size = 0.62f * arra_lattice_shade (scene->lattice, cell.cell, 1) - 0.22f;

  return size <= 0 ? 0 : arra_smoothstep (size, 0.55f * size, cell.nearest);
}

void
texture_rust (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint dark = { 0.22f, 0.12f, 0.09f }, rust = { 0.54f, 0.26f, 0.12f },
                           bloom = { 0.78f, 0.47f, 0.22f }, paint = { 0.62f, 0.62f, 0.62f };
  float x = u + 20 * texture_noise (scene, u, v, 50, 50, 1),
        y = v + 20 * texture_noise (scene, u, v, 50, 50, 2);
  float crust = texture_fbm (scene, x, y, 60, 60, 4, 3), pits = texture_fbm (scene, u, v, 10, 10, 2, 4);
  float hole = rust_hole (scene, u + 3 * pits, v + 3 * pits),
        layer = 0.8f * crust + 0.45f * pits - 0.55f * hole;
  float film
      = scene->labels[TEXTURE_COLOUR] == TEXTURE_NATURAL
            ? 0
            : arra_smoothstep (-0.02f, 0.03f, texture_fbm (scene, x, y, 95, 95, 3, 5) + 0.08f * pits + 0.08f);

  film *= 1 - hole;
  point->tint = layer < 0 ? texture_mix (rust, dark, MIN (1, -2.2f * layer))
                          : texture_mix (rust, bloom, MIN (1, 2.2f * layer));
  point->tint = texture_mix (point->tint, texture_scale (paint, 1 + 0.12f * crust), film);
  point->height = (2.8f * pits + 4 * crust) * (1 - film) + 4 * film - 4.5f * hole;
  point->gloss = 0.3f * film;
  point->dye = film;
}
