/* smooth.c - what is missing in a picture becomes a smooth passage between what is there: push-pull over a
 * pyramid
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "smooth.h"

#include <string.h>

#include "mem.h"

#define MAX_LEVELS 32

typedef struct
{
  guint width, height;
  float *planes; /* [n_planes][height][width] */
  float *known;  /* [height][width] */
} Level;

typedef struct
{
  guint n_planes, n_levels;
  Level levels[MAX_LEVELS]; /* the first one is the caller's */
  float *memory;
} Pyramid;

static gsize
area (const Level *level)
{
  return (gsize) level->width * level->height;
}

/* Sizes of all levels; returns the floats that those above the first take. */
static gsize
lay_out (Pyramid *pyramid, guint n_planes, guint width, guint height)
{
  gsize n = 0;

  *pyramid = (Pyramid) { .n_planes = n_planes, .n_levels = 1, .levels[0] = { .width = width, .height = height } };
  while (MAX (width, height) > 1)
    {
      Level *level = &pyramid->levels[pyramid->n_levels++];

      level->width = width = (width + 1) / 2;
      level->height = height = (height + 1) / 2;
      n += area (level) * (n_planes + 1);
    }
  return n;
}

guint64
arra_smooth_bytes (guint n_planes, guint width, guint height)
{
  Pyramid pyramid;

  return lay_out (&pyramid, n_planes, width, height) * sizeof (float);
}

static void
give_memory (Pyramid *pyramid)
{
  float *next = pyramid->memory;

  for (guint i = 1; i < pyramid->n_levels; i++)
    {
      Level *level = &pyramid->levels[i];

      level->planes = next;
      level->known = next + area (level) * pyramid->n_planes;
      next = level->known + area (level);
    }
}

/* One pixel of the coarser level: the mean of up to four, each as much as it is known. */
static void
gather (const Level *fine, Level *coarse, guint n_planes, guint x, guint y)
{
  const gsize at = (gsize) y * coarse->width + x;
  float sum = 0;

  for (guint plane = 0; plane < n_planes; plane++)
    coarse->planes[plane * area (coarse) + at] = 0;
  for (guint i = 0; i < 4; i++)
    {
      const guint fx = 2 * x + i % 2, fy = 2 * y + i / 2;
      const gsize from = (gsize) fy * fine->width + fx;

      if (fx >= fine->width || fy >= fine->height || fine->known[from] == 0)
        continue;
      sum += fine->known[from];
      for (guint plane = 0; plane < n_planes; plane++)
        coarse->planes[plane * area (coarse) + at] += fine->known[from] * fine->planes[plane * area (fine) + from];
    }
  for (guint plane = 0; sum > 0 && plane < n_planes; plane++)
    coarse->planes[plane * area (coarse) + at] /= sum;
  coarse->known[at] = MIN (sum, 1);
}

/* A value of the coarser level between its pixels, where a fine one lies. */
static float
between (const Level *coarse, const float *plane, guint x, guint y)
{
  const guint x0 = x / 2, y0 = y / 2;
  const guint x1 = x % 2 != 0 ? MIN (x0 + 1, coarse->width - 1) : x0 > 0 ? x0 - 1 : 0;
  const guint y1 = y % 2 != 0 ? MIN (y0 + 1, coarse->height - 1) : y0 > 0 ? y0 - 1 : 0;
  const float *row0 = plane + (gsize) y0 * coarse->width, *row1 = plane + (gsize) y1 * coarse->width;

  return 0.5625f * row0[x0] + 0.1875f * (row0[x1] + row1[x0]) + 0.0625f * row1[x1];
}

static void
spread (const Level *coarse, Level *fine, guint n_planes)
{
  for (guint y = 0; y < fine->height; y++)
    for (guint x = 0; x < fine->width; x++)
      {
        const gsize at = (gsize) y * fine->width + x;
        const float known = fine->known[at];

        for (guint plane = 0; known < 1 && plane < n_planes; plane++)
          {
            float *value = &fine->planes[plane * area (fine) + at];

            *value = known * (known > 0 ? *value : 0)
                     + (1 - known) * between (coarse, coarse->planes + plane * area (coarse), x, y);
          }
      }
}

gboolean
arra_smooth_fill (float *planes, const float *known, guint n_planes, guint width, guint height, GError **error)
{
  Pyramid pyramid;
  const gsize n = lay_out (&pyramid, n_planes, width, height);

  pyramid.memory = arra_mem_new (MAX (n, 1), sizeof (float), "a picture", error);
  if (pyramid.memory == NULL)
    return FALSE;
  pyramid.levels[0].planes = planes;
  pyramid.levels[0].known = (float *) known; /* read alone */
  give_memory (&pyramid);
  for (guint i = 1; i < pyramid.n_levels; i++)
    for (guint y = 0; y < pyramid.levels[i].height; y++)
      for (guint x = 0; x < pyramid.levels[i].width; x++)
        gather (&pyramid.levels[i - 1], &pyramid.levels[i], n_planes, x, y);
  for (guint i = pyramid.n_levels - 1; i-- > 0;)
    spread (&pyramid.levels[i + 1], &pyramid.levels[i], n_planes);
  arra_mem_free (pyramid.memory);
  return TRUE;
}
