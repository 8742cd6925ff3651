/* tiles.h - a picture of any size decoded window by window, and blended where windows overlap
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "vqgan.h"

/* Where tiles lie along one axis, in codes. */
typedef struct
{
  guint extent, window, n;
  gboolean wrap; /* the end of the axis is its beginning's neighbour */
} ArraTileAxis;

typedef struct
{
  ArraVqganRun *run;             /* borrowed: planned for a window */
  const ArraVqganConfig *config; /* borrowed */
  ArraTileAxis down, across;
  guint patch;
  guint32 *codes;        /* [down.window][across.window] */
  float *planes;         /* [3][height][width] of a window */
  float *strip;          /* [3][height of a window][width of all]: a row of tiles */
  float *band;           /* the same: rows of tiles blended, from the next row to be written on */
  float *last;           /* (nullable): the strip that reaches around to the first rows */
  float *row;            /* [3][width of all] */
  float *row_weights;    /* [height of a window]: of what is in the band */
  float *column_weights; /* [width of all]: of what is in the strip */
} ArraTiles;

/* Tiles overlap by an eighth at least; where nothing wraps and one is enough, there is one. */
ArraTileAxis arra_tile_axis (guint extent, guint window, gboolean wrap);
/* Its first code; what would lie behind the end of the axis wraps around. */
guint arra_tile_begin (const ArraTileAxis *axis, guint index);

guint64 arra_tiles_bytes (const ArraVqganConfig *config, const ArraTileAxis *down, const ArraTileAxis *across);
gboolean arra_tiles_init (ArraTiles *tiles,
                          ArraVqganRun *run,
                          const ArraVqganConfig *config,
                          const ArraTileAxis *down,
                          const ArraTileAxis *across,
                          GError **error);
void arra_tiles_clear (ArraTiles *tiles);

/* The codes of one window into tiles->planes. @codes: of all, [down.extent][across.extent]. */
gboolean arra_tiles_decode_window (ArraTiles *tiles,
                                   const guint32 *codes,
                                   guint row,
                                   guint column,
                                   ArraVqganProgress progress,
                                   gpointer data,
                                   GCancellable *cancellable,
                                   GError **error);

/* All of @codes into @pixels, [height][width][3], the top left of all there is. */
gboolean arra_tiles_decode (ArraTiles *tiles,
                            const guint32 *codes,
                            guint width,
                            guint height,
                            guint8 *pixels,
                            ArraVqganProgress progress,
                            gpointer data,
                            GCancellable *cancellable,
                            GError **error);
