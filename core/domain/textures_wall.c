/* textures_wall.c - brick walls, ceramic tiles, concrete, plaster, roofs
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

void
texture_brick (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint bright = { 0.73f, 0.36f, 0.24f }, burnt = { 0.42f, 0.17f, 0.13f },
                           pale = { 0.80f, 0.53f, 0.38f }, lime = { 0.78f, 0.75f, 0.69f },
                           cement = { 0.50f, 0.48f, 0.45f };
  float x = u + 1.1f * texture_noise (scene, u, v, 24, 24, 1), y = v + 1.1f * texture_noise (scene, u, v, 24, 24, 2);
  TexturePiece brick = texture_piece (scene, x, y, 72, 26, TEXTURE_STAGGERED);
  float rough = texture_fbm (scene, u, v, 14, 14, 4, 3), sandy = texture_fbm (scene, u, v, 3.4f, 3.4f, 2, 4);
  float chipped
      = arra_smoothstep (0.25f, 0.7f, texture_fbm (scene, u, v, 20, 20, 3, 5)) * 5 * texture_shade (scene, brick.id, 6);
  float edge = -arra_distance_box (brick.x, brick.y, 0.5f * brick.wide - 2.5f, 0.5f * brick.high - 2.5f, 1.8f)
               - 0.9f * rough - chipped;
  float body = texture_inside (scene, edge), flank = arra_smoothstep (0, 2.6f, edge);
  float pits = arra_smoothstep (0.5f, 0.7f, texture_noise (scene, u, v, 4, 4, 6)),
        fired = texture_shade (scene, brick.id, 2);
  TextureTint mortar = texture_mix (lime, cement, arra_smoothstep (0.35f, 0.75f, scene->knobs[0]));

  point->tint = texture_mix (bright, burnt, CLAMP (1.1f * fired - 0.1f + 0.3f * rough, 0, 1));
  point->tint = texture_mix (point->tint, pale, 0.5f * arra_smoothstep (0.72f, 1, texture_shade (scene, brick.id, 3)));
  point->tint = texture_scale (point->tint, 0.9f + 0.2f * texture_shade (scene, brick.id, 4) + 0.22f * rough
                                                + 0.07f * sandy - 0.25f * pits);
  point->tint = texture_mix (texture_scale (mortar, 0.92f + 0.12f * rough + 0.16f * sandy), point->tint, body);
  point->height = body
                      * (1.4f + 2.6f * flank + 1.1f * rough + 0.25f * sandy - 1.2f * pits
                         + 1.2f * texture_shade (scene, brick.id, 5))
                  + (1 - body) * 0.5f * sandy;
  point->dye = body;
}

void
texture_tiles (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint glaze = { 0.70f, 0.40f, 0.27f }, grout = { 0.66f, 0.63f, 0.58f };
  float oblong = scene->knobs[0] > 0.7f;
  TexturePiece tile = oblong > 0 ? texture_piece (scene, u, v, 84, 42, TEXTURE_STAGGERED)
                                 : texture_piece (scene, u, v, 62, 62, TEXTURE_STACKED);
  float edge = -arra_distance_box (tile.x, tile.y, 0.5f * tile.wide - 1.6f, 0.5f * tile.high - 1.6f, 2.2f)
               + 0.35f * texture_noise (scene, u, v, 14, 14, 3);
  float body = texture_inside (scene, edge), pool = arra_smoothstep (0, 3.4f, edge),
        sandy = texture_noise (scene, u, v, 2.5f, 2.5f, 4);
  float waves = texture_fbm (scene, u + 90 * texture_shade (scene, tile.id, 5), v, 36, 36, 2, 2);
  float tilt
      = (texture_shade (scene, tile.id, 3) - 0.5f) * tile.x + (texture_shade (scene, tile.id, 4) - 0.5f) * tile.y;

  point->tint = texture_scale (glaze, 0.80f + 0.30f * texture_shade (scene, tile.id, 2)
                                          + 0.10f * texture_fbm (scene, u, v, 30, 30, 3, 1));
  point->tint = texture_scale (point->tint, 0.84f + 0.16f * pool);
  point->tint = texture_mix (texture_scale (grout, 1 + 0.12f * sandy), point->tint, body);
  point->height = body * (1 + 1.3f * pool + 0.035f * tilt + 1.1f * waves) + (1 - body) * 0.3f * sandy;
  point->gloss = 0.85f * body;
  point->dye = body;
}

/* Holes of all sizes that bubbles of air left: 0 outside, 1 inside; @rim: how near to one */
static float
bubble (const TextureScene *scene, float u, float v, float size, guint field, float share)
{
  ArraTorusCell cell = texture_cell (scene, u, v, size, size, field, 1);
  float luck = texture_shade (scene, cell.cell, 1), radius = 0.24f * (1 - luck / share);

  return luck < share ? arra_smoothstep (radius, 0.7f * radius, cell.nearest) : 0;
}

void
texture_concrete (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint grey = { 0.63f, 0.62f, 0.60f }, dark = { 0.44f, 0.43f, 0.42f },
                           hole = { 0.17f, 0.17f, 0.17f };
  float x = u + 12 * texture_noise (scene, u, v, 60, 60, 1), y = v + 12 * texture_noise (scene, u, v, 60, 60, 2);
  float cloud = texture_fbm (scene, x, y, 90, 90, 5, 3), grain = texture_fbm (scene, u, v, 5, 5, 3, 4);
  float pits = MAX (bubble (scene, x, y, 13, 5, 0.3f), bubble (scene, u, v, 6, 6, 0.2f));
  float trowel = texture_fbm (scene, x, y, 70, 16, 3, 7);
  float seams = 0, bore = 0;

  if (scene->knobs[0] < 0.45f)
    {
      TexturePiece panel = texture_piece (scene, u, v, 170, 128, TEXTURE_STACKED);
      float edge = 0.5f * MIN (panel.wide, 1e9f) - fabsf (panel.x), low = 0.5f * panel.high - fabsf (panel.y);
      float x0 = fabsf (panel.x) - 0.33f * panel.wide, y0 = fabsf (panel.y) - 0.3f * panel.high,
            away = sqrtf (x0 * x0 + y0 * y0);

      seams = arra_smoothstep (1.4f, 0.7f, MIN (edge, low) + 0.4f * grain);
      bore = arra_smoothstep (4.4f, 3.6f, away);
      cloud += 0.35f * (texture_shade (scene, panel.id, 2) - 0.5f);
    }
  point->tint = texture_mix (dark, grey, CLAMP (0.62f + 0.6f * cloud + 0.22f * trowel + 0.2f * grain, 0, 1.2f));
  point->tint = texture_mix (point->tint, hole, MAX (0.75f * pits, MAX (0.7f * seams, 0.8f * bore)));
  point->height = 0.55f * grain + 1.1f * cloud + 0.7f * trowel - 2.4f * pits - 1.8f * seams - 3.5f * bore;
  point->gloss = 0.03f;
}

void
texture_plaster (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint lime = { 0.88f, 0.84f, 0.76f };
  float x = u + 22 * texture_fbm (scene, u, v, 60, 60, 2, 1), y = v + 22 * texture_fbm (scene, u, v, 60, 60, 2, 2);
  float strokes = fabsf (texture_noise (scene, x, y, 46, 24, 3)),
        cross = fabsf (texture_noise (scene, y, x, 52, 22, 4));
  float ridge = MAX (arra_smoothstep (0.16f, 0, strokes), arra_smoothstep (0.14f, 0, cross));
  float coat = texture_fbm (scene, x, y, 34, 34, 4, 5), sandy = texture_fbm (scene, u, v, 2.6f, 2.6f, 2, 6);

  point->tint
      = texture_scale (lime, 0.93f + 0.07f * coat + 0.05f * sandy + 0.06f * texture_fbm (scene, u, v, 110, 110, 2, 7));
  point->height = 2.2f * ridge * (0.4f + 0.6f * arra_smoothstep (-0.4f, 0.4f, coat)) + 3.4f * coat + 0.35f * sandy;
}

/* Tiles whose round ends lie over the row below */
void
texture_shingles (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint clay = { 0.66f, 0.34f, 0.23f }, smoked = { 0.38f, 0.21f, 0.17f };
  float wave = 0.8f * texture_noise (scene, u, v, 50, 50, 1);
  TexturePiece tile = texture_piece (scene, u, v + wave, 46, 36, TEXTURE_STAGGERED), upper;
  float top = tile.y + 0.5f * tile.high, hang, edge, along, across, end;
  gboolean covered;

  upper = texture_piece (scene, u, v + wave - tile.high, 46, 36, TEXTURE_STAGGERED);
  across = 2 * upper.x / upper.wide;
  end = 0.62f * tile.high + 1.2f * (texture_shade (scene, upper.id, 5) - 0.5f);
  hang = end * sqrtf (MAX (0, 1 - across * across * 0.9f));
  covered = top < hang;
  if (covered)
    tile = upper;
  edge = MIN (0.5f * tile.wide - fabsf (tile.x) - 0.6f, covered ? hang - top : 9);
  along = (covered ? top + tile.high : top) / (1.62f * tile.high);
  across = texture_fbm (scene, u, v, 15, 15, 4, 2);
  point->tint
      = texture_mix (clay, smoked, CLAMP (texture_shade (scene, tile.id, 2) * 1.1f - 0.2f + 0.35f * across, 0, 1));
  point->tint = texture_scale (point->tint, 0.84f + 0.28f * texture_shade (scene, tile.id, 3)
                                                + 0.1f * texture_noise (scene, u, v, 3, 3, 4));
  point->tint = texture_scale (point->tint, 0.45f + 0.55f * arra_smoothstep (-0.3f, 1.5f, edge));
  point->height = 8.5f * along + 0.9f * across + 1.2f * arra_smoothstep (0, 2.4f, edge)
                  + 1.5f * texture_shade (scene, tile.id, 4);
  point->gloss = 0.06f;
}
