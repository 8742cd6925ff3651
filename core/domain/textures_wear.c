/* textures_wear.c - what age does: stains, moss, chips, cracks and scratches
 *
 * Dirt and moss begin in hollows, chips and bare edges where the relief stands out.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

typedef struct
{
  ArraCanvas spread; /* of stains, chips, moss, cracks: where age has come; it changes slowly, so every
                        TEXTURE_STEP-th sample will do */
  ArraCanvas bend;   /* of cracks, in u and v */
} Ground;

static void
ground_clear (Ground *ground)
{
  arra_canvas_clear (&ground->spread);
  arra_canvas_clear (&ground->bend);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ground, ground_clear)

/* Where sample (@x, @y) lies in the plane; cracks, stains and moss keep away from the edges of nothing, so no
 * offset */
static void
plane_at (const TextureScene *scene, float x, float y, float *u, float *v)
{
  x *= scene->sample;
  y *= scene->sample;
  *u = scene->cosine * x - scene->sine * y;
  *v = scene->sine * x + scene->cosine * y;
  texture_fold (scene, u, v);
}

static gboolean
ground_init (const TextureScene *scene, gsize side, Ground *ground, GError **error)
{
  gsize n = side / TEXTURE_STEP;
  float size = scene->spread;

  if (!arra_canvas_init (&ground->spread, n, n, 4, error) || !arra_canvas_init (&ground->bend, n, n, 2, error))
    return FALSE;
  for (gsize j = 0; j < n; j++)
    for (gsize i = 0; i < n; i++)
      {
        float u, v, *spread = arra_canvas_at (&ground->spread, i, j), *bend = arra_canvas_at (&ground->bend, i, j);

        plane_at (scene, (float) (i * TEXTURE_STEP), (float) (j * TEXTURE_STEP), &u, &v);
        spread[0] = texture_fbm (scene, u, v, 85 * size, 85 * size, 4, 41);
        spread[1] = texture_fbm (scene, u, v, 56 * size, 56 * size, 4, 42);
        spread[2] = texture_fbm (scene, u, v, 70 * size, 70 * size, 4, 43);
        spread[3] = texture_noise (scene, u, v, 85 * size, 85 * size, 44);
        bend[0] = 9 * size * texture_fbm (scene, u, v, 34 * size, 34 * size, 3, 45);
        bend[1] = 9 * size * texture_fbm (scene, u, v, 34 * size, 34 * size, 3, 46);
      }
  return TRUE;
}

static gboolean
is_worn (const TextureScene *scene)
{
  return scene->labels[TEXTURE_WEATHERING] == TEXTURE_WORN;
}

/* Mixes @tint over the pixel. */
static void
lay (float *pixel, TextureTint tint, float opacity)
{
  float colour[3] = { tint.r, tint.g, tint.b };

  for (guint i = 0; i < 3; i++)
    pixel[i] = arra_mix (pixel[i], colour[i], opacity);
}

/* A sample under age */
typedef struct
{
  float u, v;
  float stands; /* -1: deep in a hollow, 1: stands out */
  float spread[4], bend[2];
  float *pixel;
} Sample;

/* Dirt: what is below stays visible as light and dark. */
static void
stain (const TextureScene *scene, const TextureMaterial *material, const Sample *at)
{
  const TextureWear *wear = material->wear;
  float low = (is_worn (scene) ? -0.22f : 0.02f) + 0.3f * (1 - wear->stains),
        cover = arra_smoothstep (low, low + 0.28f, at->spread[0] - 0.3f * at->stands);
  float light = texture_luminance ((TextureTint) { at->pixel[0], at->pixel[1], at->pixel[2] }) / material->mean;

  if (cover > 0)
    lay (at->pixel, texture_scale (wear->stain, 0.4f + 0.6f * MIN (light, 1.6f)),
         (is_worn (scene) ? 0.62f : 0.58f) * cover);
}

/* Cushions with a fine nap */
static void
grow_moss (const TextureScene *scene, const TextureWear *wear, const Sample *at)
{
  static const TextureTint dark = { 0.11f, 0.16f, 0.04f }, light = { 0.42f, 0.48f, 0.17f };
  float tufts = texture_fbm (scene, at->u, at->v, 9, 9, 3, 47);
  float low = 0.10f - 0.25f * wear->moss, grown = at->spread[2] - 0.42f * at->stands + 0.22f * tufts - low;
  float cover = arra_smoothstep (0, 0.14f, grown), cushion = arra_smoothstep (0, 0.5f, grown);

  if (cover <= 0)
    return;
  lay (at->pixel, texture_mix (dark, light, CLAMP (0.3f + 0.9f * tufts + 0.35f * cushion, 0, 1)), 0.96f * cover);
  at->pixel[3] += cover * (1.2f + 3.2f * cushion + 2.4f * tufts);
}

#define RAGGED 0.16f /* how far ragged edges move a border */
#define NOISE_MOST 1.1f

static void
chip (const TextureScene *scene, const TextureWear *wear, const Sample *at)
{
  float low = (is_worn (scene) ? 0.08f : 0.38f) + 0.3f * (1 - wear->chips);
  float reach = at->spread[1] + 0.14f * at->stands, ragged, gone, rim;

  if (reach + RAGGED * NOISE_MOST < low)
    return;
  ragged = texture_fbm (scene, at->u, at->v, 11, 11, 2, 48);
  gone = arra_smoothstep (low, low + 0.03f, reach + RAGGED * ragged);
  rim = arra_smoothstep (low - 0.05f, low, reach + RAGGED * ragged) * (1 - gone);
  lay (at->pixel, texture_scale (wear->chip, 1 + 0.3f * ragged), 0.92f * gone);
  lay (at->pixel, texture_scale (wear->chip, 0.45f), 0.35f * rim);
  at->pixel[3] = arra_mix (at->pixel[3], 0.55f * at->pixel[3] - 1.6f + 0.8f * ragged, gone);
}

/* Distance from the nearest crack in units of the plane: the edges of cells, or, along a grain, lenses
 * between its fibres */
static float
crack_distance (const TextureScene *scene, const TextureWear *wear, const Sample *at)
{
  float size = 88 * scene->spread;

  if (wear->along)
    {
      TexturePiece check = texture_piece (scene, at->u, at->v + 0.3f * at->bend[1], 150 * scene->spread,
                                          15 * scene->spread, TEXTURE_SCATTERED);
      float taper = 1 - 4 * check.x * check.x / (check.wide * check.wide),
            aside = 0.5f * check.high * (texture_shade (scene, check.id, 12) - 0.5f);

      return texture_shade (scene, check.id, 13) < 0.4f ? 99 : fabsf (check.y - aside) / MAX (taper, 0.01f);
    }
  return size * texture_cell (scene, at->u + at->bend[0], at->v + at->bend[1], size, size, 49, 1).border;
}

static void
crack (const TextureScene *scene, const TextureWear *wear, const Sample *at)
{
  float low = (is_worn (scene) ? -0.55f : -0.15f) + 0.5f * (1 - wear->cracks), open, width;

  if (at->spread[3] < low)
    return;
  width = scene->spread * (is_worn (scene) ? 2.1f : 1.1f) * arra_smoothstep (low, low + 0.3f, at->spread[3])
          + 0.5f * scene->sample;
  open = arra_smoothstep (width, 0.35f * width, crack_distance (scene, wear, at))
         * arra_smoothstep (low, low + 0.1f, at->spread[3]);
  lay (at->pixel, wear->crack, 0.88f * open);
  at->pixel[3] -= 3 * open;
}

/* Sun and rain */
static void
fade (const TextureScene *scene, const TextureWear *wear, float *pixel)
{
  float grey = 0.06f + 0.9f * texture_luminance ((TextureTint) { pixel[0], pixel[1], pixel[2] });

  lay (pixel, (TextureTint) { grey, grey, 0.98f * grey }, wear->fade * (is_worn (scene) ? 0.45f : 0.25f));
}

static void
wear_pixel (const TextureScene *scene, const TextureMaterial *material, const Sample *at)
{
  const TextureWear *wear = material->wear;

  if (scene->labels[TEXTURE_WEATHERING] == TEXTURE_MOSSY)
    {
      grow_moss (scene, wear, at);
      return;
    }
  fade (scene, wear, at->pixel);
  if (wear->stains > 0)
    stain (scene, material, at);
  if (wear->chips > 0)
    chip (scene, wear, at);
  if (wear->cracks > 0)
    crack (scene, wear, at);
}

/* Long bright grooves */
static void
scratch (const TextureScene *scene, const TextureWear *wear, ArraCanvas *paint)
{
  ArraDice dice = arra_dice (scene->seed, scene->index, TEXTURE_DICE_SCRATCHES);
  guint count = (guint) ((is_worn (scene) ? 40 : 14) * wear->scratches);

  for (guint i = 0; i < count; i++)
    {
      TextureStroke groove = {
        .from = wear->scratch,
        .to = wear->scratch,
        .x = arra_dice_uniform (&dice, 0, 256),
        .y = arra_dice_uniform (&dice, 0, 256),
        .length = arra_dice_uniform (&dice, 30, 150),
        .angle = arra_dice_uniform (&dice, -1.5f, 1.5f),
        .bend = arra_dice_normal (&dice, 0, 0.05f, 2),
        .width = arra_dice_uniform (&dice, 0.7f, 2.4f),
        .taper = 0.7f,
        .height = -1.5f,
        .opacity = arra_dice_uniform (&dice, 0.45f, 0.8f),
      };

      texture_stroke (scene, paint, &groove);
    }
}

gboolean
texture_wear (const TextureScene *scene,
              const TextureMaterial *material,
              const ArraCanvas *around,
              ArraCanvas *paint,
              GError **error)
{
  g_auto (Ground) ground = { 0 };

  if (!ground_init (scene, paint->width, &ground, error))
    return FALSE;
  for (gsize j = 0; j < paint->height; j++)
    for (gsize i = 0; i < paint->width; i++)
      {
        float x = (float) i / TEXTURE_STEP, y = (float) j / TEXTURE_STEP, near[2];
        Sample at = { .pixel = arra_canvas_at (paint, i, j) };

        plane_at (scene, (float) i, (float) j, &at.u, &at.v);
        arra_canvas_sample (around, x, y, ARRA_EDGE_WRAP, near);
        at.stands = CLAMP (0.3f * material->relief * (at.pixel[3] - near[1]), -1, 1);
        arra_canvas_sample (&ground.spread, x, y, ARRA_EDGE_WRAP, at.spread);
        arra_canvas_sample (&ground.bend, x, y, ARRA_EDGE_WRAP, at.bend);
        wear_pixel (scene, material, &at);
      }
  if (scene->labels[TEXTURE_WEATHERING] != TEXTURE_MOSSY)
    scratch (scene, material->wear, paint);
  return TRUE;
}
