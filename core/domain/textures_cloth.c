/* textures_cloth.c - leather, woven fabric, denim, knitted wool, crumpled paper, fur
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

void
texture_leather (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint hide = { 0.52f, 0.31f, 0.18f }, crease = { 0.25f, 0.13f, 0.07f };
  float x = u + 5 * texture_noise (scene, u, v, 22, 22, 1), y = v + 5 * texture_noise (scene, u, v, 22, 22, 2);
  ArraTorusCell cell = texture_cell (scene, x, y, 11, 9.5f, 3, 0.95f), fine = texture_cell (scene, x, y, 5, 5, 4, 0.9f);
  float pebble = arra_smoothstep (0, 0.3f, cell.border), grain = arra_smoothstep (0, 0.3f, fine.border);
  float fold = texture_fbm (scene, u, v, 95, 70, 3, 5);
  float wrinkle = arra_smoothstep (0.07f, 0, fabsf (texture_fbm (scene, x, y, 85, 60, 2, 6)))
                  * arra_smoothstep (-0.15f, 0.3f, texture_noise (scene, u, v, 110, 110, 7));

  point->tint = texture_mix (crease, hide, 0.30f + 0.58f * pebble + 0.14f * grain);
  point->tint = texture_scale (point->tint, (1 + 0.22f * fold + 0.14f * (texture_shade (scene, cell.cell, 1) - 0.5f)
                                             + 0.04f * texture_noise (scene, u, v, 2.4f, 2.4f, 8))
                                                * (1 - 0.35f * wrinkle));
  point->height = 1.2f * pebble + 0.7f * (1 - cell.nearest * cell.nearest) + 0.3f * grain + 7 * fold - 2.2f * wrinkle;
  point->gloss = 0.42f;
}

/* A thread of a weave: rounded across (-1..1) and bent over (1) or under (-1) what it crosses (@along of
 * -1..1) */
static float
thread_height (float across, float along, float over)
{
  return texture_dome (across * across * 1.15f) + 0.55f * over * (1 - along * along) - 0.5f * (across * across > 0.87f);
}

void
texture_weave (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint linen = { 0.82f, 0.75f, 0.62f };
  float x = u + 1.6f * texture_noise (scene, u, v, 44, 44, 1), y = v + 1.6f * texture_noise (scene, u, v, 44, 44, 2);
  TexturePiece at = texture_piece (scene, x, y, 12.8f, 12.8f, TEXTURE_WOVEN);
  float across = 2 * at.x / at.wide, along = 2 * at.y / at.high, over = (at.row + at.column) & 1 ? 1 : -1;
  float slub = 1 + 0.16f * texture_noise (scene, u, v, 8, 50, 5),
        burl = 1 + 0.16f * texture_noise (scene, u, v, 50, 8, 6);
  float warp = thread_height (across * slub, along, over), weft = thread_height (along * burl, across, -over);
  gboolean upright = warp > weft;
  float tone = texture_shade (scene, upright ? (guint) at.column * 67 : (guint) at.row * 129 + 7, 1),
        height = MAX (warp, weft);
  float ply = upright ? texture_wave (0.55f * across + at.y * 2.6f / at.high + 0.3f)
                      : texture_wave (0.55f * along + at.x * 2.6f / at.wide);
  float fibre = upright ? texture_noise (scene, u, v, 1.5f, 7, 3) : texture_noise (scene, u, v, 7, 1.5f, 3);

  point->tint = texture_scale (linen, 0.80f + 0.24f * tone + 0.10f * height + 0.06f * ply + 0.07f * fibre
                                          + 0.07f * texture_noise (scene, u, v, 70, 70, 4));
  point->tint = texture_scale (point->tint, 0.12f + 0.88f * arra_smoothstep (-0.75f, 0.5f, height));
  point->height = 3.6f * height + 0.4f * ply + 0.25f * fibre;
}

/* Three threads over, one under: lines that rise across the cloth */
void
texture_denim (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint indigo = { 0.20f, 0.29f, 0.47f }, white = { 0.78f, 0.79f, 0.80f };
  float x = u + 0.8f * texture_noise (scene, u, v, 30, 60, 1), y = v + 0.8f * texture_noise (scene, u, v, 60, 30, 2);
  TexturePiece at = texture_piece (scene, x, y, 4.9f, 4.9f, TEXTURE_WOVEN);
  float across = 2 * at.x / at.wide, along = 2 * at.y / at.high;
  guint step = (guint) (at.row + at.column) & 3;
  float bend = ((float) step - 2) + 0.5f * along, warp = texture_dome (across * across * 1.1f) - 0.28f * bend * bend;
  float weft = step == 0 ? 0.35f + 0.6f * texture_dome (along * along * 1.2f) * (1 - across * across) : -1;
  gboolean upright = warp > weft;
  float worn = 0.5f * texture_fbm (scene, u, v, 90, 120, 3, 3) + 0.4f * texture_noise (scene, u, v, 7, 90, 4);
  float fibre = texture_noise (scene, u, v, 1.6f, 6, 5), height = MAX (warp, weft);

  point->tint = upright ? texture_mix (indigo, white,
                                       CLAMP (0.08f + 0.3f * worn + 0.12f * height
                                                  + 0.2f * (texture_shade (scene, (guint) at.column * 67, 1) - 0.4f),
                                              0, 1))
                        : texture_scale (white, 0.55f + 0.3f * texture_shade (scene, at.id, 2));
  point->tint = texture_scale (point->tint, 0.92f + 0.12f * fibre);
  point->tint = texture_scale (point->tint, 0.35f + 0.65f * arra_smoothstep (-1, 0.6f, height));
  point->height = 1.5f * height + 0.2f * fibre;
  point->dye = upright ? 1 : 0.35f;
}

typedef struct
{
  float height, across, along;
} Yarn;

/* One leg of a stitch: a tube from the stitch's foot to its shoulder, @side to the left (-1) or right (1),
 * @row rows below */
static Yarn
leg (float x, float y, float side, float row, Yarn best)
{
  const float radius = 0.23f, ax = 0.07f * side, ay = 0.62f, bx = 0.31f * side, by = -0.66f;
  float px = x - ax, py = y - row - ay, dx = bx - ax, dy = by - ay, t = (px * dx + py * dy) / (dx * dx + dy * dy);
  float bulge, away;

  t = CLAMP (t, 0, 1);
  bulge = 0.075f * side * (1 - (2 * t - 1) * (2 * t - 1));
  px -= t * dx + bulge;
  py -= t * dy;
  away = (px * px + 0.5f * py * py) / (radius * radius);
  if (away < 1 && sqrtf (1 - away) - 0.5f * t + 0.25f > best.height)
    return (Yarn) { sqrtf (1 - away) - 0.5f * t + 0.25f, px / radius * side, t };
  return best;
}

void
texture_knit (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint wool = { 0.85f, 0.78f, 0.66f };
  float x = u + 2 * texture_noise (scene, u, v, 46, 46, 1), y = v + 2 * texture_noise (scene, u, v, 46, 46, 2);
  TexturePiece stitch = texture_piece (scene, x, y, 25.6f, 21, TEXTURE_STACKED);
  float across = stitch.x / stitch.wide, down = stitch.y / stitch.high, ply, fuzz, fibre;
  Yarn yarn = { -0.45f, 0, 0.5f };

  for (int row = -1; row <= 1; row++)
    yarn = leg (across, down, across < 0 ? -1 : 1, (float) row, yarn);
  ply = texture_wave (1.9f * yarn.along - 0.42f * yarn.across);
  fibre = texture_noise (scene, u, v, 2.2f, 4.5f, 3);
  fuzz = texture_fbm (scene, u, v, 5, 5, 2, 4);
  point->tint = texture_scale (wool, 0.88f + 0.10f * texture_shade (scene, stitch.id, 1) + 0.09f * ply + 0.10f * fibre
                                         + 0.07f * fuzz);
  point->tint = texture_scale (point->tint, 0.22f + 0.78f * arra_smoothstep (-0.4f, 0.55f, yarn.height));
  point->height = 6 * yarn.height + 0.75f * ply + 0.5f * fibre + 0.5f * fuzz;
}

/* Facets: each cell a roof with straight flanks */
static float
folds (const TextureScene *scene, float u, float v, float size, guint field)
{
  ArraTorusCell cell = texture_cell (scene, u, v, size, size, field, 1);

  return cell.border * (texture_shade (scene, cell.cell, 2) - 0.35f);
}

void
texture_paper (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  static const TextureTint paper = { 0.92f, 0.89f, 0.83f };
  float x = u + 6 * texture_noise (scene, u, v, 70, 70, 1), y = v + 6 * texture_noise (scene, u, v, 70, 70, 2);
  float large = folds (scene, x, y, 105, 3), middle = folds (scene, y - x, x + y, 100, 4),
        small = folds (scene, x, y, 30, 5), tiny = folds (scene, y, x, 15, 6);

  point->tint = texture_scale (paper, 1 + 0.04f * texture_noise (scene, u, v, 3, 3, 7)
                                          + 0.04f * texture_fbm (scene, u, v, 100, 100, 3, 8));
  point->height = 70 * large + 40 * middle + 14 * small + 4 * tiny + 0.15f * texture_noise (scene, u, v, 3, 3, 9);
}

static const TextureTint fur_root = { 0.24f, 0.15f, 0.09f };

void
texture_fur (const TextureScene *scene, float u, float v, TexturePoint *point)
{
  point->tint = texture_scale (fur_root, 0.9f + 0.3f * texture_noise (scene, u, v, 24, 12, 1));
}

/* Hairs that lie one over another, along the label's direction, in locks */
void
texture_fur_hairs (const TextureScene *scene, ArraCanvas *paint)
{
  static const TextureTint tips[] = { { 0.80f, 0.62f, 0.42f }, { 0.55f, 0.36f, 0.21f } };
  static const float towards[] = { 1.57f, 1.57f, 0, 0.785f };
  ArraDice dice = arra_dice (scene->seed, scene->index, TEXTURE_DICE_STROKES);
  float size = 1 / scene->stretch, way = towards[scene->labels[TEXTURE_DIRECTION]];
  guint count = (guint) (5200 * scene->stretch * scene->stretch);

  for (guint i = 0; i < count; i++)
    {
      float front = (float) i / (float) count, x = arra_dice_uniform (&dice, 0, 256),
            y = arra_dice_uniform (&dice, 0, 256);
      float u = scene->cosine * x - scene->sine * y, v = scene->sine * x + scene->cosine * y, lock;

      lock = texture_noise (scene, u * scene->stretch, v * scene->stretch, 44, 30, 2);
      TextureStroke hair = {
        .x = x,
        .y = y,
        .length = arra_dice_uniform (&dice, 20, 38) * size,
        .angle = way + 0.3f * lock + arra_dice_normal (&dice, 0, 0.09f, 2),
        .bend = 0.1f * lock + arra_dice_normal (&dice, 0, 0.08f, 2),
        .width = arra_dice_uniform (&dice, 1.8f, 3.2f) * size,
        .taper = 0.9f,
        .height = 4 * front + 3 * lock,
        .rise = 2,
        .opacity = 0.9f,
      };

      hair.from = texture_dye (scene, texture_scale (fur_root, 0.7f + 0.5f * front), 0.36f, 0.97f);
      hair.to = texture_dye (scene,
                             texture_scale (texture_mix (tips[0], tips[1], arra_dice_uniform (&dice, 0, 1)),
                                            0.62f + 0.5f * front + 0.2f * lock),
                             0.36f, 0.97f);
      texture_stroke (scene, paint, &hair);
    }
}
