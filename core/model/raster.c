/* raster.c - the plain layout: nothing but codes, row after row, of pictures of one size
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "raster.h"

#include "fail.h"
#include "mem.h"

static guint64
tokens (const ArraLayout *layout, guint rows, guint columns)
{
  return (guint64) rows * columns;
}

static guint
head (const ArraLayout *layout, guint rows, guint columns, guint32 *ids)
{
  return 0;
}

static guint64
place (const ArraLayout *layout, guint columns, guint64 index)
{
  return index;
}

static guint32
between (const ArraLayout *layout, guint rows, guint columns, guint64 at)
{
  g_assert_not_reached (); /* there are codes everywhere */
}

static void
init (ArraGrammar *grammar)
{
  grammar->expect = ARRA_EXPECT_CODE;
  grammar->rows = grammar->columns = grammar->layout->grid;
  grammar->n_pictures = 1;
  grammar->uncond_begins = TRUE;
}

static gboolean
push (ArraGrammar *grammar, guint32 id, GError **error)
{
  if (grammar->expect != ARRA_EXPECT_CODE)
    return arra_fail (error, ARRA_ERROR_FAILED, "token %u stands behind the end of a picture", id);
  grammar->uncond_begins = FALSE;
  if (++grammar->place == tokens (grammar->layout, grammar->rows, grammar->columns))
    grammar->expect = ARRA_EXPECT_TEXT;
  return TRUE;
}

static gboolean
find (const ArraLayout *layout, const guint32 *ids, guint n, guint from, ArraPictureSpan *span)
{
  if (from > 0 || n == 0)
    return FALSE;
  *span = (ArraPictureSpan) {
    .end = n, .rows = layout->grid, .columns = layout->grid, .rows_finished = MIN (n / layout->grid, layout->grid)
  };
  return TRUE;
}

/* A picture's length says where it ends, no token does. */
static gboolean
ends (const ArraLayout *layout, guint32 id)
{
  return FALSE;
}

static void
free_raster (ArraLayout *layout)
{
  arra_mem_free (layout);
}

static const ArraLayoutClass raster = {
  .tokens = tokens,
  .head = head,
  .place = place,
  .between = between,
  .init = init,
  .push = push,
  .find = find,
  .ends = ends,
  .free = free_raster,
};

ArraLayout *
arra_raster_new (guint32 n_codes, guint side, GError **error)
{
  ArraLayout *layout;

  g_assert (n_codes > 0 && side > 0);
  layout = arra_mem_new0 (1, sizeof *layout, "the order of codes", error);
  if (layout != NULL)
    *layout = (ArraLayout) { .class = &raster, .n_tokens = n_codes, .n_codes = n_codes, .grid = side, .n_grids = 1 };
  return layout;
}
