/* picture_window.c - windows of captioned pictures in place of whole ones
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture_window.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

static const guint32 *
prompt_of (gpointer owner, guint item, guint *n)
{
  const ArraPictureItems *whole = &((const ArraPictureWindow *) owner)->whole;

  return whole->prompt (whole->owner, item, n);
}

static const guint32 *
front_of (gpointer owner, guint item, gboolean prompt, guint *n)
{
  const ArraPictureItems *whole = &((const ArraPictureWindow *) owner)->whole;

  return whole->front (whole->owner, item, prompt, n);
}

static guint
prompt_features_of (gpointer owner, guint item, float *features)
{
  const ArraPictureItems *whole = &((const ArraPictureWindow *) owner)->whole;

  return whole->prompt_features (whole->owner, item, features);
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

static void
parts_of (gpointer owner, guint item, float *parts)
{
  const ArraPictureWindow *window = owner;
  const ArraPictureItems *whole = &window->whole;
  const gsize width = whole->part_width;

  whole->parts (whole->owner, item, window->parts);
  for (guint y = 0; y < window->rows; y++)
    for (guint x = 0; x < window->columns; x++, parts += width)
      memcpy (parts,
              window->parts
                  + ((gsize) ((window->top + y) % whole->rows) * whole->columns + (window->left + x) % whole->columns)
                        * width,
              width * sizeof *parts);
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
  arra_mem_free (window->parts);
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
  const gsize all = (gsize) items->rows * items->columns;
  ArraPictureWindow *window;
  guint32 *codes;
  float *parts = NULL;

  if (rows == 0 || columns == 0 || rows > items->rows || columns > items->columns)
    {
      arra_fail (error, ARRA_ERROR_INVALID_DATA,
                 "%s: pictures have %u rows of %u codes: a window of %u x %u is none of them", name, items->rows,
                 items->columns, rows, columns);
      return NULL;
    }
  codes = arra_mem_new (all, sizeof *codes, "a picture's codes", error);
  if (codes != NULL && items->part_width > 0)
    parts = arra_mem_new (all * items->part_width, sizeof *parts, "features of a picture's parts", error);
  if (codes == NULL || (items->part_width > 0 && parts == NULL))
    {
      arra_mem_free (codes);
      return NULL;
    }
  window = g_new (ArraPictureWindow, 1);
  *window = (ArraPictureWindow) { *items, tiles, rows, columns, 0, 0, codes, parts };
  *items = (ArraPictureItems) { .n = items->n,
                                .rows = rows,
                                .columns = columns,
                                .n_codes = items->n_codes,
                                .feature_width = items->feature_width,
                                .part_width = items->part_width,
                                .prompt_rows = items->prompt_rows,
                                .prompt_width = items->prompt_width,
                                .first_id = items->first_id,
                                .vqgan = items->vqgan,
                                .whole = &window->whole,
                                .prompt = prompt_of,
                                .front = items->front != NULL ? front_of : NULL,
                                .prompt_features = items->prompt_features != NULL ? prompt_features_of : NULL,
                                .codes = codes_of,
                                .features = features_of,
                                .parts = items->parts != NULL ? parts_of : NULL,
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
