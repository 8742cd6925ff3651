/* lattice.c - gradient noise, sums of octaves, cells
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "lattice.h"

#include <math.h>

#include "noise.h"

#define MASK (ARRA_LATTICE_SIDE - 1)
#define NOISE_SCALE 1.5f /* gradient noise of length 1 stays within 0.71, and seldom passes 0.6 */

void
arra_lattice_init (ArraLattice *lattice, guint64 seed, guint64 index, guint32 stream)
{
  guint64 key = seed ^ (index >> 32) ^ G_GUINT64_CONSTANT (0x9E3779B97F4A7C15);

  for (guint i = 0; i < ARRA_LATTICE_SIDE * ARRA_LATTICE_SIDE; i++)
    {
      guint32 bits = arra_noise_bits (key, (guint32) index, stream, i);
      float angle = (float) (bits >> 16) * (float) (2 * G_PI / 65536);
      lattice->points[i] = (ArraLatticePoint){ cosf (angle), sinf (angle), (float) (bits & 0xffff) / 65536 };
    }
}

/* The lattice index of cell @i */
static inline guint
wrap (int i, guint period)
{
  int rest;

  if (period == 0 || period > ARRA_LATTICE_SIDE)
    return (guint) i & MASK;
  rest = i % (int) period;
  return (guint) (rest < 0 ? rest + (int) period : rest);
}

static inline float
fade (float t)
{
  return t * t * t * (t * (t * 6 - 15) + 10);
}

static inline int
whole (float x)
{
  int i = (int) x;
  return i - (x < (float) i);
}

static inline float
slope (const ArraLattice *lattice, guint x, guint y, float dx, float dy)
{
  const ArraLatticePoint *g = &lattice->points[y * ARRA_LATTICE_SIDE + x];
  return g->x * dx + g->y * dy;
}

float
arra_lattice_noise (const ArraLattice *lattice, float x, float y, guint period)
{
  int ix = whole (x), iy = whole (y);
  float dx = x - (float) ix, dy = y - (float) iy, u = fade (dx), v = fade (dy);
  guint x0 = wrap (ix, period), x1 = wrap (ix + 1, period), y0 = wrap (iy, period),
        y1 = wrap (iy + 1, period);
  float a = slope (lattice, x0, y0, dx, dy), b = slope (lattice, x1, y0, dx - 1, dy);
  float c = slope (lattice, x0, y1, dx, dy - 1), d = slope (lattice, x1, y1, dx - 1, dy - 1);
  float top = a + u * (b - a), bottom = c + u * (d - c);

  return NOISE_SCALE * (top + v * (bottom - top));
}

/* Octaves lie on other places of the lattice, by whole cells so that periods stay. */
#define OCTAVE_SHIFT 17.0f

float
arra_lattice_fbm (const ArraLattice *lattice, float x, float y, guint period, guint octaves, float gain)
{
  float sum = 0, height = 1, total = 0;

  for (guint i = 0; i < octaves; i++)
    {
      float shift = OCTAVE_SHIFT * (float) i;
      sum += height * arra_lattice_noise (lattice, x + shift, y + shift, period);
      total += height * height;
      height *= gain;
      x *= 2;
      y *= 2;
      period *= 2;
    }
  return sum / sqrtf (total);
}

float
arra_lattice_ridges (const ArraLattice *lattice, float x, float y, guint period, guint octaves, float gain)
{
  float sum = 0, height = 1, total = 0;

  for (guint i = 0; i < octaves; i++)
    {
      float shift = OCTAVE_SHIFT * (float) i;
      sum += height * (1 - fabsf (arra_lattice_noise (lattice, x + shift, y + shift, period)));
      total += height;
      height *= gain;
      x *= 2;
      y *= 2;
      period *= 2;
    }
  return sum / total;
}

ArraCell
arra_lattice_cell (const ArraLattice *lattice, float x, float y, guint period, float jitter)
{
  int ix = whole (x), iy = whole (y);
  ArraCell cell = { .nearest = 9, .second = 9 };

  for (int j = iy - 1; j <= iy + 1; j++)
    for (int i = ix - 1; i <= ix + 1; i++)
      {
        guint n = wrap (j, period) * ARRA_LATTICE_SIDE + wrap (i, period);
        const ArraLatticePoint *p = &lattice->points[n];
        float dx = x - ((float) i + 0.5f + 0.5f * jitter * p->x * p->shade);
        float dy = y - ((float) j + 0.5f + 0.5f * jitter * p->y * p->shade);
        float distance = dx * dx + dy * dy;

        gboolean nearer = distance < cell.nearest; /* as choices of values: jumps here are guessed wrong too often */

        cell.second = MIN (cell.second, MAX (cell.nearest, distance));
        cell.nearest = nearer ? distance : cell.nearest;
        cell.dx = nearer ? dx : cell.dx;
        cell.dy = nearer ? dy : cell.dy;
        cell.cell = nearer ? n : cell.cell;
      }
  cell.nearest = sqrtf (cell.nearest);
  cell.second = sqrtf (cell.second);
  return cell;
}

float
arra_lattice_shade (const ArraLattice *lattice, guint cell, guint nth)
{
  return lattice->points[(cell + 29 * nth + 5) % (ARRA_LATTICE_SIDE * ARRA_LATTICE_SIDE)].shade;
}
