/* lattice.h - noise that hangs together: gradient noise, sums of octaves, cells
 *
 * Plain noise repeats after ARRA_LATTICE_SIDE cells, which no picture reaches at its lowest octave; periodic noise
 * repeats after the period that is asked for, so that a picture can be tiled. Sources: K. Perlin, "Improving Noise",
 * SIGGRAPH 2002; S. Worley, "A Cellular Texture Basis Function", SIGGRAPH 1996.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_LATTICE_SIDE 64 /* a power of two */

typedef struct
{
  float x, y;  /* a gradient of length 1 */
  float shade; /* 0..1 */
} ArraLatticePoint;

typedef struct
{
  ArraLatticePoint points[ARRA_LATTICE_SIDE * ARRA_LATTICE_SIDE];
} ArraLattice;

/* Fills 48 KiB: make one for each stream of a picture, not for each pixel. */
void arra_lattice_init (ArraLattice *lattice, guint64 seed, guint64 index, guint32 stream);

/* Gradient noise at (@x, @y) in cells: about -1..1, mean 0, one bump a cell. @period: 0 for plain noise,
 * else 1..ARRA_LATTICE_SIDE or a multiple of that, in whole cells. |x|, |y| < 1e6. */
float arra_lattice_noise (const ArraLattice *lattice, float x, float y, guint period);

/* @octaves of noise, each of twice the frequency and @gain times the height of the one before; about -1..1. The period
 * doubles with each octave: take powers of two. */
float arra_lattice_fbm (const ArraLattice *lattice, float x, float y, guint period, guint octaves, float gain);

/* The same of 1 - |noise|: sharp crests; about 0..1. */
float arra_lattice_ridges (const ArraLattice *lattice, float x, float y, guint period, guint octaves, float gain);

typedef struct
{
  float nearest, second; /* distances, in cells */
  float dx, dy;          /* from the nearest point to here */
  guint cell;            /* the nearest point's number, < ARRA_LATTICE_SIDE squared: the same all over its cell */
} ArraCell;

/* The cell around one jittered point for each lattice cell. @jitter: 0 (a grid) to 1. */
ArraCell arra_lattice_cell (const ArraLattice *lattice, float x, float y, guint period, float jitter);

/* A plane that closes upon itself: after @wide cells in x it is the same again, after @high cells in y the same as
 * @skew cells further in x. A skew of half the width is what a plane turned by 45 degrees has when the picture repeats
 * across its edges. All but @skew > 0. */
typedef struct
{
  guint wide, high, skew;
} ArraTorus;

/* Gradient noise as above on @torus; @field tells fields on the same torus apart. At most a few periods away from (0,
 * 0): it walks back. */
float arra_lattice_torus_noise (const ArraLattice *lattice, ArraTorus torus, float x, float y, guint field);

/* @octaves of it, each on a torus of twice as many cells. */
float arra_lattice_torus_fbm (const ArraLattice *lattice,
                              ArraTorus torus,
                              float x,
                              float y,
                              guint field,
                              guint octaves,
                              float gain);

typedef struct
{
  float nearest, second; /* distances, in cells */
  float border;          /* from here to the nearest edge of the cell, in cells */
  float dx, dy;          /* from the nearest point to here */
  guint cell;            /* the nearest point's number, as above */
} ArraTorusCell;

/* The cell around one jittered point for each lattice cell of @torus. @jitter: 0 (a grid) to 1. */
ArraTorusCell
arra_lattice_torus_cell (const ArraLattice *lattice, ArraTorus torus, float x, float y, guint field, float jitter);

/* A number of 0..1 that belongs to a cell, another one for each @nth. */
float arra_lattice_shade (const ArraLattice *lattice, guint cell, guint nth);
