/* textures_private.h - what the drawers of materials share
 *
 * A material says for each point of its plane what is there: colour, height, gloss. The plane is turned by the label of direction and stretched by the label
 * of scale, so that lengths are pixels of a picture of 256 x 256 at medium scale. Colours are display values of 0..1 (about sRGB); light multiplies them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <math.h>
#include <string.h>

#include "canvas.h"
#include "dice.h"
#include "domain.h"
#include "lattice.h"

/* The attributes, in their order */
enum
{
  TEXTURE_MATERIAL,
  TEXTURE_COLOUR,
  TEXTURE_SCALE,
  TEXTURE_WEATHERING,
  TEXTURE_DIRECTION,
  TEXTURE_ATTRIBUTES,
};

typedef enum
{
  TEXTURE_NATURAL,
  TEXTURE_RED,
  TEXTURE_ORANGE,
  TEXTURE_YELLOW,
  TEXTURE_GREEN,
  TEXTURE_BLUE,
  TEXTURE_PURPLE,
  TEXTURE_PINK,
  TEXTURE_WHITE,
  TEXTURE_GREY,
  TEXTURE_BLACK,
  TEXTURE_BROWN,
  TEXTURE_COLOURS,
} TextureColour;

enum
{
  TEXTURE_MEDIUM,
  TEXTURE_FINE,
  TEXTURE_COARSE,
};

enum
{
  TEXTURE_PRISTINE,
  TEXTURE_WEATHERED,
  TEXTURE_WORN,
};

enum
{
  TEXTURE_UNDIRECTED,
  TEXTURE_HORIZONTAL,
  TEXTURE_VERTICAL,
  TEXTURE_DIAGONAL,
};

/* The streams of dice: one for each thing */
enum
{
  TEXTURE_DICE_LABELS,
  TEXTURE_DICE_WORDS,
  TEXTURE_DICE_SCENE,
  TEXTURE_DICE_LATTICE,
  TEXTURE_DICE_BLADES,
  TEXTURE_DICE_SCRATCHES,
};

typedef struct
{
  float r, g, b;
} TextureTint;

#define TEXTURE_KNOBS 8

typedef struct
{
  const guint8 *labels;
  guint64 seed, index;
  const ArraLattice *lattice;
  float side;                 /* pixels of the raster for one of 256 */
  float cosine, sine, stretch; /* from the picture to the material's plane */
  float age;                  /* units in which age spreads, for a pixel of the raster */
  float light[3];             /* towards the light, of length 1 */
  TextureTint dye;            /* the label's colour, as this picture has it */
  float knobs[TEXTURE_KNOBS]; /* 0..1: what else differs from picture to picture */
} TextureScene;

typedef struct
{
  TextureTint tint;
  float height; /* towards the eye, in units of the plane */
  float gloss;  /* 0..1 */
  float glow;   /* 0..1: how little the light does */
  float dye;    /* 0..1: how much of a label's colour it takes */
} TexturePoint;

/* What age does to a material; 0: not at all, 1: as much as can be */
typedef struct
{
  float cracks, stains, chips, scratches, moss;
  float along;                     /* cracks are longer along the grain by this; 0 and 1: no way is preferred */
  TextureTint stain, chip, scratch, crack; /* dirt that lies on it; what shows where a piece is gone, where it is scratched or cracked */
} TextureWear;

typedef struct _TextureMaterial TextureMaterial;
struct _TextureMaterial
{
  const char *name;     /* the label's value */
  const char *words[4]; /* what captions call it, NULL at the end; "+": takes an article */
  const char *own_colour; /* (nullable): a word for its natural colour */
  const char *grain;    /* what has the direction: "grain"; NULL: none */
  guint colours;        /* bits of TextureColour that it comes in */
  float mean;           /* luminance of its middle tone: becomes the dye's colour */
  float take;           /* 0..1: how much of the dye it takes */
  float relief;         /* how steep its heights look */
  float cavity;         /* how dark hollows are */
  const TextureWear *wear; /* NULL: always pristine */
  void (*point) (const TextureScene *scene, float u, float v, TexturePoint *point);
  void (*strokes) (const TextureScene *scene, ArraCanvas *paint); /* (nullable): what is drawn over it */
};

/* paint: channels r, g, b, height (in pixels of 256) */
typedef struct
{
  TextureTint from, to; /* at root and tip */
  float x, y, length;   /* root, in pixels of 256 */
  float angle, bend;    /* radians from upwards; sideways shift of the tip's middle, in lengths */
  float width;          /* at the root, in pixels */
  float taper;          /* 0: as wide at the tip; 1: pointed */
  float height, rise;   /* at the root, more at the tip */
  float opacity;
} TextureStroke;

extern const TextureMaterial texture_materials[];
extern const guint texture_n_materials;

TextureTint texture_dye (const TextureScene *scene, TextureTint tint, float mean, float amount);
TextureTint texture_colour_tint (guint colour);
void texture_stroke (const TextureScene *scene, ArraCanvas *paint, const TextureStroke *stroke);
gboolean texture_wear (const TextureScene *scene, const TextureMaterial *material, ArraCanvas *paint, GError **error);
gboolean texture_light (const TextureScene *scene, const TextureMaterial *material, ArraCanvas *paint, const ArraCanvas *sheen, GError **error);
void texture_caption (guint64 seed, guint64 index, const guint8 *labels, char caption[ARRA_DOMAIN_CAPTION]);

void texture_oak (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_pine (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_bark (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_marble (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_granite (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_cobble (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_sand (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_brick (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_tiles (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_steel (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_rust (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_leather (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_weave (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_knit (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_paper (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_clouds (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_water (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_grass (const TextureScene *scene, float u, float v, TexturePoint *point);
void texture_grass_blades (const TextureScene *scene, ArraCanvas *paint);
void texture_lava (const TextureScene *scene, float u, float v, TexturePoint *point);

static inline TextureTint
texture_mix (TextureTint a, TextureTint b, float t)
{
  return (TextureTint){ arra_mix (a.r, b.r, t), arra_mix (a.g, b.g, t), arra_mix (a.b, b.b, t) };
}

static inline TextureTint
texture_scale (TextureTint a, float by)
{
  return (TextureTint){ a.r * by, a.g * by, a.b * by };
}

static inline float
texture_luminance (TextureTint a)
{
  return 0.3f * a.r + 0.59f * a.g + 0.11f * a.b;
}

/* Noise with bumps of @wide x @high; @field tells fields apart. */
static inline float
texture_noise (const TextureScene *scene, float u, float v, float wide, float high, float field)
{
  return arra_lattice_noise (scene->lattice, u / wide + 7.31f * field, v / high + 3.77f * field, 0);
}

static inline float
texture_fbm (const TextureScene *scene, float u, float v, float wide, float high, guint octaves, float field)
{
  return arra_lattice_fbm (scene->lattice, u / wide + 7.31f * field, v / high + 3.77f * field, 0, octaves, 0.5f);
}

static inline float
texture_fraction (float x)
{
  return x - floorf (x);
}

/* A number of 0..1 for a piece (plank, brick, thread) */
static inline float
texture_piece (const TextureScene *scene, float i, float j, guint nth)
{
  guint cell = ((guint) ((int) i * 13 + 640) + (guint) ((int) j * 61 + 3200)) % (ARRA_LATTICE_SIDE * ARRA_LATTICE_SIDE);

  return arra_lattice_shade (scene->lattice, cell, nth);
}
