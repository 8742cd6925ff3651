/* textures_wear.c - what age does: stains, moss, chips, cracks and scratches, in pixels of the picture
 * whatever the material's scale SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures_private.h"

/* Where age has come, worked out for every STEP-th pixel: it changes slowly. */
#define STEP 4

typedef struct
{
  ArraCanvas spread; /* of stains, chips, moss, cracks */
  ArraCanvas bend;   /* of cracks, sideways and down */
} Ground;

static void
ground_clear (Ground *ground)
{
  arra_canvas_clear (&ground->spread);
  arra_canvas_clear (&ground->bend);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ground, ground_clear)

static gboolean
ground_init (const TextureScene *scene, gsize side, Ground *ground, GError **error)
{
  gsize n = side / STEP + 2;

  if (!arra_canvas_init (&ground->spread, n, n, 4, error)
      || !arra_canvas_init (&ground->bend, n, n, 2, error))
    return FALSE;
  for (gsize j = 0; j < n; j++)
    for (gsize i = 0; i < n; i++)
      {
        float x = (float) (i * STEP) * scene->age, y = (float) (j * STEP) * scene->age;
        float *spread = arra_canvas_at (&ground->spread, i, j), *bend = arra_canvas_at (&ground->bend, i, j);

        spread[0] = texture_fbm (scene, x, y, 75, 95, 3, 21);
        spread[1] = texture_fbm (scene, x, y, 52, 52, 3, 24);
        spread[2] = texture_fbm (scene, x, y, 60, 60, 3, 22);
        spread[3] = texture_noise (scene, x, y, 80, 80, 28);
        bend[0] = 14 * texture_fbm (scene, x, y, 34, 34, 2, 26);
        bend[1] = 14 * texture_fbm (scene, x, y, 34, 34, 2, 27);
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

/* Dirt: what is below stays visible as light and dark. */
static void
stain (const TextureScene *scene, const TextureMaterial *material, float spread, float *pixel)
{
  const TextureWear *wear = material->wear;
  float low = (is_worn (scene) ? -0.22f : 0.06f) + 0.3f * (1 - wear->stains),
        cover = arra_smoothstep (low, low + 0.28f, spread);
  float light = texture_luminance ((TextureTint){ pixel[0], pixel[1], pixel[2] }) / material->mean;

  if (cover > 0)
    lay (pixel, texture_scale (wear->stain, 0.4f + 0.6f * MIN (light, 1.6f)),
         (is_worn (scene) ? 0.68f : 0.62f) * cover);
}

#define TUFTS 0.1f /* how far tufts and ragged edges move a border */
#define RAGGED 0.12f
#define NOISE_MOST 1.1f

static void
grow_moss (const TextureScene *scene, const TextureWear *wear, float x, float y, float spread, float *pixel)
{
  static const TextureTint dark = { 0.15f, 0.21f, 0.07f }, light = { 0.43f, 0.48f, 0.18f };
  float low = (is_worn (scene) ? 0.02f : 0.24f) + 0.3f * (1 - wear->moss), tufts, cover;

  if (spread + TUFTS * NOISE_MOST < low)
    return;
  tufts = texture_noise (scene, x, y, 8, 8, 23);
  cover = arra_smoothstep (low, low + 0.07f, spread + TUFTS * tufts);
  lay (pixel, texture_mix (dark, light, CLAMP (0.45f + 0.8f * tufts, 0, 1)), cover);
  pixel[3] += cover * (2 + 1.6f * tufts);
}

static void
chip (const TextureScene *scene, const TextureWear *wear, float x, float y, float spread, float *pixel)
{
  float low = (is_worn (scene) ? 0.08f : 0.3f) + 0.3f * (1 - wear->chips), ragged, gone;

  if (spread + RAGGED * NOISE_MOST < low)
    return;
  ragged = texture_noise (scene, x, y, 12, 12, 25);
  gone = arra_smoothstep (low, low + 0.035f, spread + RAGGED * ragged);
  lay (pixel, texture_scale (wear->chip, 1 + 0.35f * ragged), 0.93f * gone);
  pixel[3] = arra_mix (pixel[3], pixel[3] * 0.4f - 2, gone);
}

/* 0..1: how near (@x, @y) is to an edge of cells that are longer along the grain */
static float
crack_line (const TextureScene *scene, const TextureWear *wear, float x, float y, float width)
{
  float along = MAX (wear->along, 1);
  float u = scene->cosine * x - scene->sine * y, v = scene->sine * x + scene->cosine * y;
  ArraCell cell
      = arra_lattice_cell (scene->lattice, u / (88 * along) + 3.3f, v * sqrtf (along) / 88 + 8.1f, 0, 1);

  /* The difference of the squares is about twice the distance from the edge, also in corners. */
  return arra_smoothstep (width, 0.45f * width, cell.second * cell.second - cell.nearest * cell.nearest);
}

static void
crack (const TextureScene *scene,
       const Ground *ground,
       const TextureWear *wear,
       float x,
       float y,
       float where,
       float *pixel)
{
  float low = (is_worn (scene) ? -0.5f : -0.1f) + 0.5f * (1 - wear->cracks), open, bend[2];

  if (where < low)
    return;
  arra_canvas_sample (&ground->bend, x / (scene->age * STEP), y / (scene->age * STEP), ARRA_EDGE_CLAMP, bend);
  open = crack_line (scene, wear, x + bend[0], y + bend[1],
                     scene->age * scene->side * (is_worn (scene) ? 0.1f : 0.08f))
         * arra_smoothstep (low, low + 0.15f, where);
  lay (pixel, wear->crack, 0.85f * open);
  pixel[3] -= 3 * open;
}

static void
wear_pixel (const TextureScene *scene,
            const TextureMaterial *material,
            const Ground *ground,
            gsize i,
            gsize j,
            float *pixel)
{
  const TextureWear *wear = material->wear;
  float x = (float) i * scene->age, y = (float) j * scene->age, spread[4];

  arra_canvas_sample (&ground->spread, (float) i / STEP, (float) j / STEP, ARRA_EDGE_CLAMP, spread);
  if (wear->chips > 0)
    chip (scene, wear, x, y, spread[1], pixel);
  if (wear->stains > 0)
    stain (scene, material, spread[0], pixel);
  if (wear->cracks > 0)
    crack (scene, ground, wear, x, y, spread[3], pixel);
  if (wear->moss > 0)
    grow_moss (scene, wear, x, y, spread[2], pixel);
}

/* Long bright grooves */
static void
scratch (const TextureScene *scene, const TextureWear *wear, ArraCanvas *paint)
{
  ArraDice dice = arra_dice (scene->seed, scene->index, TEXTURE_DICE_SCRATCHES);
  guint count = (guint) ((is_worn (scene) ? 24 : 8) * wear->scratches);

  for (guint i = 0; i < count; i++)
    {
      TextureStroke groove = {
        .from = wear->scratch,
        .to = wear->scratch,
        .x = arra_dice_uniform (&dice, 0, 256),
        .y = arra_dice_uniform (&dice, 0, 300),
        .length = arra_dice_uniform (&dice, 50, 150),
        .angle = arra_dice_uniform (&dice, -1.5f, 1.5f),
        .bend = arra_dice_normal (&dice, 0, 0.05f, 2),
        .width = arra_dice_uniform (&dice, 2.2f, 4),
        .taper = 0.7f,
        .height = -1.5f,
        .opacity = 0.75f,
      };

      texture_stroke (scene, paint, &groove);
    }
}

gboolean
texture_wear (const TextureScene *scene, const TextureMaterial *material, ArraCanvas *paint, GError **error)
{
  g_auto (Ground) ground = { 0 };

  if (!ground_init (scene, paint->width, &ground, error))
    return FALSE;
  for (gsize j = 0; j < paint->height; j++)
    for (gsize i = 0; i < paint->width; i++)
      wear_pixel (scene, material, &ground, i, j, arra_canvas_at (paint, i, j));
  scratch (scene, material->wear, paint);
  return TRUE;
}
