/* textures_stone.c - marble, granite, cobblestones, stone walls, gravel
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

/* Crests of noise, thin where it crosses zero: 0..1 */
static float
vein (const TextureScene *scene, float u, float v, float size, float thickness, guint field)
{
  float crest = 1 - fabsf (texture_fbm (scene, u, v, size, size, 4, field)) / thickness;

  return crest > 0 ? crest * crest : 0;
}

/* Light veins on dark stone, dark ones on light stone */
static gboolean
is_dark (const TextureScene *scene)
{
  guint colour = scene->labels[TEXTURE_COLOUR];

  return colour != TEXTURE_NATURAL && colour != TEXTURE_WHITE && colour != TEXTURE_PINK && colour != TEXTURE_GREY
         && colour != TEXTURE_YELLOW;
}

void
texture_marble (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint pale = { 0.94f, 0.93f, 0.91f }, smoke = { 0.62f, 0.63f, 0.66f };
  static const TextureTint slate = { 0.28f, 0.29f, 0.33f }, gold = { 0.58f, 0.46f, 0.28f },
                           milk = { 0.93f, 0.92f, 0.88f };
  gboolean inverse = is_dark (scene);
  float x = u + 28 * texture_fbm (scene, u, v, 72, 72, 3, 1), y = v + 28 * texture_fbm (scene, u, v, 72, 72, 3, 2);
  float lean = scene->knobs[0] < 0.5f ? x + y : x - y;
  float thick = 0.5f + texture_noise (scene, u, v, 100, 100, 3);
  float cloud = texture_fbm (scene, x, lean, 110, 80, 4, 4);
  float large = vein (scene, lean, y, 76, 0.02f + 0.035f * MAX (thick, 0), 5),
        small = 0.65f * MAX (vein (scene, x, lean, 52, 0.03f, 6), vein (scene, lean, x + x + y, 70, 0.03f, 7))
                * arra_smoothstep (1, 0.3f, thick);
  float veins = MIN (1, large + small * 0.8f), halo = vein (scene, lean, y, 76, 0.35f, 5);
  TextureTint seam = texture_mix (slate, gold, arra_smoothstep (0.45f, 0.8f, scene->knobs[1] + 0.3f * cloud));

  point->tint = texture_mix (pale, smoke, CLAMP (0.16f + 0.75f * cloud + 0.42f * halo, 0, 1));
  point->tint = texture_mix (point->tint, inverse ? milk : seam, 0.9f * veins);
  point->dye = inverse ? 1 - 0.9f * veins : 1;
  point->gloss = 0.3f;
}

/* Crystals: how light, by their number */
static TextureTint
mineral (float kind, float shade)
{
  static const TextureTint feldspar = { 0.76f, 0.61f, 0.54f }, quartz = { 0.84f, 0.82f, 0.80f };
  static const TextureTint grey = { 0.52f, 0.51f, 0.52f }, mica = { 0.11f, 0.10f, 0.11f };
  const TextureTint *tint = kind < 0.34f ? &feldspar : kind < 0.64f ? &quartz : kind < 0.82f ? &grey : &mica;

  return texture_scale (*tint, 0.84f + 0.3f * shade);
}

void
texture_granite (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  float x = u + 3.5f * texture_fbm (scene, u, v, 12, 12, 2, 1), y = v + 3.5f * texture_fbm (scene, u, v, 12, 12, 2, 2);
  ArraTorusCell large = texture_cell (scene, x, y, 19, 19, 3, 1), cell = texture_cell (scene, x, y, 7, 7, 4, 1);
  gboolean coarse = texture_shade (scene, large.cell, 1) < 0.42f && large.nearest < 0.5f;
  guint id = coarse ? large.cell : cell.cell;
  float facet = coarse ? large.dx + large.dy : cell.dx + cell.dy, edge = coarse ? 2.6f * large.border : cell.border;
  float tilt = texture_shade (scene, id, 4) - 0.5f;

  point->tint = mineral (texture_shade (scene, id, 2), texture_shade (scene, id, 3));
  point->tint = texture_scale (point->tint, (1 + 0.35f * tilt * facet + 0.1f * texture_noise (scene, u, v, 80, 80, 5)
                                             + 0.08f * texture_noise (scene, u, v, 2.5f, 2.5f, 7))
                                                * (0.84f + 0.16f * arra_smoothstep (0, 0.16f, edge)));
  point->gloss = 0.2f;
  point->height = 0.3f * texture_fbm (scene, u, v, 9, 9, 2, 6) + 0.5f * tilt;
}

typedef struct
{
  TextureTint warm, cold, joint;
  float gap, round; /* in cells: width of joints, and how far the edge is rounded */
  float dome, bulge, rough;
} Masonry;

/* Stones with worn edges in joints of soil or mortar */
static void
stones (const TextureScene *scene,
        const Masonry *look,
        const ArraTorusCell *cell,
        float u,
        float v,
        TexturePoint *point)
{
  float grain = texture_fbm (scene, u, v, 16, 16, 4, 31), fine = texture_noise (scene, u, v, 3, 3, 32);
  float edge = cell->border - look->gap + 0.035f * grain, stone = arra_smoothstep (0, 0.035f, edge);
  float flank = arra_smoothstep (0, look->round, edge), sandy = texture_fbm (scene, u, v, 4, 4, 2, 33);
  float tilt = cell->dx * (texture_shade (scene, cell->cell, 4) - 0.5f)
               + cell->dy * (texture_shade (scene, cell->cell, 5) - 0.5f);

  point->tint = texture_mix (look->warm, look->cold, texture_shade (scene, cell->cell, 1));
  point->tint
      = texture_scale (point->tint, 0.72f + 0.46f * texture_shade (scene, cell->cell, 2) + 0.3f * grain + 0.08f * fine);
  point->tint = texture_scale (point->tint, 0.8f + 0.2f * flank);
  point->tint = texture_mix (texture_scale (look->joint, 1 + 0.5f * sandy), point->tint, stone);
  point->height = stone
                      * (look->dome * (flank + look->bulge * (1 - cell->nearest * cell->nearest)) + look->rough * grain
                         + 0.3f * fine + 5 * tilt)
                  + (1 - stone) * 0.7f * sandy;
  point->gloss = 0.08f * stone;
  point->dye = stone;
}

void
texture_cobble (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint soils[] = { { 0.17f, 0.14f, 0.11f }, { 0.42f, 0.37f, 0.30f } };
  Masonry look = { .warm = { 0.58f, 0.52f, 0.46f },
                   .cold = { 0.47f, 0.49f, 0.53f },
                   .joint = texture_mix (soils[0], soils[1], scene->knobs[0]),
                   .gap = 0.045f,
                   .round = 0.16f,
                   .dome = 3.4f,
                   .bulge = 2.6f,
                   .rough = 1.1f };
  float x = u + 3.5f * texture_noise (scene, u, v, 30, 30, 1), y = v + 3.5f * texture_noise (scene, u, v, 30, 30, 2);
  ArraTorusCell cell = texture_cell (scene, x, y, 41, 36, 3, 0.62f);

  stones (scene, &look, &cell, u, v, point);
}

void
texture_stone_wall (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint mortars[] = { { 0.62f, 0.58f, 0.51f }, { 0.20f, 0.18f, 0.16f } };
  Masonry look = { .warm = { 0.70f, 0.60f, 0.45f },
                   .cold = { 0.52f, 0.50f, 0.49f },
                   .joint = texture_mix (mortars[0], mortars[1], arra_smoothstep (0.45f, 0.65f, scene->knobs[0])),
                   .gap = 0.05f,
                   .round = 0.09f,
                   .dome = 3.4f,
                   .bulge = 0.4f,
                   .rough = 3.2f };
  float x = u + 4 * texture_fbm (scene, u, v, 26, 26, 2, 1), y = v + 3 * texture_fbm (scene, u, v, 26, 26, 2, 2);
  ArraTorusCell cell = texture_cell (scene, x, y, 62, 33, 3, 0.95f);

  stones (scene, &look, &cell, u, v, point);
}

typedef struct
{
  float height;
  guint id;
  float dx, dy;
} Pebble;

/* The higher of @best and a pebble of one size */
static Pebble
pebble (const TextureScene *scene, float u, float v, float size, guint field, float base, Pebble best)
{
  ArraTorusCell cell = texture_cell (scene, u, v, size, size, field, 0.9f);
  float radius = arra_mix (0.42f, 0.72f, texture_shade (scene, cell.cell, 1));
  float round = MIN (cell.nearest / radius, 1 - cell.border / radius * 0.9f);
  float height = base + 0.42f * size * texture_dome (round * round);

  if (cell.nearest < 1.05f * radius && height > best.height)
    return (Pebble) { height, cell.cell, cell.dx, cell.dy };
  return best;
}

void
texture_gravel (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint warm = { 0.66f, 0.57f, 0.47f }, cold = { 0.46f, 0.48f, 0.51f },
                           pale = { 0.83f, 0.80f, 0.75f }, soil = { 0.16f, 0.13f, 0.10f };
  float x = u + 2.4f * texture_noise (scene, u, v, 13, 13, 1), y = v + 2.4f * texture_noise (scene, u, v, 13, 13, 2);
  Pebble top = pebble (scene, x, y, 9, 3, -2, (Pebble) { -3, 0, 0, 0 });
  float speckle = texture_fbm (scene, u, v, 3.2f, 3.2f, 2, 6), kind, body;

  top = pebble (scene, x, y, 15, 4, 0, top);
  top = pebble (scene, y, x, 22, 5, 0, top);
  kind = texture_shade (scene, top.id, 2);
  body = arra_smoothstep (-2.4f, 1.5f, top.height);
  point->tint = kind < 0.45f ? warm : kind < 0.82f ? cold : pale;
  point->tint = texture_scale (
      point->tint, 0.68f + 0.5f * texture_shade (scene, top.id, 3) + 0.16f * speckle
                       + 0.2f * texture_wave (1.6f * (top.dx + 2 * texture_shade (scene, top.id, 4) * top.dy))
                             * (texture_shade (scene, top.id, 5) > 0.7f));
  point->tint = texture_mix (soil, point->tint, body);
  point->height = top.height + 0.25f * speckle;
  point->gloss = 0.12f;
  point->dye = body;
}
