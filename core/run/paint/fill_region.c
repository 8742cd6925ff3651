/* fill_region.c - the part of a picture that is looked at when a hole in it is filled
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fill_region.h"

typedef struct
{
  guint begin, end;
} Span;

static gboolean
find_hole (const guint8 *mask, guint width, guint height, Span *rows, Span *columns)
{
  *rows = *columns = (Span) { G_MAXUINT, 0 };
  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      if (mask[(gsize) y * width + x] != 0)
        {
          rows->begin = MIN (rows->begin, y);
          rows->end = y + 1;
          columns->begin = MIN (columns->begin, x);
          columns->end = MAX (columns->end, x + 1);
        }
  return rows->end > 0;
}

/* Pixels become codes, and more of them around. */
static Span
widen (Span pixels, guint patch, guint extent, guint window)
{
  const guint codes = (extent + patch - 1) / patch;
  Span span = { pixels.begin / patch, (pixels.end + patch - 1) / patch };

  span.begin -= MIN (span.begin, window / 2);
  span.end = MIN (span.end + window / 2, codes);
  if (span.end - span.begin >= window)
    return span;
  span.end = span.begin + window;
  if (span.end > codes)
    {
      span.begin -= MIN (span.begin, span.end - codes);
      span.end = span.begin + window;
    }
  return span;
}

gboolean
arra_fill_region (const guint8 *mask,
                  guint width,
                  guint height,
                  guint patch,
                  guint window_rows,
                  guint window_columns,
                  ArraFillRegion *region)
{
  Span rows, columns;

  if (!find_hole (mask, width, height, &rows, &columns))
    return FALSE;
  rows = widen (rows, patch, height, window_rows);
  columns = widen (columns, patch, width, window_columns);
  *region = (ArraFillRegion) { rows.begin, columns.begin, rows.end - rows.begin, columns.end - columns.begin };
  return TRUE;
}

gboolean
arra_fill_region_is_free (const ArraFillRegion *region,
                          const guint8 *mask,
                          guint width,
                          guint height,
                          guint patch,
                          guint row,
                          guint column)
{
  const guint top = (region->row + row) * patch, left = (region->column + column) * patch;

  for (guint y = top; y < MIN (top + patch, height); y++)
    for (guint x = left; x < MIN (left + patch, width); x++)
      if (mask[(gsize) y * width + x] != 0)
        return TRUE;
  return top >= height || left >= width;
}
