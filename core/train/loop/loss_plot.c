/* loss_plot.c - the curves of a training, drawn by cairo
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "loss_plot.h"

#include <cairo.h>
#include <math.h>
#include <stdlib.h>

#include "fail.h"
#include "mapping.h"

#define WIDTH 960
#define HEIGHT 540
#define LEFT 84.0
#define RIGHT 28.0
#define TOP 52.0
#define BOTTOM 60.0
#define FONT 14.0
#define KEPT 0.98 /* of the points lie within the upper edge */

typedef struct
{
  double r, g, b;
} Colour;

static const Colour training_colour = { 0.21, 0.40, 0.62 }, validation_colour = { 0.80, 0.36, 0.16 },
                    ink = { 0.18, 0.20, 0.21 }, grid = { 0.88, 0.89, 0.90 };

/* What a plot shows: steps from left to right, values from bottom to top. */
typedef struct
{
  cairo_t *cairo;
  double right, bottom, top; /* values at the edges; the left edge is step 0 */
} Canvas;

static void
use (cairo_t *cairo, const Colour *colour)
{
  cairo_set_source_rgb (cairo, colour->r, colour->g, colour->b);
}

static double
x_of (const Canvas *canvas, double step)
{
  return LEFT + (WIDTH - LEFT - RIGHT) * step / canvas->right;
}

static double
y_of (const Canvas *canvas, double value)
{
  double up = (value - canvas->bottom) / (canvas->top - canvas->bottom);

  return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * CLAMP (up, 0, 1);
}

/* 1, 2 or 5 times a power of ten, such that @range has about @n of them. */
static double
tick_of (double range, double n)
{
  double raw = range / n, power = pow (10, floor (log10 (raw))), part = raw / power;

  return power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

/* The range that shows nearly all values of both curves. */
static void
set_range (Canvas *canvas, const ArraLossPlot *plot)
{
  guint n = plot->n_training + plot->n_validation;
  g_autofree double *values = g_new (double, n);
  double last = 1, margin;

  for (guint i = 0; i < n; i++)
    {
      const ArraCurvePoint *point = i < plot->n_training ? &plot->training[i] : &plot->validation[i - plot->n_training];

      values[i] = point->value;
      last = MAX (last, point->step);
    }
  if (n > 0)
    qsort (values, n, sizeof *values, compare);
  canvas->right = last;
  canvas->bottom = n > 0 ? values[0] : 0;
  canvas->top = n > 0 ? values[(guint) ((n - 1) * KEPT + 0.5)] : 1;
  margin = MAX (0.06 * (canvas->top - canvas->bottom), 1e-6 + 1e-3 * fabs (canvas->top));
  canvas->bottom -= margin;
  canvas->top += margin;
}

/* @across: -1 the text ends at (x, y), 0 its middle is there, 1 it starts there. */
static void
write_text (cairo_t *cairo, double x, double y, int across, const char *text)
{
  cairo_text_extents_t size;

  cairo_text_extents (cairo, text, &size);
  cairo_move_to (cairo, x + (across - 1) * size.x_advance / 2, y);
  cairo_show_text (cairo, text);
}

static void
write_number (cairo_t *cairo, double x, double y, int across, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  write_text (cairo, x, y, across, g_ascii_formatd (text, sizeof text, "%.6g", value));
}

static void
draw_line (cairo_t *cairo, double x0, double y0, double x1, double y1)
{
  cairo_move_to (cairo, x0, y0);
  cairo_line_to (cairo, x1, y1);
  cairo_stroke (cairo);
}

static void
draw_grid (const Canvas *canvas)
{
  double step = MAX (tick_of (canvas->right, 8), 1), height = tick_of (canvas->top - canvas->bottom, 6);
  cairo_t *cairo = canvas->cairo;

  cairo_set_line_width (cairo, 1);
  for (double at = ceil (canvas->bottom / height); at * height <= canvas->top; at++)
    {
      double y = floor (y_of (canvas, at * height)) + 0.5;

      use (cairo, &grid);
      draw_line (cairo, LEFT, y, WIDTH - RIGHT, y);
      use (cairo, &ink);
      write_number (cairo, LEFT - 10, y + FONT / 3, -1, at * height);
    }
  for (double at = 0; at * step <= canvas->right; at++)
    {
      double x = floor (x_of (canvas, at * step)) + 0.5;

      use (cairo, &grid);
      draw_line (cairo, x, TOP, x, HEIGHT - BOTTOM);
      use (cairo, &ink);
      write_number (cairo, x, HEIGHT - BOTTOM + 20, 0, at * step);
    }
}

static void
draw_axes (const Canvas *canvas, const char *title)
{
  cairo_t *cairo = canvas->cairo;

  use (cairo, &ink);
  draw_line (cairo, LEFT + 0.5, TOP, LEFT + 0.5, HEIGHT - BOTTOM);
  draw_line (cairo, LEFT, HEIGHT - BOTTOM + 0.5, WIDTH - RIGHT, HEIGHT - BOTTOM + 0.5);
  write_text (cairo, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, 0, "step");
  cairo_save (cairo);
  cairo_translate (cairo, 22, (TOP + HEIGHT - BOTTOM) / 2);
  cairo_rotate (cairo, -G_PI / 2);
  write_text (cairo, 0, 0, 0, "loss");
  cairo_restore (cairo);
  cairo_set_font_size (cairo, FONT + 3);
  write_text (cairo, LEFT, 32, 1, title);
  cairo_set_font_size (cairo, FONT);
}

static void
draw_curve (const Canvas *canvas,
            const ArraCurvePoint *points,
            guint n,
            const Colour *colour,
            double width,
            gboolean dots)
{
  cairo_t *cairo = canvas->cairo;

  use (cairo, colour);
  cairo_set_line_width (cairo, width);
  cairo_new_path (cairo); /* text leaves a point */
  for (guint i = 0; i < n; i++)
    cairo_line_to (cairo, x_of (canvas, points[i].step), y_of (canvas, points[i].value));
  cairo_stroke (cairo);
  for (guint i = 0; dots && i < n; i++)
    {
      cairo_arc (cairo, x_of (canvas, points[i].step), y_of (canvas, points[i].value), 2.5, 0, 2 * G_PI);
      cairo_fill (cairo);
    }
}

static void
draw_key (const Canvas *canvas, double x, const char *name, const Colour *colour)
{
  use (canvas->cairo, colour);
  cairo_set_line_width (canvas->cairo, 3);
  draw_line (canvas->cairo, x, 27, x + 24, 27);
  use (canvas->cairo, &ink);
  write_text (canvas->cairo, x + 32, 32, 1, name);
}

static void
draw (cairo_t *cairo, const ArraLossPlot *plot)
{
  Canvas canvas = { .cairo = cairo };

  set_range (&canvas, plot);
  cairo_set_source_rgb (cairo, 1, 1, 1);
  cairo_paint (cairo);
  cairo_select_font_face (cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size (cairo, FONT);
  cairo_set_line_join (cairo, CAIRO_LINE_JOIN_ROUND);
  draw_grid (&canvas);
  draw_axes (&canvas, plot->title);
  draw_curve (&canvas, plot->training, plot->n_training, &training_colour, 1.5, FALSE);
  draw_curve (&canvas, plot->validation, plot->n_validation, &validation_colour, 2, TRUE);
  draw_key (&canvas, WIDTH - 300, "training", &training_colour);
  if (plot->n_validation > 0)
    draw_key (&canvas, WIDTH - 160, "validation", &validation_colour);
}

static cairo_status_t
take_bytes (void *bytes, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (bytes, data, length);
  return CAIRO_STATUS_SUCCESS;
}

gboolean
arra_loss_plot_write (const ArraLossPlot *plot, const char *path, GError **error)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  cairo_t *cairo = cairo_create (surface);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  cairo_status_t status;

  draw (cairo, plot);
  status = cairo_status (cairo);
  cairo_destroy (cairo);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png_stream (surface, take_bytes, bytes);
  cairo_surface_destroy (surface);
  if (status != CAIRO_STATUS_SUCCESS)
    return arra_fail (error, ARRA_ERROR_FAILED, "%s: cannot be drawn: %s", path, cairo_status_to_string (status));
  return arra_write_file (path, bytes->data, bytes->len, error);
}
