/* textures_surface.c - dyes, layouts of pieces, strokes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

#include "detmath.h"

TextureTint
texture_colour_tint (guint colour)
{
  static const TextureTint tints[TEXTURE_COLOURS] = {
    [TEXTURE_NATURAL] = { 0.5f, 0.5f, 0.5f },   [TEXTURE_RED] = { 0.74f, 0.11f, 0.10f },
    [TEXTURE_ORANGE] = { 0.90f, 0.46f, 0.08f }, [TEXTURE_YELLOW] = { 0.90f, 0.78f, 0.16f },
    [TEXTURE_GREEN] = { 0.18f, 0.52f, 0.20f },  [TEXTURE_BLUE] = { 0.14f, 0.33f, 0.74f },
    [TEXTURE_PURPLE] = { 0.48f, 0.20f, 0.64f }, [TEXTURE_PINK] = { 0.93f, 0.52f, 0.66f },
    [TEXTURE_WHITE] = { 0.90f, 0.90f, 0.89f },  [TEXTURE_GREY] = { 0.50f, 0.51f, 0.52f },
    [TEXTURE_BLACK] = { 0.12f, 0.12f, 0.13f },  [TEXTURE_BROWN] = { 0.44f, 0.27f, 0.15f },
  };

  return tints[colour];
}

/* The label's colour as light as @tint is against @mean */
TextureTint
texture_dye (const TextureScene *scene, TextureTint tint, float mean, float amount)
{
  static const TextureTint white = { 1, 1, 1 };
  guint colour = scene->labels[TEXTURE_COLOUR];
  TextureTint target = scene->dye;
  float light = texture_luminance (tint) / mean;

  if (colour == TEXTURE_NATURAL || amount <= 0)
    return tint;
  target = light < 1 ? texture_scale (target, light) : texture_mix (target, white, MIN (0.6f, 0.45f * (light - 1)));
  return texture_mix (tint, target, amount);
}

void
texture_fold (const TextureScene *scene, float *u, float *v)
{
  float rows = arra_floor (*v * scene->once_high);

  *v -= rows * scene->high;
  *u -= rows * scene->skew;
  *u -= arra_floor (*u * scene->once_wide) * scene->wide;
}

/* By how many pieces a row is moved */
static float
bond_shift (const TextureScene *scene, int row, TextureBond bond)
{
  return bond == TEXTURE_STAGGERED   ? 0.5f * (float) (row & 1)
         : bond == TEXTURE_SCATTERED ? texture_shade (scene, (guint) row * ARRA_LATTICE_SIDE, 3)
                                     : 0;
}

TexturePiece
texture_piece (const TextureScene *scene, float u, float v, float wide, float high, TextureBond bond)
{
  ArraTorus torus = texture_torus (scene, wide, high, 1);
  TexturePiece piece = { 0 };

  if (bond == TEXTURE_STAGGERED)
    torus.high += torus.high & 1;
  if (bond == TEXTURE_WOVEN)
    torus = (ArraTorus) { MAX (4, (torus.wide + 2) / 4 * 4), MAX (4, (torus.high + 2) / 4 * 4), 0 };
  texture_fold (scene, &u, &v);
  piece.wide = scene->wide / (float) torus.wide;
  piece.high = scene->high / (float) torus.high;
  piece.row = MIN ((int) (v / piece.high), (int) torus.high - 1);
  u = u / piece.wide + bond_shift (scene, piece.row, bond);
  piece.column = (int) u;
  piece.x = (u - (float) piece.column - 0.5f) * piece.wide;
  piece.y = v - ((float) piece.row + 0.5f) * piece.high;
  if (piece.column >= (int) torus.wide)
    piece.column -= (int) torus.wide;
  piece.id = ((guint) piece.row * 59 + (guint) piece.column * 7 + 11) * 17 % (ARRA_LATTICE_SIDE * ARRA_LATTICE_SIDE);
  return piece;
}

static gsize
round_edge (gssize i, gsize n)
{
  while (i < 0)
    i += (gssize) n;
  while (i >= (gssize) n)
    i -= (gssize) n;
  return (gsize) i;
}

/* Mixes one sample of a stroke in; @cover 0..1 */
static void
stroke_pixel (ArraCanvas *paint, gssize x, gssize y, const TextureStroke *stroke, float t, float side, float cover)
{
  TextureTint tint = texture_scale (texture_mix (stroke->from, stroke->to, t), 1 - 0.25f * side * side);
  float colour[4] = { tint.r, tint.g, tint.b, stroke->height + stroke->rise * (t - 0.5f * side * side) };

  arra_canvas_blend (paint, round_edge (x, paint->width), round_edge (y, paint->height), colour,
                     cover * stroke->opacity);
}

/* Walks the steeper axis, one line of samples after another: a curve of changing width. */
void
texture_stroke (const TextureScene *scene, ArraCanvas *paint, const TextureStroke *stroke)
{
  double sine, cosine;
  float dx, dy, length = stroke->length * scene->side, reach;
  float x0 = stroke->x * scene->side, y0 = stroke->y * scene->side;
  gboolean steep;

  arra_sincos (stroke->angle, &sine, &cosine);
  dx = (float) sine;
  dy = (float) -cosine;
  steep = fabsf (dy) >= fabsf (dx);
  reach = length * (steep ? fabsf (dy) : fabsf (dx));
  for (float i = 0; i < reach; i++)
    {
      float t = i / reach, shift = stroke->bend * length * t * t;
      float x = x0 + dx * length * t - (steep ? shift * dy : 0), y = y0 + dy * length * t + (steep ? 0 : shift * dx);
      float half = 0.5f * stroke->width * scene->side * (1 - stroke->taper * t * t), middle = steep ? x : y;

      for (gssize k = (gssize) arra_floor (middle - half); k <= (gssize) ceilf (middle + half); k++)
        {
          float away = fabsf ((float) k - middle), cover = CLAMP (half - away + 0.5f, 0, 1);

          if (cover > 0)
            stroke_pixel (paint, steep ? k : (gssize) arra_floor (x), steep ? (gssize) arra_floor (y) : k, stroke, t,
                          MIN (1, away / MAX (half, 0.5f)), cover);
        }
    }
}
