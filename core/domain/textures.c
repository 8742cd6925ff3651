/* textures.c - the domain `textures`: materials to lay behind or over a picture
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "textures.h"

#include "detmath.h"
#include "fail.h"
#include "mem.h"
#include "textures_private.h"

/* One of the @n lowest bits that are set in @bits */
static guint
pick_bit (ArraDice *dice, guint bits, guint n)
{
  guint set = 0, left;

  for (guint i = 0; i < n; i++)
    set += (bits >> i) & 1;
  left = arra_dice_below (dice, set);
  for (guint i = 0;; i++)
    if ((bits >> i) & 1 && left-- == 0)
      return i;
}

static guint
choose_age (ArraDice *dice, const TextureMaterial *material)
{
  float ages[] = { 0.34f, 0.33f, 0.33f, 0 };

  if (material->wear == NULL)
    return TEXTURE_PRISTINE;
  if (material->wear->moss > 0)
    ages[TEXTURE_MOSSY] = 0.33f;
  return arra_dice_weighted (dice, ages, G_N_ELEMENTS (ages));
}

static void
choose (guint64 seed, guint64 index, guint8 *labels)
{
  static const float scales[] = { 0.34f, 0.33f, 0.33f };
  ArraDice dice = arra_dice (seed, index, TEXTURE_DICE_LABELS);
  const TextureMaterial *material;
  guint colour;

  labels[TEXTURE_MATERIAL] = (guint8) arra_dice_below (&dice, texture_n_materials);
  material = texture_materials + labels[TEXTURE_MATERIAL];
  colour = pick_bit (&dice, material->colours, TEXTURE_COLOURS);
  labels[TEXTURE_COLOUR] = (guint8) (arra_dice_chance (&dice, 0.2f) ? TEXTURE_NATURAL : colour);
  labels[TEXTURE_SCALE] = (guint8) arra_dice_weighted (&dice, scales, G_N_ELEMENTS (scales));
  labels[TEXTURE_WEATHERING] = (guint8) choose_age (&dice, material);
  labels[TEXTURE_DIRECTION]
      = (guint8) (material->grain == NULL ? TEXTURE_UNDIRECTED : TEXTURE_HORIZONTAL + arra_dice_below (&dice, 3));
}

/* Turned so that u runs along the label's direction. A turn by 45 degrees leaves a plane that repeats across
 * the picture's edges when it repeats after the diagonal in u, and half of it further in u after half of it
 * in v. */
static void
place (TextureScene *scene, ArraDice *dice)
{
  static const float stretches[] = { 1, 2, 0.5f };
  static const float cosines[] = { 1, 1, 0, G_SQRT2 / 2 }, sines[] = { 0, 0, 1, G_SQRT2 / 2 };
  guint direction = scene->labels[TEXTURE_DIRECTION];
  gboolean turned = direction == TEXTURE_DIAGONAL;

  scene->cosine = cosines[direction];
  scene->sine = sines[direction];
  scene->stretch = stretches[scene->labels[TEXTURE_SCALE]] * arra_dice_uniform (dice, 0.9f, 1.1f);
  scene->sample = scene->stretch / scene->side;
  scene->wide = 256 * scene->stretch * (turned ? (float) G_SQRT2 : 1);
  scene->high = 256 * scene->stretch * (turned ? (float) G_SQRT2 / 2 : 1);
  scene->once_wide = 1 / scene->wide;
  scene->once_high = 1 / scene->high;
  scene->skew = turned ? 0.5f * scene->wide : 0;
  scene->spread = sqrtf (sqrtf (scene->stretch));
}

/* No two reds are the same; black, grey and white vary less in hue. */
static void
mix_dye (TextureScene *scene, ArraDice *dice)
{
  guint colour = scene->labels[TEXTURE_COLOUR];
  gboolean plain = colour == TEXTURE_WHITE || colour == TEXTURE_GREY || colour == TEXTURE_BLACK;
  TextureTint tint = texture_colour_tint (colour);
  float light = arra_dice_uniform (dice, 0.9f, 1.1f), shift = arra_dice_uniform (dice, -1, 1) * (plain ? 0.02f : 0.09f);

  scene->dye = (TextureTint) { tint.r * light, tint.g * light * (1 + shift), tint.b * light * (1 - shift) };
}

static void
scene_init (TextureScene *scene, gsize samples)
{
  ArraDice dice = arra_dice (scene->seed, scene->index, TEXTURE_DICE_SCENE);
  double sine, cosine;

  scene->side = (float) samples / 256;
  place (scene, &dice);
  arra_sincos (arra_dice_normal (&dice, -2.2f, 0.35f, 2), &sine, &cosine); /* from above, mostly from the left */
  scene->light[2] = arra_dice_uniform (&dice, 0.55f, 0.70f);
  scene->light[0] = (float) cosine * sqrtf (1 - scene->light[2] * scene->light[2]);
  scene->light[1] = (float) sine * sqrtf (1 - scene->light[2] * scene->light[2]);
  mix_dye (scene, &dice);
  for (guint i = 0; i < TEXTURE_KNOBS; i++)
    scene->knobs[i] = arra_dice_uniform (&dice, 0, 1);
}

static void
draw_point (const TextureScene *scene, const TextureMaterial *material, float x, float y, float *pixel, float *sheen)
{
  TexturePoint point = { .dye = 1 };
  float across = x * scene->stretch, down = y * scene->stretch;
  float u = scene->cosine * across - scene->sine * down + scene->knobs[6] * scene->wide;
  float v = scene->sine * across + scene->cosine * down + scene->knobs[7] * scene->high;

  texture_fold (scene, &u, &v);
  material->point (scene, u, v, &point);
  point.tint = texture_dye (scene, point.tint, material->mean, material->take * point.dye);
  pixel[0] = point.tint.r;
  pixel[1] = point.tint.g;
  pixel[2] = point.tint.b;
  pixel[3] = point.height;
  sheen[0] = point.gloss;
  sheen[1] = point.glow;
  sheen[2] = point.metal;
}

/* Means of squares of @n x @n samples */
static void
to_raster (const ArraCanvas *paint, gsize n, ArraRaster *raster)
{
  for (gsize y = 0; y < raster->height; y++)
    for (gsize x = 0; x < raster->width * 3; x++)
      {
        float sum = 0;

        for (gsize j = 0; j < n; j++)
          for (gsize i = 0; i < n; i++)
            sum += CLAMP (arra_canvas_at (paint, x / 3 * n + i, y * n + j)[x % 3], 0, 1);
        raster->pixels[y * raster->width * 3 + x] = (guint8) (sum * 255 / (float) (n * n) + 0.5f);
      }
}

static gboolean
draw_scene (const TextureScene *scene, gsize samples, ArraCanvas *paint, GError **error)
{
  const TextureMaterial *material = texture_materials + scene->labels[TEXTURE_MATERIAL];
  g_autocanvas ArraCanvas sheen = { 0 }, around = { 0 };

  if (!arra_canvas_init (paint, samples, samples, 4, error) || !arra_canvas_init (&sheen, samples, samples, 3, error))
    return FALSE;
  for (gsize y = 0; y < samples; y++)
    for (gsize x = 0; x < samples; x++)
      draw_point (scene, material, ((float) x + 0.5f) / scene->side, ((float) y + 0.5f) / scene->side,
                  arra_canvas_at (paint, x, y), arra_canvas_at (&sheen, x, y));
  if (material->strokes != NULL)
    material->strokes (scene, paint);
  if (!texture_surroundings (scene, paint, &around, error))
    return FALSE;
  if (scene->labels[TEXTURE_WEATHERING] != TEXTURE_PRISTINE && !texture_wear (scene, material, &around, paint, error))
    return FALSE;
  return texture_light (scene, material, &around, paint, &sheen, error);
}

/* Labels that belong together: the colours, ages and directions that the material has */
static gboolean
check_labels (const guint8 *labels, const ArraRaster *raster, GError **error)
{
  const TextureMaterial *material;

  if (!arra_domain_check (&arra_domain_textures, labels, raster, error))
    return FALSE;
  material = texture_materials + labels[TEXTURE_MATERIAL];
  if (!((material->colours >> labels[TEXTURE_COLOUR]) & 1))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "textures: %s is not drawn in that colour", material->name);
  if (labels[TEXTURE_WEATHERING] != TEXTURE_PRISTINE && material->wear == NULL)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "textures: %s does not weather", material->name);
  if (labels[TEXTURE_WEATHERING] == TEXTURE_MOSSY && material->wear->moss <= 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "textures: no moss grows on %s", material->name);
  if ((labels[TEXTURE_DIRECTION] == TEXTURE_UNDIRECTED) != (material->grain == NULL))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "textures: %s is drawn %s", material->name,
                      material->grain == NULL ? "without a direction"
                                              : "in a direction: horizontal, vertical or diagonal");
  return TRUE;
}

#define FEWEST_SAMPLES 512 /* small pictures are drawn twice as large and shrunk, so that their edges are smooth */

static gboolean
draw (guint64 seed, guint64 index, const guint8 *labels, ArraRaster *raster, GError **error)
{
  TextureScene scene = { .labels = labels, .seed = seed, .index = index };
  g_automem ArraLattice *lattice = NULL;
  g_autocanvas ArraCanvas paint = { 0 };
  gsize fold = raster->width < FEWEST_SAMPLES ? 2 : 1;

  if (!check_labels (labels, raster, error) || (lattice = arra_mem_new (1, sizeof *lattice, "noise", error)) == NULL)
    return FALSE;
  arra_lattice_init (lattice, seed, index, TEXTURE_DICE_LATTICE);
  scene.lattice = lattice;
  scene_init (&scene, fold * raster->width);
  if (!draw_scene (&scene, fold * raster->width, &paint, error))
    return FALSE;
  to_raster (&paint, fold, raster);
  return TRUE;
}

static const char *const colours[]
    = { "natural", "red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "grey", "black", "brown" };
static const char *const scales[] = { "medium", "fine", "coarse" };
static const char *const ages[] = { "pristine", "weathered", "heavily worn", "mossy" };
static const char *const directions[] = { "none", "horizontal", "vertical", "diagonal" };
static const char *const names[] = {
  "oak wood",       "pine planks",   "tree bark",       "marble",      "granite", "cobblestones", "sand",
  "brick wall",     "ceramic tiles", "steel plates",    "rusty metal", "leather", "woven fabric", "knitted wool",
  "crumpled paper", "clouds",        "water",           "grass",       "lava",    "oak planks",   "wicker",
  "stone wall",     "gravel",        "cracked earth",   "moss",        "snow",    "concrete",     "plaster",
  "roof tiles",     "brushed steel", "hammered copper", "denim",       "ice",     "fur",          "night sky",
};

static const ArraDomainAttribute attributes[TEXTURE_ATTRIBUTES] = {
  [TEXTURE_MATERIAL] = { "material", G_N_ELEMENTS (names), names },
  [TEXTURE_COLOUR] = { "colour", G_N_ELEMENTS (colours), colours },
  [TEXTURE_SCALE] = { "scale", G_N_ELEMENTS (scales), scales },
  [TEXTURE_WEATHERING] = { "weathering", G_N_ELEMENTS (ages), ages },
  [TEXTURE_DIRECTION] = { "direction", G_N_ELEMENTS (directions), directions },
};

const ArraDomain arra_domain_textures = {
  .name = "textures",
  .summary = "materials: wood, stone, cloth, walls, water and more, by colour, scale, weathering and direction",
  .n_attributes = G_N_ELEMENTS (attributes),
  .attributes = attributes,
  .choose = choose,
  .caption = texture_caption,
  .draw = draw,
};
