/* mosaic.h - a picture of any size, or one that is partly there: which codes are made in which order, and what the
 * model sees of the others then
 *
 * The model sees a mosaic through windows of a size that it was trained on. They overlap by half; in each, what is
 * known is read and what is not is made, in raster order. A run of such codes that others follow can be ranked: of
 * several tries the one stays that makes what follows likeliest. An edge without a seam is made afterwards: windows
 * that lie across it make the codes beside it again.
 *
 * Windows on a diagonal see nothing of each other: they can be made side by side, a code of each in turn. The codes are
 * the same; only the order in which they are made is another.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

#define ARRA_CODE_FREE (-1) /* in what is known: to be made */

typedef struct
{
  guint rows, columns; /* codes, no fewer than a window's */
  guint window_rows, window_columns;
  gboolean wrap_rows, wrap_columns; /* the last row is the first one's neighbour; the last column the first one's */
  /* (nullable): [known_rows][known_columns] from the top left, codes or ARRA_CODE_FREE; all else is free */
  const gint32 *known;
  guint known_rows, known_columns;
  guint together; /* windows that are made side by side, at most; 0 and 1: one after another, row by row */
} ArraMosaicShape;

typedef struct
{
  guint row, column; /* of the window's first code; what would lie behind an edge of the mosaic wraps around */
  guint begin, end;  /* of the mosaic's cells: what is made here, in the window's raster order */
  gboolean ranked;   /* its runs are chosen among several tries */
  guint together;    /* so many stages from this one on are made side by side */
} ArraMosaicStage;

typedef struct
{
  guint rows, columns, window_rows, window_columns;
  gboolean wrap_rows, wrap_columns;
  guint32 *codes;         /* [rows][columns]: known or made so far; 0 elsewhere */
  guint8 *is_known;       /* [rows][columns]: from the beginning */
  guint together;         /* as the shape's, at least 1 */
  guint32 *cells;         /* n_cells: places in codes, stage by stage; some twice */
  guint32 *turns;         /* n_cells: how many codes of the picture are made before this one */
  guint n_first, n_cells; /* those that make what is free come first, then those beside edges without a seam */
  ArraMosaicStage *stages;
  guint n_stages;
} ArraMosaic;

/* Codes that such a mosaic makes. NO_MEMORY: too many; ARGUMENT: none, for nothing is free and no edge wraps. */
gboolean arra_mosaic_count (const ArraMosaicShape *shape, guint *n_cells, GError **error);
/* Fails as arra_mosaic_count(). @mosaic is to be cleared in any case. */
gboolean arra_mosaic_init (ArraMosaic *mosaic, const ArraMosaicShape *shape, GError **error);
void arra_mosaic_clear (ArraMosaic *mosaic);
/* Windows that could be made side by side. */
guint arra_mosaic_widest (const ArraMosaicShape *shape);
/* of arra_mosaic_init(), at most; @n_cells: as counted */
guint64 arra_mosaic_bytes (const ArraMosaicShape *shape, guint n_cells);

/* Where code @index of a window at @row, @column lies. */
guint arra_mosaic_cell (const ArraMosaic *mosaic, guint row, guint column, guint index);

/* Back to the beginning: what the shape knows. */
void arra_mosaic_begin (ArraMosaic *mosaic, const ArraMosaicShape *shape);
/* Puts the first @n codes that were made where they belong. */
void arra_mosaic_replay (ArraMosaic *mosaic, const guint32 *made, guint n);

/* Rows from the top of which nothing is missing after @n codes were made; what is made twice is there after the first
 * time. */
guint arra_mosaic_rows_finished (const ArraMosaic *mosaic, guint n);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ArraMosaic, arra_mosaic_clear)
