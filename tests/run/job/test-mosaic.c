/* test-mosaic.c - every code is made once, seen with all that is known around it; edges without a seam are
 * made again
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "mosaic.h"

static void
begin (ArraMosaic *mosaic, const ArraMosaicShape *shape)
{
  g_autoptr (GError) error = NULL;

  arra_mosaic_init (mosaic, shape, &error);
  g_assert_no_error (error);
}

/* Where cell @cell lies in the stage's window. */
static guint
place_of (const ArraMosaic *mosaic, const ArraMosaicStage *stage, guint cell)
{
  const guint n = mosaic->window_rows * mosaic->window_columns;

  for (guint place = 0; place < n; place++)
    if (arra_mosaic_cell (mosaic, stage->row, stage->column, place) == cell)
      return place;
  g_assert_not_reached ();
}

/* In each window codes are made in raster order, and nothing before the last of them is still unknown. */
static void
assert_stages (const ArraMosaic *mosaic)
{
  const guint n = mosaic->rows * mosaic->columns;
  g_autofree guint8 *there = g_memdup2 (mosaic->is_known, n);
  guint end = 0;

  for (guint i = 0; i < mosaic->n_stages; i++)
    {
      const ArraMosaicStage *stage = &mosaic->stages[i];
      guint place = 0;

      g_assert_cmpuint (stage->begin, ==, end);
      g_assert_cmpuint (stage->end, >, stage->begin);
      g_assert_cmpuint (stage->row, <, mosaic->rows);
      g_assert_cmpuint (stage->column, <, mosaic->columns);
      for (guint k = stage->begin; k < stage->end; k++)
        {
          const guint next = place_of (mosaic, stage, mosaic->cells[k]);

          g_assert_true (k == stage->begin || next > place);
          for (; place < next; place++)
            g_assert_true (there[arra_mosaic_cell (mosaic, stage->row, stage->column, place)]);
          there[mosaic->cells[k]] = 1;
        }
      end = stage->end;
    }
  g_assert_cmpuint (end, ==, mosaic->n_cells);
  for (guint i = 0; i < n; i++)
    g_assert_true (there[i]);
}

/* How far @place is from the edge where an axis meets itself. */
static gboolean
is_beside (guint place, guint extent, guint window)
{
  const guint width = MAX (window / 8, 1);

  return place < width || place >= extent - width;
}

static void
assert_cells (const ArraMosaic *mosaic)
{
  const guint n = mosaic->rows * mosaic->columns;
  g_autofree guint *times = g_new0 (guint, n);

  for (guint i = 0; i < mosaic->n_first; i++)
    times[mosaic->cells[i]]++;
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (times[i], ==, mosaic->is_known[i] ? 0 : 1);
  memset (times, 0, n * sizeof *times);
  for (guint i = mosaic->n_first; i < mosaic->n_cells; i++)
    times[mosaic->cells[i]]++;
  for (guint row = 0; row < mosaic->rows; row++)
    for (guint column = 0; column < mosaic->columns; column++)
      {
        guint expected = 0;

        if (mosaic->wrap_columns && is_beside (column, mosaic->columns, mosaic->window_columns))
          expected++;
        if (mosaic->wrap_rows && is_beside (row, mosaic->rows, mosaic->window_rows))
          expected++;
        g_assert_cmpuint (times[row * mosaic->columns + column], ==, expected);
      }
}

/* Windows that reach over an edge only where it wraps. */
static void
assert_edges (const ArraMosaic *mosaic)
{
  for (guint i = 0; i < mosaic->n_stages; i++)
    {
      const ArraMosaicStage *stage = &mosaic->stages[i];
      const gboolean border = stage->begin >= mosaic->n_first;

      if (!border || !mosaic->wrap_rows)
        g_assert_cmpuint (stage->row + mosaic->window_rows, <=, mosaic->rows);
      if (!border || !mosaic->wrap_columns)
        g_assert_cmpuint (stage->column + mosaic->window_columns, <=, mosaic->columns);
    }
}

/* Each code has a turn of its own, and when it comes all that the model sees of others was made. */
static void
assert_turns (const ArraMosaic *mosaic)
{
  g_autofree guint *turn_of = g_new (guint, mosaic->rows * mosaic->columns);
  g_autofree guint8 *taken = g_new0 (guint8, mosaic->n_cells);

  for (guint i = 0; i < mosaic->n_cells; i++)
    {
      g_assert_cmpuint (mosaic->turns[i], <, mosaic->n_cells);
      g_assert_cmpuint (taken[mosaic->turns[i]]++, ==, 0);
      if (i < mosaic->n_first)
        turn_of[mosaic->cells[i]] = mosaic->turns[i];
    }
  for (guint i = 0; i < mosaic->n_stages && mosaic->stages[i].begin < mosaic->n_first; i++)
    for (guint k = mosaic->stages[i].begin; k < mosaic->stages[i].end; k++)
      for (guint place = place_of (mosaic, &mosaic->stages[i], mosaic->cells[k]); place-- > 0;)
        {
          const guint cell = arra_mosaic_cell (mosaic, mosaic->stages[i].row, mosaic->stages[i].column, place);

          g_assert_true (mosaic->is_known[cell] || turn_of[cell] < mosaic->turns[k]);
        }
}

/* Each code is made in the window that makes it when windows come row by row. */
static void
assert_same_windows (const ArraMosaic *mosaic, const ArraMosaicShape *shape)
{
  g_autofree guint *window_of = g_new (guint, mosaic->rows * mosaic->columns);
  ArraMosaicShape by_rows = *shape;
  g_auto (ArraMosaic) other = { 0 };

  by_rows.together = 1;
  begin (&other, &by_rows);
  g_assert_cmpuint (other.n_stages, ==, mosaic->n_stages);
  g_assert_cmpuint (other.n_first, ==, mosaic->n_first);
  for (guint i = 0; i < other.n_stages && other.stages[i].begin < other.n_first; i++)
    for (guint k = other.stages[i].begin; k < other.stages[i].end; k++)
      window_of[other.cells[k]] = other.stages[i].row * other.columns + other.stages[i].column;
  for (guint i = 0; i < mosaic->n_stages && mosaic->stages[i].begin < mosaic->n_first; i++)
    for (guint k = mosaic->stages[i].begin; k < mosaic->stages[i].end; k++)
      g_assert_cmpuint (window_of[mosaic->cells[k]], ==,
                        mosaic->stages[i].row * mosaic->columns + mosaic->stages[i].column);
}

static void
test_side_by_side (void)
{
  static const guint windows[] = { 2, 3, 4, 7, 8 }, together[] = { 2, 3, 16 };

  for (gsize w = 0; w < G_N_ELEMENTS (windows); w++)
    for (gsize t = 0; t < G_N_ELEMENTS (together); t++)
      for (guint more = 0; more < 30; more += 1 + more / 2)
        {
          const ArraMosaicShape shape = { .rows = windows[w] + more,
                                          .columns = windows[w] + (more * 7) % 23,
                                          .window_rows = windows[w],
                                          .window_columns = windows[w],
                                          .wrap_columns = more % 2,
                                          .together = together[t] };
          g_auto (ArraMosaic) mosaic = { 0 };
          guint widest = 0, n = 0;

          begin (&mosaic, &shape);
          for (guint i = 0; i < mosaic.n_stages; i += mosaic.stages[i].together, n++)
            widest = MAX (widest, mosaic.stages[i].together);
          g_assert_cmpuint (widest, ==, MIN (together[t], arra_mosaic_widest (&shape)));
          g_assert_cmpuint (n, <=, mosaic.n_stages);
          assert_stages (&mosaic);
          assert_turns (&mosaic);
          assert_same_windows (&mosaic, &shape);
        }
}

static void
test_every_shape (void)
{
  static const guint windows[] = { 2, 3, 4, 8, 16 };

  for (gsize w = 0; w < G_N_ELEMENTS (windows); w++)
    for (gsize h = 0; h < G_N_ELEMENTS (windows); h++)
      for (guint more = 0; more < 40; more += 1 + more / 3)
        for (guint wrap = 0; wrap < 4; wrap++)
          {
            const ArraMosaicShape shape = { .rows = windows[h] + more,
                                            .columns = windows[w] + (more * 7) % 23,
                                            .window_rows = windows[h],
                                            .window_columns = windows[w],
                                            .wrap_rows = wrap & 1,
                                            .wrap_columns = wrap >> 1 };
            g_auto (ArraMosaic) mosaic = { 0 };

            begin (&mosaic, &shape);
            assert_stages (&mosaic);
            assert_cells (&mosaic);
            assert_edges (&mosaic);
            for (guint i = 0; i < mosaic.n_cells; i++)
              g_assert_cmpuint (mosaic.turns[i], ==, i);
          }
}

static void
test_one_window (void)
{
  const ArraMosaicShape shape = { .rows = 4, .columns = 6, .window_rows = 4, .window_columns = 6 };
  g_auto (ArraMosaic) mosaic = { 0 };

  begin (&mosaic, &shape);
  g_assert_cmpuint (mosaic.n_stages, ==, 1);
  g_assert_false (mosaic.stages[0].ranked);
  for (guint i = 0; i < 24; i++)
    g_assert_cmpuint (mosaic.cells[i], ==, i);
}

/* Windows overlap by half. */
static void
test_halves (void)
{
  const ArraMosaicShape shape = { .rows = 8, .columns = 16, .window_rows = 8, .window_columns = 8 };
  g_auto (ArraMosaic) mosaic = { 0 };

  begin (&mosaic, &shape);
  g_assert_cmpuint (mosaic.n_stages, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (mosaic.stages[i].column, ==, 4 * i);
}

/* A hole is seen from the middle of a window, and its runs are ranked. */
static void
test_hole (void)
{
  g_autofree gint32 *known = g_new0 (gint32, 32 * 32);
  const ArraMosaicShape shape = { .rows = 32,
                                  .columns = 32,
                                  .window_rows = 8,
                                  .window_columns = 8,
                                  .known = known,
                                  .known_rows = 32,
                                  .known_columns = 32 };
  g_auto (ArraMosaic) mosaic = { 0 };

  for (guint i = 0; i < 32 * 32; i++)
    known[i] = (gint32) i;
  for (guint row = 14; row < 18; row++)
    for (guint column = 20; column < 22; column++)
      known[row * 32 + column] = ARRA_CODE_FREE;
  begin (&mosaic, &shape);
  assert_stages (&mosaic);
  assert_cells (&mosaic);
  g_assert_cmpuint (mosaic.n_stages, ==, 1);
  g_assert_cmpuint (mosaic.n_cells, ==, 8);
  g_assert_true (mosaic.stages[0].ranked);
  g_assert_cmpuint (mosaic.stages[0].row, ==, 12);
  g_assert_cmpuint (mosaic.stages[0].column, ==, 17);
  g_assert_cmpuint (mosaic.codes[0], ==, 0);
  g_assert_cmpuint (mosaic.codes[1023], ==, 1023);
}

/* Holes of any place and size, corners among them. */
static void
test_holes (void)
{
  g_autofree gint32 *known = g_new0 (gint32, 20 * 24);
  const ArraMosaicShape shape = { .rows = 20,
                                  .columns = 24,
                                  .window_rows = 8,
                                  .window_columns = 6,
                                  .known = known,
                                  .known_rows = 20,
                                  .known_columns = 24 };

  for (guint top = 0; top < 20; top += 3)
    for (guint left = 0; left < 24; left += 5)
      for (guint size = 1; size < 20; size += 4)
        {
          g_auto (ArraMosaic) mosaic = { 0 };

          memset (known, 0, 20 * 24 * sizeof *known);
          for (guint row = top; row < MIN (top + size, 20); row++)
            for (guint column = left; column < MIN (left + size, 24); column++)
              known[row * 24 + column] = ARRA_CODE_FREE;
          begin (&mosaic, &shape);
          assert_stages (&mosaic);
          assert_cells (&mosaic);
          assert_edges (&mosaic);
        }
}

/* A picture of a window's size goes on on each of its sides: what touches it is made in a window that sees a good part
 * of it. */
static void
test_beyond_edges (void)
{
  enum
  {
    WINDOW = 8
  };
  static const struct
  {
    guint rows, columns;                 /* of all of it */
    guint top, left;                     /* of what is known */
    guint touching_row, touching_column; /* a code beside it */
  } sides[] = { { 8, 16, 0, 8, 3, 7 }, { 8, 16, 0, 0, 3, 8 }, { 16, 8, 8, 0, 7, 3 }, { 16, 8, 0, 0, 8, 3 } };

  for (gsize side = 0; side < G_N_ELEMENTS (sides); side++)
    {
      g_autofree gint32 *known = g_new (gint32, sides[side].rows * sides[side].columns);
      const ArraMosaicShape shape = { .rows = sides[side].rows,
                                      .columns = sides[side].columns,
                                      .window_rows = WINDOW,
                                      .window_columns = WINDOW,
                                      .known = known,
                                      .known_rows = sides[side].rows,
                                      .known_columns = sides[side].columns };
      const guint touching = sides[side].touching_row * sides[side].columns + sides[side].touching_column;
      guint n_seen = 0;
      g_auto (ArraMosaic) mosaic = { 0 };

      for (guint i = 0; i < shape.rows * shape.columns; i++)
        {
          const guint row = i / shape.columns, column = i % shape.columns;

          known[i] = row >= sides[side].top && row < sides[side].top + WINDOW && column >= sides[side].left
                             && column < sides[side].left + WINDOW
                         ? 1
                         : ARRA_CODE_FREE;
        }
      begin (&mosaic, &shape);
      assert_stages (&mosaic);
      assert_cells (&mosaic);
      assert_edges (&mosaic);
      for (guint i = 0; i < mosaic.n_stages; i++)
        for (guint k = mosaic.stages[i].begin; k < mosaic.stages[i].end; k++)
          for (guint place = 0; mosaic.cells[k] == touching && place < WINDOW * WINDOW; place++)
            n_seen += mosaic.is_known[arra_mosaic_cell (&mosaic, mosaic.stages[i].row, mosaic.stages[i].column, place)];
      g_assert_cmpuint (n_seen, >=, WINDOW * WINDOW / 2);
    }
}

/* What is known of a smaller picture than a window is its top left. */
static void
test_small_known (void)
{
  static const gint32 known[] = { 5, ARRA_CODE_FREE, 7, 8 };
  const ArraMosaicShape shape = {
    .rows = 4, .columns = 4, .window_rows = 4, .window_columns = 4, .known = known, .known_rows = 2, .known_columns = 2
  };
  g_auto (ArraMosaic) mosaic = { 0 };

  begin (&mosaic, &shape);
  g_assert_cmpuint (mosaic.n_cells, ==, 13);
  g_assert_cmpuint (mosaic.codes[0], ==, 5);
  g_assert_cmpuint (mosaic.codes[4], ==, 7);
  g_assert_cmpuint (mosaic.codes[5], ==, 8);
  g_assert_false (mosaic.is_known[1]);
}

static void
test_nothing_to_make (void)
{
  static const gint32 known[] = { 0, 0, 0, 0 };
  const ArraMosaicShape shape = {
    .rows = 2, .columns = 2, .window_rows = 2, .window_columns = 2, .known = known, .known_rows = 2, .known_columns = 2
  };
  g_auto (ArraMosaic) mosaic = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (arra_mosaic_init (&mosaic, &shape, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
}

static void
test_replay (void)
{
  const ArraMosaicShape shape
      = { .rows = 5, .columns = 9, .window_rows = 4, .window_columns = 4, .wrap_columns = TRUE };
  g_auto (ArraMosaic) mosaic = { 0 };
  g_autofree guint32 *made = NULL;

  begin (&mosaic, &shape);
  made = g_new (guint32, mosaic.n_cells);
  for (guint i = 0; i < mosaic.n_cells; i++)
    made[i] = 1000 + i;
  arra_mosaic_replay (&mosaic, made, mosaic.n_cells);
  for (guint i = 0; i < mosaic.n_cells; i++)
    g_assert_cmpuint (mosaic.codes[mosaic.cells[i]], >=, 1000 + i);
  g_assert_cmpuint (arra_mosaic_rows_finished (&mosaic, 0), ==, 0);
  g_assert_cmpuint (arra_mosaic_rows_finished (&mosaic, mosaic.n_first - 1), ==, 4);
  g_assert_cmpuint (arra_mosaic_rows_finished (&mosaic, mosaic.n_first), ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mosaic/every-shape", test_every_shape);
  g_test_add_func ("/mosaic/side-by-side", test_side_by_side);
  g_test_add_func ("/mosaic/one-window", test_one_window);
  g_test_add_func ("/mosaic/halves", test_halves);
  g_test_add_func ("/mosaic/hole", test_hole);
  g_test_add_func ("/mosaic/holes", test_holes);
  g_test_add_func ("/mosaic/beyond-edges", test_beyond_edges);
  g_test_add_func ("/mosaic/small-known", test_small_known);
  g_test_add_func ("/mosaic/nothing-to-make", test_nothing_to_make);
  g_test_add_func ("/mosaic/replay", test_replay);
  return g_test_run ();
}
