/* textures_private.h - what the drawers of materials share
 *
 * A material says for each point of its plane what is there: colour, height, gloss. The plane is turned by the label of
 * direction and stretched by the label of scale; lengths in it are pixels of a picture of 256 x 256 at medium scale. It
 * closes upon itself at the picture's edges, so that every picture can be tiled: noise, cells and pieces (planks,
 * bricks, stitches) are asked for by their size and come in whole numbers. Colours are display values of 0..1 (about
 * sRGB); light multiplies them. Only arithmetic that gives the same bits everywhere: no libm but sqrtf.
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
  TEXTURE_MOSSY,
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
  TEXTURE_DICE_STROKES,
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
  float side;                  /* samples for a 256th of the picture's side */
  float cosine, sine, stretch; /* from the picture to the material's plane */
  /* the plane's periods; @high further in v it is the same as @skew further in u: 0 or half of @wide */
  float wide, high, skew;
  float once_wide, once_high; /* their inverses */
  float sample;               /* a sample's side in units of the plane: nothing is sharper */
  float spread;               /* units of the plane by which age spreads where the scale is medium */
  float light[3];             /* towards the light, of length 1 */
  TextureTint dye;            /* the label's colour, as this picture has it */
  float knobs[TEXTURE_KNOBS]; /* 0..1: what else differs from picture to picture */
} TextureScene;

typedef struct
{
  TextureTint tint;
  float height; /* towards the eye, in units of the plane */
  float gloss;  /* 0..1: a sharp highlight */
  float metal;  /* 0..1: mirrors light and dark of its surroundings */
  float glow;   /* 0..1: how little the light does */
  float dye;    /* 0..1: how much of a label's colour it takes */
} TexturePoint;

/* What age does to a material; 0: not at all, 1: as much as can be */
typedef struct
{
  float cracks, stains, chips, scratches, moss;
  float fade;     /* how grey it becomes */
  gboolean along; /* cracks follow the grain */
  /* dirt that lies on it; what shows where a piece is gone, where it is scratched or cracked */
  TextureTint stain, chip, scratch, crack;
} TextureWear;

typedef struct _TextureMaterial TextureMaterial;
struct _TextureMaterial
{
  const char *name;        /* the label's value */
  const char *words[8];    /* what captions call it, NULL at the end; "+": takes an article */
  const char *own_colour;  /* (nullable): a word for its natural colour */
  const char *grain;       /* what has the direction: "grain"; NULL: none */
  const char *laid;        /* (nullable): how it came by the direction: "brushed" */
  guint usual;             /* the direction that may be left unsaid */
  guint colours;           /* bits of TextureColour that it comes in */
  float mean;              /* luminance of its middle tone: becomes the dye's colour */
  float take;              /* 0..1: how much of the dye it takes */
  float relief;            /* how steep its heights look */
  float cavity;            /* how dark hollows are, for each unit of depth */
  float shadow;            /* 0..1: how dark the shadows are that heights cast */
  const TextureWear *wear; /* NULL: always pristine */
  void (*point) (const TextureScene *scene, float u, float v, TexturePoint *point);
  void (*strokes) (const TextureScene *scene, ArraCanvas *paint); /* (nullable): what is drawn over it */
};

extern const TextureWear texture_wood_wear, texture_wicker_wear, texture_bark_wear, texture_stone_wear,
    texture_marble_wear, texture_outdoor_wear, texture_brick_wear, texture_concrete_wear, texture_plaster_wear,
    texture_tile_wear, texture_steel_wear, texture_copper_wear, texture_leather_wear, texture_cloth_wear,
    texture_denim_wear, texture_paper_wear, texture_grass_wear, texture_moss_wear;

/* paint: channels r, g, b, height (in units of the plane) */
typedef struct
{
  TextureTint from, to; /* at root and tip */
  float x, y, length;   /* root, in 256ths of the picture's side; beyond an edge it comes in at the other one */
  float angle, bend;    /* radians from upwards; sideways shift of the tip's middle, in lengths */
  float width;          /* at the root, in 256ths */
  float taper;          /* 0: as wide at the tip; 1: pointed */
  float height, rise;   /* at the root, more at the tip */
  float opacity;
} TextureStroke;

extern const TextureMaterial texture_materials[];
extern const guint texture_n_materials;

TextureTint texture_dye (const TextureScene *scene, TextureTint tint, float mean, float amount);
TextureTint texture_colour_tint (guint colour);
void texture_stroke (const TextureScene *scene, ArraCanvas *paint, const TextureStroke *stroke);

/* Heights of the surroundings, for every TEXTURE_STEP-th sample: near, and twice as far */
#define TEXTURE_STEP 4
gboolean texture_surroundings (const TextureScene *scene, const ArraCanvas *paint, ArraCanvas *around, GError **error);

gboolean texture_wear (const TextureScene *scene,
                       const TextureMaterial *material,
                       const ArraCanvas *around,
                       ArraCanvas *paint,
                       GError **error);
/* @sheen: channels gloss, glow, metal */
gboolean texture_light (const TextureScene *scene,
                        const TextureMaterial *material,
                        const ArraCanvas *around,
                        ArraCanvas *paint,
                        const ArraCanvas *sheen,
                        GError **error);
void texture_caption (guint64 seed, guint64 index, const guint8 *labels, char caption[ARRA_DOMAIN_CAPTION]);

/* A piece of a layout: plank, brick, tile, stitch */
typedef struct
{
  float x, y;       /* from its middle to here */
  float wide, high; /* its size */
  int row, column;
  guint id; /* for texture_shade() */
} TexturePiece;

typedef enum
{
  TEXTURE_STACKED,   /* joints in line */
  TEXTURE_STAGGERED, /* every other row moved by half a piece */
  TEXTURE_SCATTERED, /* every row moved by some length */
  TEXTURE_WOVEN,     /* joints in line, and both numbers of pieces are multiples of four */
} TextureBond;

/* The piece at (@u, @v) of rows that are about @high and pieces that are about @wide: as whole numbers of them fill the
 * plane */
TexturePiece texture_piece (const TextureScene *scene, float u, float v, float wide, float high, TextureBond bond);

/* (@u, @v) as it lies in the one period of the plane that begins at (0, 0) */
void texture_fold (const TextureScene *scene, float *u, float *v);

static inline TextureTint
texture_mix (TextureTint a, TextureTint b, float t)
{
  return (TextureTint) { arra_mix (a.r, b.r, t), arra_mix (a.g, b.g, t), arra_mix (a.b, b.b, t) };
}

static inline TextureTint
texture_scale (TextureTint a, float by)
{
  return (TextureTint) { a.r * by, a.g * by, a.b * by };
}

static inline float
texture_luminance (TextureTint a)
{
  return 0.3f * a.r + 0.59f * a.g + 0.11f * a.b;
}

/* Whole cells of about @wide x @high over the plane, at least @least of them either way */
static inline ArraTorus
texture_torus (const TextureScene *scene, float wide, float high, guint least)
{
  guint across = (guint) (scene->wide / wide + 0.5f), down = (guint) (scene->high / high + 0.5f);

  across = MAX (across, least);
  if (scene->skew > 0)
    across += across & 1;
  return (ArraTorus) { across, MAX (down, least), scene->skew > 0 ? across / 2 : 0 };
}

/* Noise with bumps of about @wide x @high; @field tells fields apart. */
static inline float
texture_noise (const TextureScene *scene, float u, float v, float wide, float high, guint field)
{
  ArraTorus torus = texture_torus (scene, wide, high, 2);

  return arra_lattice_torus_noise (scene->lattice, torus, u * ((float) torus.wide * scene->once_wide),
                                   v * ((float) torus.high * scene->once_high), field);
}

static inline float
texture_fbm (const TextureScene *scene, float u, float v, float wide, float high, guint octaves, guint field)
{
  ArraTorus torus = texture_torus (scene, wide, high, 2);

  return arra_lattice_torus_fbm (scene->lattice, torus, u * ((float) torus.wide * scene->once_wide),
                                 v * ((float) torus.high * scene->once_high), field, octaves, 0.5f);
}

static inline ArraTorusCell
texture_cell (const TextureScene *scene, float u, float v, float wide, float high, guint field, float jitter)
{
  ArraTorus torus = texture_torus (scene, wide, high, 2);

  return arra_lattice_torus_cell (scene->lattice, torus, u * ((float) torus.wide * scene->once_wide),
                                  v * ((float) torus.high * scene->once_high), field, jitter);
}

/* A number of 0..1 that belongs to a piece or a cell, another one for each @nth */
static inline float
texture_shade (const TextureScene *scene, guint id, guint nth)
{
  return arra_lattice_shade (scene->lattice, id, nth);
}

static inline float
texture_fraction (float x)
{
  return x - arra_floor (x);
}

/* A wave of -1..1 for each whole @turn: parabolas, a sine to the eye */
static inline float
texture_wave (float turns)
{
  float t = texture_fraction (turns);

  return t < 0.5f ? 16 * t * (0.5f - t) : -16 * (t - 0.5f) * (1 - t);
}

/* 1 where @distance (in units of the plane) is inside, 0 outside, as sharp as samples are */
static inline float
texture_inside (const TextureScene *scene, float distance)
{
  return CLAMP (0.5f + distance / (1.3f * scene->sample), 0, 1);
}

/* A dome of height 1 and radius 1 above the distance whose square is @square */
static inline float
texture_dome (float square)
{
  return square < 1 ? sqrtf (1 - square) : 0;
}

#define TEXTURE_POINT(name) void texture_##name (const TextureScene *scene, float u, float v, TexturePoint *point)
TEXTURE_POINT (oak);
TEXTURE_POINT (oak_planks);
TEXTURE_POINT (pine);
TEXTURE_POINT (bark);
TEXTURE_POINT (wicker);
TEXTURE_POINT (marble);
TEXTURE_POINT (granite);
TEXTURE_POINT (cobble);
TEXTURE_POINT (stone_wall);
TEXTURE_POINT (gravel);
TEXTURE_POINT (sand);
TEXTURE_POINT (earth);
TEXTURE_POINT (moss);
TEXTURE_POINT (snow);
TEXTURE_POINT (brick);
TEXTURE_POINT (tiles);
TEXTURE_POINT (concrete);
TEXTURE_POINT (plaster);
TEXTURE_POINT (shingles);
TEXTURE_POINT (steel);
TEXTURE_POINT (brushed);
TEXTURE_POINT (hammered);
TEXTURE_POINT (rust);
TEXTURE_POINT (leather);
TEXTURE_POINT (weave);
TEXTURE_POINT (knit);
TEXTURE_POINT (denim);
TEXTURE_POINT (paper);
TEXTURE_POINT (clouds);
TEXTURE_POINT (night);
TEXTURE_POINT (water);
TEXTURE_POINT (ice);
TEXTURE_POINT (grass);
TEXTURE_POINT (fur);
TEXTURE_POINT (lava);
void texture_grass_blades (const TextureScene *scene, ArraCanvas *paint);
void texture_fur_hairs (const TextureScene *scene, ArraCanvas *paint);
