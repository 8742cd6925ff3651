/* lattice.c - gradient noise, sums of octaves, cells
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "lattice.h"

#include <math.h>

#include "canvas.h"
#include "detmath.h"
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
      double sine, cosine;

      arra_sincos ((double) (bits >> 16) * (2 * G_PI / 65536), &sine, &cosine);
      lattice->points[i] = (ArraLatticePoint) { (float) cosine, (float) sine, (float) (bits & 0xffff) / 65536 };
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
  guint x0 = wrap (ix, period), x1 = wrap (ix + 1, period), y0 = wrap (iy, period), y1 = wrap (iy + 1, period);
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

/* Cell (@i, @j) of @torus, by its place in the one period that begins at (0, 0) */
static inline void
torus_fold (ArraTorus torus, int *i, int *j)
{
  for (; *j < 0; *j += (int) torus.high)
    *i += (int) torus.skew;
  for (; *j >= (int) torus.high; *j -= (int) torus.high)
    *i -= (int) torus.skew;
  while (*i < 0)
    *i += (int) torus.wide;
  while (*i >= (int) torus.wide)
    *i -= (int) torus.wide;
}

static inline guint
torus_point (int i, int j, guint field)
{
  return (((guint) j + 23 * field) & MASK) * ARRA_LATTICE_SIDE + (((guint) i + 37 * field) & MASK);
}

/* The points of @n cells beside each other from (@i, @j) on */
static inline void
torus_points (ArraTorus torus, int i, int j, guint field, guint n, guint *points)
{
  torus_fold (torus, &i, &j);
  for (guint k = 0; k < n; k++)
    {
      points[k] = torus_point (i, j, field);
      i = i + 1 == (int) torus.wide ? 0 : i + 1;
    }
}

static inline float
lean (const ArraLattice *lattice, guint point, float dx, float dy)
{
  return lattice->points[point].x * dx + lattice->points[point].y * dy;
}

float
arra_lattice_torus_noise (const ArraLattice *lattice, ArraTorus torus, float x, float y, guint field)
{
  int ix = whole (x), iy = whole (y);
  float dx = x - (float) ix, dy = y - (float) iy, u = fade (dx), v = fade (dy), top, bottom;
  guint above[2], below[2];

  torus_points (torus, ix, iy, field, 2, above);
  torus_points (torus, ix, iy + 1, field, 2, below);
  top = arra_mix (lean (lattice, above[0], dx, dy), lean (lattice, above[1], dx - 1, dy), u);
  bottom = arra_mix (lean (lattice, below[0], dx, dy - 1), lean (lattice, below[1], dx - 1, dy - 1), u);
  return NOISE_SCALE * arra_mix (top, bottom, v);
}

float
arra_lattice_torus_fbm (const ArraLattice *lattice,
                        ArraTorus torus,
                        float x,
                        float y,
                        guint field,
                        guint octaves,
                        float gain)
{
  float sum = 0, height = 1, total = 0;

  for (guint i = 0; i < octaves; i++)
    {
      sum += height * arra_lattice_torus_noise (lattice, torus, x, y, field + 5 * i);
      total += height * height;
      height *= gain;
      x *= 2;
      y *= 2;
      torus = (ArraTorus) { 2 * torus.wide, 2 * torus.high, 2 * torus.skew };
    }
  return sum / sqrtf (total);
}

#define AROUND 9 /* cells whose points may be the nearest */

/* The points around (@x, @y), and where it lies from each of them */
typedef struct
{
  guint at[AROUND];
  float dx[AROUND], dy[AROUND], square[AROUND];
} Neighbours;

static inline void
find_neighbours (const ArraLattice *lattice,
                 ArraTorus torus,
                 float x,
                 float y,
                 guint field,
                 float jitter,
                 Neighbours *found)
{
  int ix = whole (x), iy = whole (y);

  for (guint row = 0; row < 3; row++)
    torus_points (torus, ix - 1, iy + (int) row - 1, field, 3, found->at + 3 * row);
  for (guint k = 0; k < AROUND; k++)
    {
      const ArraLatticePoint *p = &lattice->points[found->at[k]];

      found->dx[k] = x - ((float) (ix + (int) (k % 3)) - 0.5f + 0.5f * jitter * p->x * p->shade);
      found->dy[k] = y - ((float) (iy + (int) (k / 3)) - 0.5f + 0.5f * jitter * p->y * p->shade);
      found->square[k] = found->dx[k] * found->dx[k] + found->dy[k] * found->dy[k];
    }
}

/* Distance from the nearest of the lines that have @best and another point at equal distances. That of point
 * k is (square[k] - square[best]) / (2 * sqrt(apart)); which one is the smallest can be told from the squares
 * of both, without roots. */
static inline float
border_distance (const Neighbours *found, guint best)
{
  float nearest = 9, apart_of_nearest = 1;

  for (guint k = 0; k < AROUND; k++)
    {
      float dx = found->dx[k] - found->dx[best], dy = found->dy[k] - found->dy[best], apart = dx * dx + dy * dy;
      float more = found->square[k] - found->square[best];
      gboolean nearer = k != best && more * more * apart_of_nearest < nearest * nearest * apart;

      nearest = nearer ? more : nearest;
      apart_of_nearest = nearer ? apart : apart_of_nearest;
    }
  return 0.5f * nearest / sqrtf (apart_of_nearest);
}

ArraTorusCell
arra_lattice_torus_cell (const ArraLattice *lattice, ArraTorus torus, float x, float y, guint field, float jitter)
{
  Neighbours found;
  float first = 99, second = 99;
  guint best = 0;

  find_neighbours (lattice, torus, x, y, field, jitter, &found);
  for (guint k = 0; k < AROUND; k++)
    {
      second = MIN (second, MAX (first, found.square[k]));
      best = found.square[k] < first ? k : best;
      first = MIN (first, found.square[k]);
    }
  return (ArraTorusCell) { sqrtf (first),  sqrtf (second), border_distance (&found, best),
                           found.dx[best], found.dy[best], found.at[best] };
}

float
arra_lattice_shade (const ArraLattice *lattice, guint cell, guint nth)
{
  return lattice->points[(cell + 29 * nth + 5) % (ARRA_LATTICE_SIDE * ARRA_LATTICE_SIDE)].shade;
}
