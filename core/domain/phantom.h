/* phantom.h - inside of phantom-cxr and phantom-cxr-elsewhere: a chest in layers of path lengths, and the film that
 * sees their sum
 *
 * Lengths are in units of a 256th of the picture. Places are (x, y): x from the spine towards the patient's left, which
 * is the picture's right; y down from the picture's top. A side's own x grows outward. Thicknesses are in units of the
 * chest's own; what air displaces is taken away.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "canvas.h"
#include "dice.h"
#include "domain.h"
#include "lattice.h"

typedef enum
{
  PHANTOM_VIEW,
  PHANTOM_CARDIOMEGALY,
  PHANTOM_EFFUSION,
  PHANTOM_EFFUSION_SIDE,
  PHANTOM_PNEUMOTHORAX,
  PHANTOM_NODULE,
  PHANTOM_CONSOLIDATION,
  PHANTOM_PACEMAKER,
  PHANTOM_TUBE,
  PHANTOM_N_ATTRIBUTES,
} PhantomAttribute;

typedef enum
{
  PHANTOM_NO_SIDE,
  PHANTOM_LEFT,
  PHANTOM_RIGHT,
  PHANTOM_BILATERAL,
} PhantomSide;

/* Values of nodule and consolidation above "none" */
#define PHANTOM_N_ZONES 6
static inline PhantomSide
phantom_zone_side (guint zone)
{
  return zone == 0 ? PHANTOM_NO_SIDE : zone <= 3 ? PHANTOM_LEFT : PHANTOM_RIGHT;
}

/* 0 upper, 1 middle, 2 lower */
static inline guint
phantom_zone_level (guint zone)
{
  return (zone - 1) % 3;
}

/* +1 on the picture's right, the patient's left */
static inline float
phantom_sign (PhantomSide side)
{
  return side == PHANTOM_LEFT ? 1 : -1;
}

/* The streams of dice: one for each thing */
enum
{
  PHANTOM_DICE_LABELS,
  PHANTOM_DICE_WORDS,
  PHANTOM_DICE_PATIENT,
  PHANTOM_DICE_HEART,
  PHANTOM_DICE_BONES,
  PHANTOM_DICE_VESSELS,
  PHANTOM_DICE_FLUID,
  PHANTOM_DICE_PNEUMOTHORAX,
  PHANTOM_DICE_NODULE,
  PHANTOM_DICE_CONSOLIDATION,
  PHANTOM_DICE_PACEMAKER,
  PHANTOM_DICE_TUBE,
  PHANTOM_DICE_TISSUE,
  PHANTOM_DICE_GRAIN,
  PHANTOM_DICE_STANCE,
  PHANTOM_DICE_CASSETTE,
};

typedef struct
{
  float x, y;
} PhantomPoint;

/* A number between two */
typedef struct
{
  float low, high;
} PhantomRange;

static inline float
phantom_within (ArraDice *dice, PhantomRange range)
{
  return arra_dice_uniform (dice, range.low, range.high);
}

/* What the patients of a hospital have in common, and its films: ranges, or deviations from what is said. Of pairs, [0]
 * is for PA and [1] for AP. Whatever these are, labels mean the same. */
typedef struct
{
  float women; /* their share */
  PhantomRange girth, cage;
  PhantomRange flesh; /* from the cage to the skin */
  PhantomRange breast, lung, apex;
  float dome[2];
  float breath;                   /* deviation of the diaphragm's height */
  PhantomRange left_dome;         /* how much lower it is on the left */
  float flat;                     /* a diaphragm of less than 1 is flatter */
  float ratios[4];                /* of heart to cage, by the degree of cardiomegaly */
  PhantomRange ratio, heart_turn; /* added */
  float heart_aside;              /* deviation */
  PhantomRange pedicle, knob;
  PhantomRange rib_drop, rib_radius, rib_bone;
  PhantomRange clavicle, clavicle_rise; /* how far its inner end is below the lung's top, the outer one above that */
  float blade[2];                       /* x of the shoulder blades */
  float spine_bend;                     /* deviation */

  PhantomRange zoom;
  float turn[2], aside[2]; /* deviations */
  float oblique;           /* deviation: how much wider one side looks than the other */
  float exposure;          /* deviation */
  PhantomRange contrast, mottle, sharpness;
  float middle, latitude; /* the thickness of medium grey, and how far it is to others */
  float fog, white;       /* the darkest grey and the brightest */
  float grain;            /* deviation of its blur; 0: each pixel has its own */
  float scatter;          /* share of the rays */
  gboolean cassette;      /* borders, letters, plate, grid and heel */
} PhantomHospital;

extern const PhantomHospital phantom_hospital, phantom_hospital_elsewhere;

#define PHANTOM_ROWS 320 /* of tables by y, from -PHANTOM_ROW_0 */
#define PHANTOM_ROW_0 32

typedef struct
{
  const PhantomHospital *hospital;
  guint64 seed, index;
  const guint8 *labels;
  gboolean ap;

  /* from the chest to the picture */
  float zoom, cosine, sine, shift_x, shift_y;
  float wide[2]; /* zoom along x: [0] right, [1] left */

  /* the torso */
  float torso;  /* half width */
  float girth;  /* 0 thin .. 1 stout */
  float breast; /* thickness; 0: none */
  float breast_y;

  /* the cage and what is in it */
  float cage;                     /* half width at the base */
  float lung;                     /* depth of its air */
  float apex;                     /* y of the lungs' tops */
  float dome[2];                  /* y of the diaphragm's tops: [0] right, [1] left */
  float heart;                    /* width */
  float heart_x;                  /* to the left of the middle */
  float heart_y;                  /* of its middle */
  float heart_cosine, heart_sine; /* the turn of its long axis */
  float enlarged;                 /* 0 .. 1 */
  float pedicle;                  /* half width of the upper mediastinum */
  float knob;                     /* radius of the aortic knob */
  float trachea;                  /* x of its lower end */
  float bubble;                   /* size of the stomach's air */

  /* tables by y */
  float wall[PHANTOM_ROWS];  /* the cavity's outer border */
  float inner[PHANTOM_ROWS]; /* the inner border of the lungs' tops */
  float flank[PHANTOM_ROWS]; /* the torso's outer border */

  /* the film */
  float exposure, contrast, mottle, sharpness;
} PhantomPatient;

/* What lies in the ray of each pixel */
typedef struct
{
  gsize size;
  float scale;       /* pixels a unit */
  ArraCanvas tissue; /* torso, bones, metal; trachea and stomach take away */
  ArraCanvas air;    /* in the lungs */
  ArraCanvas vessels;
  ArraCanvas scratch;
} PhantomRay;

void phantom_patient_init (PhantomPatient *patient,
                           const PhantomHospital *hospital,
                           guint64 seed,
                           guint64 index,
                           const guint8 *labels);
PhantomPoint phantom_to_picture (const PhantomPatient *patient, const PhantomRay *ray, float x, float y);
PhantomPoint phantom_to_chest (const PhantomPatient *patient, const PhantomRay *ray, float x, float y);
float phantom_row (const float *table, float y);

/* phantom_thorax.c: thicknesses at a place */
float phantom_torso (const PhantomPatient *patient, float x, float y);
float phantom_cavity (const PhantomPatient *patient, float x, float y);
float phantom_solid (const PhantomPatient *patient, float x, float y); /* heart and great vessels */
float phantom_diaphragm (const PhantomPatient *patient, float x);      /* y of its edge */
/* How far outside of the lung's border this is when the lung has shrunk by @inset; negative: inside */
float phantom_border (const PhantomPatient *patient, float out, float y, float inset);

/* phantom_findings.c: at a place */
float phantom_fluid (const PhantomPatient *patient, float x, float y); /* share of the air that is fluid: 0..1 */
/* Adds to what is drawn. */
void phantom_draw_pneumothorax (const PhantomPatient *patient, PhantomRay *ray);
void phantom_draw_consolidation (const PhantomPatient *patient, PhantomRay *ray);
void phantom_draw_nodule (const PhantomPatient *patient, PhantomRay *ray);

void phantom_draw_bones (const PhantomPatient *patient, PhantomRay *ray);
void phantom_draw_vessels (const PhantomPatient *patient, PhantomRay *ray);
void phantom_draw_devices (const PhantomPatient *patient, PhantomRay *ray);
void phantom_draw_cassette (const PhantomPatient *patient, PhantomRay *ray);
gboolean phantom_film (const PhantomPatient *patient, PhantomRay *ray, ArraRaster *raster, GError **error);

/* phantom_stroke.c: a tapering line between places of the chest; where it lies, @canvas is raised to @thickness times
 * the profile */
typedef float (*PhantomProfile) (float distance, float radius); /* in pixels */
float phantom_tube (float distance, float radius);              /* round and full */
float phantom_shell (float distance, float radius);             /* with dense rims */
void phantom_stroke (const PhantomPatient *patient,
                     const PhantomRay *ray,
                     ArraCanvas *canvas,
                     PhantomPoint a,
                     float radius_a,
                     PhantomPoint b,
                     float radius_b,
                     PhantomProfile profile,
                     float thickness);
/* Adds what is on @scratch and empties it. */
void phantom_add_scratch (PhantomRay *ray, ArraCanvas *canvas);

extern const ArraDomain arra_domain_phantom_cxr, arra_domain_phantom_cxr_elsewhere;
void phantom_choose (guint64 seed, guint64 index, guint8 *labels);
void phantom_caption (guint64 seed, guint64 index, const guint8 *labels, char caption[ARRA_DOMAIN_CAPTION]);
