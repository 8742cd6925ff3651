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

static void
choose (guint64 seed, guint64 index, guint8 *labels)
{
  static const float scales[] = { 0.34f, 0.33f, 0.33f }, ages[] = { 0.34f, 0.33f, 0.33f };
  ArraDice dice = arra_dice (seed, index, TEXTURE_DICE_LABELS);
  const TextureMaterial *material;
  guint colour;

  labels[TEXTURE_MATERIAL] = (guint8) arra_dice_below (&dice, texture_n_materials);
  material = texture_materials + labels[TEXTURE_MATERIAL];
  colour = pick_bit (&dice, material->colours, TEXTURE_COLOURS);
  labels[TEXTURE_COLOUR] = (guint8) (arra_dice_chance (&dice, 0.2f) ? TEXTURE_NATURAL : colour);
  labels[TEXTURE_SCALE] = (guint8) arra_dice_weighted (&dice, scales, G_N_ELEMENTS (scales));
  labels[TEXTURE_WEATHERING]
      = (guint8) (material->wear == NULL ? TEXTURE_PRISTINE
                                         : arra_dice_weighted (&dice, ages, G_N_ELEMENTS (ages)));
  labels[TEXTURE_DIRECTION]
      = (guint8) (material->grain == NULL ? TEXTURE_UNDIRECTED
                                          : TEXTURE_HORIZONTAL + arra_dice_below (&dice, 3));
}

/* Turned so that u runs along the label's direction, with a hand's inaccuracy */
static void
place (TextureScene *scene, ArraDice *dice)
{
  static const float angles[] = { 0, 0, G_PI / 2, G_PI / 4 }, stretches[] = { 1, 2.1f, 0.46f };
  double sine, cosine;

  arra_sincos (angles[scene->labels[TEXTURE_DIRECTION]] + arra_dice_normal (dice, 0, 0.03f, 2), &sine,
               &cosine);
  scene->cosine = (float) cosine;
  scene->sine = (float) sine;
  scene->stretch = stretches[scene->labels[TEXTURE_SCALE]] * arra_dice_uniform (dice, 0.94f, 1.06f);
}

/* No two reds are the same; black, grey and white vary less in hue. */
static void
mix_dye (TextureScene *scene, ArraDice *dice)
{
  guint colour = scene->labels[TEXTURE_COLOUR];
  gboolean plain = colour == TEXTURE_WHITE || colour == TEXTURE_GREY || colour == TEXTURE_BLACK;
  TextureTint tint = texture_colour_tint (colour);
  float light = arra_dice_uniform (dice, 0.9f, 1.1f),
        shift = arra_dice_uniform (dice, -1, 1) * (plain ? 0.02f : 0.09f);

  scene->dye = (TextureTint){ tint.r * light, tint.g * light * (1 + shift), tint.b * light * (1 - shift) };
}

static void
scene_init (TextureScene *scene, gsize side)
{
  ArraDice dice = arra_dice (scene->seed, scene->index, TEXTURE_DICE_SCENE);
  double sine, cosine;

  scene->side = (float) side / 256;
  place (scene, &dice);
  scene->age = sqrtf (scene->stretch * sqrtf (scene->stretch)) / scene->side;
  arra_sincos (arra_dice_normal (&dice, -2.2f, 0.35f, 2), &sine,
               &cosine); /* from above, mostly from the left */
  scene->light[2] = arra_dice_uniform (&dice, 0.58f, 0.72f);
  scene->light[0] = (float) cosine * sqrtf (1 - scene->light[2] * scene->light[2]);
  scene->light[1] = (float) sine * sqrtf (1 - scene->light[2] * scene->light[2]);
  mix_dye (scene, &dice);
  for (guint i = 0; i < TEXTURE_KNOBS; i++)
    scene->knobs[i] = arra_dice_uniform (&dice, 0, 1);
}

static void
draw_point (
    const TextureScene *scene, const TextureMaterial *material, float x, float y, float *pixel, float *sheen)
{
  TexturePoint point = { .dye = 1 };
  float across = (x - 128) * scene->stretch, down = (y - 128) * scene->stretch;

  material->point (scene, scene->cosine * across - scene->sine * down,
                   scene->sine * across + scene->cosine * down, &point);
  point.tint = texture_dye (scene, point.tint, material->mean, material->take * point.dye);
  pixel[0] = point.tint.r;
  pixel[1] = point.tint.g;
  pixel[2] = point.tint.b;
  pixel[3] = point.height / scene->stretch;
  sheen[0] = point.gloss;
  sheen[1] = point.glow;
}

static gboolean
draw_scene (const TextureScene *scene, ArraRaster *raster, GError **error)
{
  const TextureMaterial *material = texture_materials + scene->labels[TEXTURE_MATERIAL];
  g_autocanvas ArraCanvas paint = { 0 }, sheen = { 0 }, picture = { 0 };

  if (!arra_canvas_init (&paint, raster->width, raster->height, 4, error)
      || !arra_canvas_init (&sheen, raster->width, raster->height, 2, error)
      || !arra_canvas_init (&picture, raster->width, raster->height, 3, error))
    return FALSE;
  for (gsize y = 0; y < raster->height; y++)
    for (gsize x = 0; x < raster->width; x++)
      draw_point (scene, material, ((float) x + 0.5f) / scene->side, ((float) y + 0.5f) / scene->side,
                  arra_canvas_at (&paint, x, y), arra_canvas_at (&sheen, x, y));
  if (material->strokes != NULL)
    material->strokes (scene, &paint);
  if (scene->labels[TEXTURE_WEATHERING] != TEXTURE_PRISTINE && !texture_wear (scene, material, &paint, error))
    return FALSE;
  if (!texture_light (scene, material, &paint, &sheen, error))
    return FALSE;
  for (gsize i = 0; i < raster->width * raster->height * 3; i++)
    picture.values[i] = paint.values[i / 3 * 4 + i % 3];
  arra_canvas_to_raster (&picture, 1, raster);
  return TRUE;
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
  if ((labels[TEXTURE_DIRECTION] == TEXTURE_UNDIRECTED) != (material->grain == NULL))
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "textures: %s is drawn %s", material->name,
                      material->grain == NULL ? "without a direction"
                                              : "in a direction: horizontal, vertical or diagonal");
  return TRUE;
}

static gboolean
draw (guint64 seed, guint64 index, const guint8 *labels, ArraRaster *raster, GError **error)
{
  TextureScene scene = { .labels = labels, .seed = seed, .index = index };
  g_automem ArraLattice *lattice = NULL;

  if (!check_labels (labels, raster, error)
      || (lattice = arra_mem_new (1, sizeof *lattice, "noise", error)) == NULL)
    return FALSE;
  arra_lattice_init (lattice, seed, index, TEXTURE_DICE_LATTICE);
  scene.lattice = lattice;
  scene_init (&scene, raster->width);
  return draw_scene (&scene, raster, error);
}

static const char *const colours[] = { "natural", "red",  "orange", "yellow", "green", "blue",
                                       "purple",  "pink", "white",  "grey",   "black", "brown" };
static const char *const scales[] = { "medium", "fine", "coarse" };
static const char *const ages[] = { "pristine", "weathered", "heavily worn" };
static const char *const directions[] = { "none", "horizontal", "vertical", "diagonal" };
static const char *const names[] = {
  "oak wood",       "pine planks",   "tree bark",    "marble",      "granite", "cobblestones", "sand",
  "brick wall",     "ceramic tiles", "steel plates", "rusty metal", "leather", "woven fabric", "knitted wool",
  "crumpled paper", "clouds",        "water",        "grass",       "lava",
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
  .summary
  = "materials: wood, stone, cloth, walls, water and more, by colour, scale, weathering and direction",
  .n_attributes = G_N_ELEMENTS (attributes),
  .attributes = attributes,
  .choose = choose,
  .caption = texture_caption,
  .draw = draw,
};
