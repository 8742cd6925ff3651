/* contact_sheet.c - pictures of a data set with their captions, drawn by cairo
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "contact_sheet.h"

#include <cairo.h>
#include <math.h>
#include <string.h>

#include "fail.h"
#include "medical_note.h"
#include "picture.h"
#include "resize.h"

#define MARGIN 12
#define FONT 12.0
#define TITLE_FONT 16.0
#define LINE 15 /* pixels from line to line */
#define TITLE_LINE 32
#define MAX_LINES 6
#define MAX_SIDE 32767 /* cairo's own */

typedef struct
{
  const ArraContactSheet *sheet;
  const ArraDataset *dataset;
  char *title;         /* nullable */
  GPtrArray *captions; /* GPtrArray of char *: the lines of each */
  cairo_surface_t *surface;
  cairo_t *cairo;
} Drawing;

static double
width_of (cairo_t *cairo, const char *text)
{
  cairo_text_extents_t size;

  cairo_text_extents (cairo, text, &size);
  return size.x_advance;
}

/* The longest start of @text that fits into @width with @ending after it, at least a character; in bytes. */
static gsize
fitting (cairo_t *cairo, const char *text, const char *ending, double width)
{
  const char *end = text + strlen (text);

  while (end > g_utf8_next_char (text))
    {
      g_autofree char *tried = g_strdup_printf ("%.*s%s", (int) (end - text), text, ending);

      if (width_of (cairo, tried) <= width)
        break;
      end = g_utf8_prev_char (end);
    }
  return (gsize) (end - text);
}

/* Takes a line off the front of *@text: to the last space that fits, or in the middle of a long word. */
static char *
take_line (cairo_t *cairo, const char **text, double width)
{
  gsize n = fitting (cairo, *text, "", width);
  const char *space = NULL;
  char *line;

  if ((*text)[n] != '\0' && (*text)[n] != ' ')
    space = g_strrstr_len (*text, (gssize) n, " ");
  if (space != NULL && space > *text)
    n = (gsize) (space - *text);
  line = g_strndup (*text, n);
  *text += n;
  while (**text == ' ')
    (*text)++;
  return line;
}

static GPtrArray *
break_lines (cairo_t *cairo, const char *caption, double width)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *plain = g_strdelimit (g_utf8_make_valid (caption, -1), "\n\r\t", ' ');
  const char *rest = g_strstrip (plain);

  while (*rest != '\0' && lines->len + 1 < MAX_LINES)
    g_ptr_array_add (lines, take_line (cairo, &rest, width));
  if (*rest == '\0')
    return lines;
  if (width_of (cairo, rest) <= width)
    g_ptr_array_add (lines, g_strdup (rest));
  else
    g_ptr_array_add (lines, g_strdup_printf ("%.*s…", (int) fitting (cairo, rest, "…", width), rest));
  return lines;
}

static cairo_t *
open_cairo (cairo_surface_t *surface)
{
  cairo_t *cairo = cairo_create (surface);

  cairo_select_font_face (cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size (cairo, FONT);
  return cairo;
}

static void
break_captions (Drawing *drawing)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 1, 1);
  cairo_t *cairo = open_cairo (surface);

  for (guint i = 0; i < drawing->sheet->n; i++)
    g_ptr_array_add (drawing->captions,
                     break_lines (cairo, arra_dataset_caption (drawing->dataset, i), drawing->sheet->cell));
  cairo_destroy (cairo);
  cairo_surface_destroy (surface);
}

/* Pixels of the row that begins with picture @first, its margin included. */
static gsize
row_height (const Drawing *drawing, guint first)
{
  guint n_lines = 0;

  for (guint i = first; i < MIN (first + drawing->sheet->columns, drawing->sheet->n); i++)
    n_lines = MAX (n_lines, ((GPtrArray *) g_ptr_array_index (drawing->captions, i))->len);
  return drawing->sheet->cell + n_lines * LINE + MARGIN;
}

/* The title, with the note that pictures carry which look like patients': as the first one does, so do all.
 */
static gboolean
choose_title (Drawing *drawing, GError **error)
{
  const char *title = drawing->sheet->title;
  g_autoptr (GString) text = g_string_new (title);
  gboolean marked;

  if (!arra_medical_note_find (arra_dataset_picture (drawing->dataset, 0), &marked, error))
    return FALSE;
  if (marked)
    g_string_append_printf (text, "%s" ARRA_MEDICAL_NOTE, title != NULL ? "; " : "");
  if (text->len > 0)
    drawing->title = g_utf8_make_valid (text->str, -1);
  return TRUE;
}

static gsize
top_of_rows (const Drawing *drawing)
{
  return MARGIN + (drawing->title != NULL ? TITLE_LINE : 0);
}

static gboolean
make_surface (Drawing *drawing, GError **error)
{
  const ArraContactSheet *sheet = drawing->sheet;
  gsize width = MARGIN + (gsize) MIN (sheet->columns, sheet->n) * (sheet->cell + MARGIN);
  gsize height = top_of_rows (drawing);

  for (guint i = 0; i < sheet->n; i += sheet->columns)
    height += row_height (drawing, i);
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > ARRA_RASTER_MAX_PIXELS)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "a sheet of %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT
                      " pixels is too large: show fewer or smaller pictures",
                      width, height);
  drawing->surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width, (int) height);
  drawing->cairo = open_cairo (drawing->surface);
  cairo_set_source_rgb (drawing->cairo, 1, 1, 1);
  cairo_paint (drawing->cairo);
  cairo_set_source_rgb (drawing->cairo, 0.12, 0.13, 0.14);
  if (cairo_status (drawing->cairo) == CAIRO_STATUS_SUCCESS)
    return TRUE;
  return arra_fail (error, ARRA_ERROR_NO_MEMORY, "a sheet of %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT " pixels: %s",
                    width, height, cairo_status_to_string (cairo_status (drawing->cairo)));
}

/* The whole picture, its longer side @cell pixels. */
static gboolean
load_picture (const char *path, guint cell, ArraRaster *out, GError **error)
{
  g_autoraster ArraRaster raster = { 0 }, whole = { 0 };
  double scale;

  if (!arra_raster_load (&raster, path, error))
    return FALSE;
  scale = (double) cell / (double) MAX (raster.width, raster.height);
  if (arra_raster_whiten (&raster, &whole, error)
      && arra_raster_resize (&whole, (gsize) MAX (1, lround ((double) whole.width * scale)),
                             (gsize) MAX (1, lround ((double) whole.height * scale)), ARRA_FILTER_BICUBIC, out, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

static void
put_picture (cairo_surface_t *surface, const ArraRaster *picture, gsize x, gsize y)
{
  unsigned char *data = cairo_image_surface_get_data (surface);
  gsize stride = (gsize) cairo_image_surface_get_stride (surface);

  cairo_surface_flush (surface);
  for (gsize row = 0; row < picture->height; row++)
    for (gsize column = 0; column < picture->width; column++)
      {
        const guint8 *rgb = picture->pixels + (row * picture->width + column) * 3;
        guint32 pixel = (guint32) rgb[0] << 16 | (guint32) rgb[1] << 8 | rgb[2];

        memcpy (data + (y + row) * stride + (x + column) * sizeof pixel, &pixel, sizeof pixel);
      }
  cairo_surface_mark_dirty (surface);
}

static gboolean
draw_item (Drawing *drawing, guint item, gsize top, GError **error)
{
  const guint cell = drawing->sheet->cell;
  const GPtrArray *lines = g_ptr_array_index (drawing->captions, item);
  gsize left = MARGIN + (gsize) (item % drawing->sheet->columns) * (cell + MARGIN);
  g_autoraster ArraRaster picture = { 0 };

  if (!load_picture (arra_dataset_picture (drawing->dataset, item), cell, &picture, error))
    return FALSE;
  put_picture (drawing->surface, &picture, left + (cell - picture.width) / 2, top + (cell - picture.height) / 2);
  for (guint i = 0; i < lines->len; i++)
    {
      cairo_move_to (drawing->cairo, (double) left, (double) (top + cell + (i + 1) * LINE - 2));
      cairo_show_text (drawing->cairo, g_ptr_array_index (lines, i));
    }
  return TRUE;
}

static void
draw_title (Drawing *drawing)
{
  cairo_set_font_size (drawing->cairo, TITLE_FONT);
  cairo_move_to (drawing->cairo, MARGIN, MARGIN + TITLE_FONT);
  cairo_show_text (drawing->cairo, drawing->title);
  cairo_set_font_size (drawing->cairo, FONT);
}

static gboolean
draw_items (Drawing *drawing, ArraItemProgress progress, gpointer user, GCancellable *cancellable, GError **error)
{
  const ArraContactSheet *sheet = drawing->sheet;
  gsize top = top_of_rows (drawing);

  if (drawing->title != NULL)
    draw_title (drawing);
  for (guint i = 0; i < sheet->n; i++)
    {
      if (i > 0 && i % sheet->columns == 0)
        top += row_height (drawing, i - sheet->columns);
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !draw_item (drawing, i, top, error))
        return FALSE;
      if (progress != NULL)
        progress (i + 1, sheet->n, user);
    }
  return TRUE;
}

/* Through our own PNG writer, which takes the description along. */
static gboolean
save (const Drawing *drawing, const char *path, GError **error)
{
  const ArraPictureLabels labels = { .description = drawing->title, .software = "arra" };
  const unsigned char *data = cairo_image_surface_get_data (drawing->surface);
  gsize stride = (gsize) cairo_image_surface_get_stride (drawing->surface);
  g_autoraster ArraRaster raster = { 0 };

  if (cairo_status (drawing->cairo) != CAIRO_STATUS_SUCCESS)
    return arra_fail (error, ARRA_ERROR_FAILED, "%s: cannot be drawn: %s", path,
                      cairo_status_to_string (cairo_status (drawing->cairo)));
  if (!arra_raster_init (&raster, (gsize) cairo_image_surface_get_width (drawing->surface),
                         (gsize) cairo_image_surface_get_height (drawing->surface), 3, error))
    return FALSE;
  cairo_surface_flush (drawing->surface);
  for (gsize y = 0; y < raster.height; y++)
    for (gsize x = 0; x < raster.width; x++)
      {
        guint8 *rgb = raster.pixels + (y * raster.width + x) * 3;
        guint32 pixel;

        memcpy (&pixel, data + y * stride + x * sizeof pixel, sizeof pixel);
        rgb[0] = (guint8) (pixel >> 16);
        rgb[1] = (guint8) (pixel >> 8);
        rgb[2] = (guint8) pixel;
      }
  return arra_raster_save_png (&raster, &labels, path, error);
}

gboolean
arra_contact_sheet_write (const ArraContactSheet *sheet,
                          const ArraDataset *dataset,
                          const char *path,
                          ArraItemProgress progress,
                          gpointer user,
                          GCancellable *cancellable,
                          GError **error)
{
  Drawing drawing = { .sheet = sheet, .dataset = dataset };
  gboolean ok;

  g_return_val_if_fail (sheet->n > 0 && sheet->n <= arra_dataset_size (dataset), FALSE);
  g_return_val_if_fail (sheet->columns > 0 && sheet->cell > 0, FALSE);
  drawing.captions = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  break_captions (&drawing);
  ok = choose_title (&drawing, error) && make_surface (&drawing, error)
       && draw_items (&drawing, progress, user, cancellable, error) && save (&drawing, path, error);
  g_clear_pointer (&drawing.cairo, cairo_destroy);
  g_clear_pointer (&drawing.surface, cairo_surface_destroy);
  g_ptr_array_unref (drawing.captions);
  g_free (drawing.title);
  return ok;
}
