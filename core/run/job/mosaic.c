/* mosaic.c - the windows through which a model sees a picture of any size, and what is made in each of them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mosaic.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

/* Where windows begin along one axis: from @first on by @step, the last one at @last; from the other end if @end is
 * not 0, which is where a window at that end begins. */
typedef struct
{
  guint first, step, last;
  guint n;
  guint end;
} Axis;

typedef struct
{
  guint begin, end;
} Span;

/* Codes on each side of an edge without a seam that are made again. */
static guint
border (guint window)
{
  return MAX (window / 8, 1);
}

/* Where they are in a window with the edge in its middle. */
static Span
beside (guint window)
{
  const guint middle = window / 2, width = border (window);

  return (Span) { middle - MIN (width, middle), middle + width };
}

static guint
half (guint window)
{
  return MAX (window / 2, 1);
}

/* Windows over what is free along an axis: one in its middle if it fits with something around it, else by halves.
 * The first one sees what is known before it: where that lies only behind, the first one is the last. */
static Axis
cover (Span free, guint extent, guint window)
{
  const guint most = extent - window, step = half (window);
  guint first, last;

  if (free.end - free.begin <= window - window / 4)
    {
      const guint middle = free.begin + (free.end - free.begin) / 2;

      first = MIN (middle > window / 2 ? middle - window / 2 : 0, most);
      return (Axis) { first, step, first, 1, 0 };
    }
  if (free.begin == 0 && free.end < extent)
    {
      Axis axis = cover ((Span) { extent - free.end, extent }, extent, window);

      axis.end = most;
      return axis;
    }
  first = MIN (free.begin > window / 2 ? free.begin - window / 2 : 0, most);
  last = MIN (free.end + window / 4, extent);
  last = last > first + window ? last - window : first;
  return (Axis) { first, step, last, 1 + (last - first + step - 1) / step, 0 };
}

/* Windows along an edge: all of it; where it goes around, from half a window before its beginning on. */
static Axis
follow (guint extent, guint window, gboolean wrap)
{
  const guint step = half (window);

  if (wrap)
    return (Axis) { extent - step, step, extent - step + (extent - 1) / step * step, 1 + (extent - 1) / step, 0 };
  return cover ((Span) { 0, extent }, extent, window);
}

static guint
axis_at (const Axis *axis, guint index)
{
  const guint at = MIN (axis->first + index * axis->step, axis->last);

  return axis->end > 0 ? axis->end - at : at;
}

/* Rows or columns that are free somewhere. FALSE: none is. */
static gboolean
find_free (const ArraMosaic *mosaic, Span *rows, Span *columns)
{
  *rows = *columns = (Span) { G_MAXUINT, 0 };
  for (guint row = 0; row < mosaic->rows; row++)
    for (guint column = 0; column < mosaic->columns; column++)
      if (!mosaic->is_known[(gsize) row * mosaic->columns + column])
        {
          rows->begin = MIN (rows->begin, row);
          rows->end = row + 1;
          columns->begin = MIN (columns->begin, column);
          columns->end = MAX (columns->end, column + 1);
        }
  return rows->end > 0;
}

guint
arra_mosaic_cell (const ArraMosaic *mosaic, guint row, guint column, guint index)
{
  const guint y = (row + index / mosaic->window_columns) % mosaic->rows;
  const guint x = (column + index % mosaic->window_columns) % mosaic->columns;

  return y * mosaic->columns + x;
}

/* A part of a window, in its own rows and columns. */
typedef struct
{
  Span rows, columns;
} Part;

/* Makes what @done does not name yet of a window's part. */
static void
add_stage (ArraMosaic *mosaic, guint row, guint column, const Part *part, gboolean ranked, guint8 *done)
{
  ArraMosaicStage stage = { row % mosaic->rows, column % mosaic->columns, mosaic->n_cells, 0, ranked, 1 };

  for (guint y = part->rows.begin; y < part->rows.end; y++)
    for (guint x = part->columns.begin; x < part->columns.end; x++)
      {
        const guint cell = arra_mosaic_cell (mosaic, row, column, y * mosaic->window_columns + x);

        if (!done[cell])
          {
            mosaic->turns[mosaic->n_cells] = mosaic->n_cells;
            mosaic->cells[mosaic->n_cells++] = cell;
          }
        done[cell] = 1;
      }
  stage.end = mosaic->n_cells;
  if (stage.end > stage.begin)
    mosaic->stages[mosaic->n_stages++] = stage;
}

/* @n stages from @first on make a code each in turn. */
static void
take_turns (ArraMosaic *mosaic, guint first, guint n)
{
  ArraMosaicStage *stages = mosaic->stages + first;
  guint turn = stages[0].begin;

  stages[0].together = n;
  for (guint code = 0; turn < stages[n - 1].end; code++)
    for (guint i = 0; i < n; i++)
      if (code < stages[i].end - stages[i].begin)
        mosaic->turns[stages[i].begin + code] = turn++;
}

/* Windows whose row and column, counted in windows, add up to @sum. */
static void
add_diagonal (ArraMosaic *mosaic, const Axis *down, const Axis *across, guint sum, guint8 *done)
{
  const Part whole = { { 0, mosaic->window_rows }, { 0, mosaic->window_columns } };
  const guint first = mosaic->n_stages;

  for (guint i = sum >= across->n ? sum - across->n + 1 : 0; i < down->n && i <= sum; i++)
    add_stage (mosaic, axis_at (down, i), axis_at (across, sum - i), &whole, FALSE, done);
  for (guint i = first; i < mosaic->n_stages; i += mosaic->together)
    take_turns (mosaic, i, MIN (mosaic->together, mosaic->n_stages - i));
}

/* All that is free, the whole or holes in what is known. */
static void
add_free (ArraMosaic *mosaic, gboolean has_known, guint8 *done)
{
  const Part whole = { { 0, mosaic->window_rows }, { 0, mosaic->window_columns } };
  Span rows, columns;
  Axis down, across;

  if (!find_free (mosaic, &rows, &columns))
    return;
  down = cover (rows, mosaic->rows, mosaic->window_rows);
  across = cover (columns, mosaic->columns, mosaic->window_columns);
  memcpy (done, mosaic->is_known, (gsize) mosaic->rows * mosaic->columns);
  if (mosaic->together > 1 && !has_known)
    {
      for (guint sum = 0; sum + 1 < down.n + across.n; sum++)
        add_diagonal (mosaic, &down, &across, sum, done);
      return;
    }
  for (guint i = 0; i < down.n; i++)
    for (guint j = 0; j < across.n; j++)
      add_stage (mosaic, axis_at (&down, i), axis_at (&across, j), &whole, has_known, done);
}

/* Along the edge where the last column meets the first one. Of a window that begins half of itself too early,
 * that half is the last one's. */
static void
add_column_border (ArraMosaic *mosaic, guint8 *done)
{
  const Axis down = follow (mosaic->rows, mosaic->window_rows, mosaic->wrap_rows);
  Part part = { { 0, mosaic->window_rows }, beside (mosaic->window_columns) };

  memset (done, 0, (gsize) mosaic->rows * mosaic->columns);
  part.rows.begin = mosaic->wrap_rows ? half (mosaic->window_rows) : 0;
  for (guint i = 0; i < down.n; i++)
    add_stage (mosaic, axis_at (&down, i), mosaic->columns - mosaic->window_columns / 2, &part, TRUE, done);
}

/* The same where the last row meets the first one. */
static void
add_row_border (ArraMosaic *mosaic, guint8 *done)
{
  const Axis across = follow (mosaic->columns, mosaic->window_columns, mosaic->wrap_columns);
  Part part = { beside (mosaic->window_rows), { 0, mosaic->window_columns } };

  memset (done, 0, (gsize) mosaic->rows * mosaic->columns);
  part.columns.begin = mosaic->wrap_columns ? half (mosaic->window_columns) : 0;
  for (guint j = 0; j < across.n; j++)
    add_stage (mosaic, mosaic->rows - mosaic->window_rows / 2, axis_at (&across, j), &part, TRUE, done);
}

static guint64
count_known (const ArraMosaicShape *shape)
{
  guint64 n = 0;

  for (gsize i = 0; shape->known != NULL && i < (gsize) shape->known_rows * shape->known_columns; i++)
    n += shape->known[i] != ARRA_CODE_FREE;
  return n;
}

gboolean
arra_mosaic_count (const ArraMosaicShape *shape, guint *n_cells, GError **error)
{
  const Span across = beside (shape->window_columns), down = beside (shape->window_rows);
  guint64 n = (guint64) shape->rows * shape->columns;

  if (shape->wrap_columns)
    n += (guint64) (across.end - across.begin) * shape->rows;
  if (shape->wrap_rows)
    n += (guint64) (down.end - down.begin) * shape->columns;
  if (n > G_MAXINT32)
    return arra_fail (error, ARRA_ERROR_NO_MEMORY, "A picture of %u x %u codes is too large", shape->columns,
                      shape->rows);
  *n_cells = (guint) (n - count_known (shape));
  if (*n_cells > 0)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_ARGUMENT, "There is nothing to make: all of the picture is to be kept");
}

static guint64
most_stages (const ArraMosaicShape *shape)
{
  const guint64 down = shape->rows / half (shape->window_rows) + 2;
  const guint64 across = shape->columns / half (shape->window_columns) + 2;

  return down * across + down + across;
}

guint
arra_mosaic_widest (const ArraMosaicShape *shape)
{
  if (shape->known != NULL)
    return 1;
  return MIN (cover ((Span) { 0, shape->rows }, shape->rows, shape->window_rows).n,
              cover ((Span) { 0, shape->columns }, shape->columns, shape->window_columns).n);
}

guint64
arra_mosaic_bytes (const ArraMosaicShape *shape, guint n_cells)
{
  return (guint64) shape->rows * shape->columns * (sizeof (guint32) + 2) + (guint64) n_cells * 2 * sizeof (guint32)
         + most_stages (shape) * sizeof (ArraMosaicStage);
}

static gboolean
allocate (ArraMosaic *mosaic, const ArraMosaicShape *shape, guint n_cells, GError **error)
{
  const gsize n = (gsize) shape->rows * shape->columns;

  mosaic->codes = arra_mem_new0 (n, sizeof (guint32), "a picture", error);
  if (mosaic->codes == NULL)
    return FALSE;
  mosaic->is_known = arra_mem_new0 (n, 1, "a picture", error);
  if (mosaic->is_known == NULL)
    return FALSE;
  mosaic->cells = arra_mem_new (n_cells, sizeof (guint32), "a picture", error);
  if (mosaic->cells == NULL)
    return FALSE;
  mosaic->turns = arra_mem_new (n_cells, sizeof (guint32), "a picture", error);
  if (mosaic->turns == NULL)
    return FALSE;
  mosaic->stages = arra_mem_new (most_stages (shape), sizeof (ArraMosaicStage), "a picture", error);
  return mosaic->stages != NULL;
}

void
arra_mosaic_begin (ArraMosaic *mosaic, const ArraMosaicShape *shape)
{
  for (guint row = 0; shape->known != NULL && row < shape->known_rows; row++)
    for (guint column = 0; column < shape->known_columns; column++)
      {
        const gint32 code = shape->known[(gsize) row * shape->known_columns + column];
        const gsize cell = (gsize) row * mosaic->columns + column;

        if (code == ARRA_CODE_FREE)
          continue;
        mosaic->codes[cell] = (guint32) code;
        mosaic->is_known[cell] = 1;
      }
}

gboolean
arra_mosaic_init (ArraMosaic *mosaic, const ArraMosaicShape *shape, GError **error)
{
  g_automem guint8 *done = NULL;
  guint n_cells;

  g_assert (shape->rows >= shape->window_rows && shape->columns >= shape->window_columns);
  *mosaic = (ArraMosaic) { .rows = shape->rows,
                           .columns = shape->columns,
                           .window_rows = shape->window_rows,
                           .window_columns = shape->window_columns,
                           .wrap_rows = shape->wrap_rows,
                           .wrap_columns = shape->wrap_columns,
                           .together = MAX (shape->together, 1) };
  if (!arra_mosaic_count (shape, &n_cells, error))
    return FALSE;
  done = arra_mem_new ((gsize) shape->rows * shape->columns, 1, "a picture", error);
  if (done == NULL || !allocate (mosaic, shape, n_cells, error))
    return FALSE;
  arra_mosaic_begin (mosaic, shape);
  add_free (mosaic, shape->known != NULL, done);
  mosaic->n_first = mosaic->n_cells;
  if (shape->wrap_columns)
    add_column_border (mosaic, done);
  if (shape->wrap_rows)
    add_row_border (mosaic, done);
  g_assert (mosaic->n_cells == n_cells);
  return TRUE;
}

void
arra_mosaic_clear (ArraMosaic *mosaic)
{
  arra_mem_free (mosaic->codes);
  arra_mem_free (mosaic->is_known);
  arra_mem_free (mosaic->cells);
  arra_mem_free (mosaic->turns);
  arra_mem_free (mosaic->stages);
  *mosaic = (ArraMosaic) { 0 };
}

void
arra_mosaic_replay (ArraMosaic *mosaic, const guint32 *made, guint n)
{
  for (guint i = 0; i < mosaic->n_cells; i++)
    if (mosaic->turns[i] < n)
      mosaic->codes[mosaic->cells[i]] = made[mosaic->turns[i]];
}

guint
arra_mosaic_rows_finished (const ArraMosaic *mosaic, guint n)
{
  guint first = mosaic->rows;

  for (guint i = 0; i < mosaic->n_first; i++)
    if (mosaic->turns[i] >= n)
      first = MIN (first, mosaic->cells[i] / mosaic->columns);
  return first;
}
