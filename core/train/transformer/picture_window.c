/* picture_window.c - windows of captioned pictures in place of whole ones
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_window.h"

#include "fail.h"
#include "mem.h"

static const guint32 *
prompt_of (gpointer owner, guint item, guint *n)
{
  const ArraPictureItems *whole = &((const ArraPictureWindow *) owner)->whole;

  return whole->prompt (whole->owner, item, n);
}

static void
codes_of (gpointer owner, guint item, guint32 *codes)
{
  const ArraPictureWindow *window = owner;
  const ArraPictureItems *whole = &window->whole;

  whole->codes (whole->owner, item, window->codes);
  for (guint y = 0; y < window->rows; y++)
    for (guint x = 0; x < window->columns; x++)
      *codes++ = window->codes[(window->top + y) % whole->rows * whole->columns + (window->left + x) % whole->columns];
}

static void
features_of (gpointer owner, guint item, float *features)
{
  const ArraPictureItems *whole = &((const ArraPictureWindow *) owner)->whole;

  whole->features (whole->owner, item, features);
}

static gboolean
check (gpointer owner, guint item, GError **error)
{
  return arra_picture_items_same (&((const ArraPictureWindow *) owner)->whole, item, error);
}

static void
free_window (gpointer owner)
{
  ArraPictureWindow *window = owner;

  arra_picture_items_clear (&window->whole);
  arra_mem_free (window->codes);
  g_free (window);
}

ArraPictureWindow *
arra_picture_window_open (ArraPictureItems *items,
                          guint rows,
                          guint columns,
                          gboolean tiles,
                          const char *name,
                          GError **error)
{
  ArraPictureWindow *window;
  guint32 *codes;

  if (rows == 0 || columns == 0 || rows > items->rows || columns > items->columns)
    {
      arra_fail (error, ARRA_ERROR_INVALID_DATA,
                 "%s: pictures have %u rows of %u codes: a window of %u x %u is none of them", name, items->rows,
                 items->columns, rows, columns);
      return NULL;
    }
  codes = arra_mem_new ((gsize) items->rows * items->columns, sizeof *codes, "a picture's codes", error);
  if (codes == NULL)
    return NULL;
  window = g_new (ArraPictureWindow, 1);
  *window = (ArraPictureWindow) { *items, tiles, rows, columns, 0, 0, codes };
  *items = (ArraPictureItems) { .n = items->n,
                                .rows = rows,
                                .columns = columns,
                                .feature_width = items->feature_width,
                                .vqgan = items->vqgan,
                                .whole = &window->whole,
                                .prompt = prompt_of,
                                .codes = codes_of,
                                .features = features_of,
                                .check = check,
                                .owner = window,
                                .free_owner = free_window };
  return window;
}

/* One of the places at which @part of @all can begin. */
static guint
place (const ArraPictureWindow *window, guint part, guint all, guint32 number)
{
  guint places = window->tiles ? all : all - part + 1;

  return (guint) (((guint64) number * places) >> 32);
}

void
arra_picture_window_move (ArraPictureWindow *window, guint32 down, guint32 across)
{
  window->top = place (window, window->rows, window->whole.rows, down);
  window->left = place (window, window->columns, window->whole.columns, across);
}
