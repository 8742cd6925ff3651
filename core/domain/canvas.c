/* canvas.c - float pictures to draw on
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "canvas.h"

#include <math.h>
#include <string.h>

#include "detmath.h"
#include "fail.h"
#include "mem.h"

gboolean
arra_canvas_init (ArraCanvas *canvas, gsize width, gsize height, guint channels, GError **error)
{
  *canvas = (ArraCanvas) { .width = width, .height = height, .channels = channels };
  if (width == 0 || height == 0 || height > ARRA_RASTER_MAX_PIXELS / width)
    return arra_fail (error, ARRA_ERROR_ARGUMENT,
                      "a canvas of %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT " pixels cannot be drawn on", width, height);
  canvas->values = arra_mem_new0 (width * height, channels * sizeof (float), "canvas", error);
  return canvas->values != NULL;
}

void
arra_canvas_clear (ArraCanvas *canvas)
{
  arra_mem_free (canvas->values);
  *canvas = (ArraCanvas) { 0 };
}

void
arra_canvas_fill (ArraCanvas *canvas, const float *colour)
{
  for (gsize i = 0; i < canvas->width * canvas->height; i++)
    memcpy (canvas->values + i * canvas->channels, colour, canvas->channels * sizeof (float));
}

/* Where index @i of @n lies under the rule of @edge */
static gsize
edge_index (gssize i, gsize n, ArraEdge edge)
{
  if ((gsize) i < n)
    return (gsize) i;
  if (edge == ARRA_EDGE_CLAMP)
    return (gsize) CLAMP (i, 0, (gssize) n - 1);
  i %= (gssize) n;
  return (gsize) (i < 0 ? i + (gssize) n : i);
}

/* taps[0..radius]: one half of the kernel, with its middle; sums to 1 over both halves. */
static void
gauss_taps (float *taps, gsize radius, float sigma)
{
  float sum = 0;

  for (gsize i = 0; i <= radius; i++)
    {
      float t = (float) i / sigma;
      taps[i] = arra_expf (-0.5f * t * t);
      sum += (i == 0 ? 1 : 2) * taps[i];
    }
  for (gsize i = 0; i <= radius; i++)
    taps[i] /= sum;
}

static void
add_scaled (float *restrict to, const float *restrict from, gsize n, float scale)
{
  for (gsize i = 0; i < n; i++)
    to[i] += scale * from[i];
}

/* Each row of @to is the weighted sum of rows of @from. */
static void
blur_rows (const ArraCanvas *canvas, const float *from, float *to, const float *taps, gsize radius, ArraEdge edge)
{
  gsize n = canvas->width * canvas->channels;

  memset (to, 0, canvas->height * n * sizeof *to);
  for (gsize y = 0; y < canvas->height; y++)
    for (gssize t = -(gssize) radius; t <= (gssize) radius; t++)
      add_scaled (to + y * n, from + edge_index ((gssize) y + t, canvas->height, edge) * n, n, taps[ABS (t)]);
}

/* The same along one row; @padded has room for radius pixels more on either side. */
static void
blur_row (const ArraCanvas *canvas, float *row, float *padded, const float *taps, gsize radius, ArraEdge edge)
{
  gsize c = canvas->channels, n = canvas->width * c;

  for (gsize i = 0; i < canvas->width + 2 * radius; i++)
    memcpy (padded + i * c, row + edge_index ((gssize) i - (gssize) radius, canvas->width, edge) * c, c * sizeof *row);
  memset (row, 0, n * sizeof *row);
  for (gsize t = 0; t <= 2 * radius; t++)
    add_scaled (row, padded + t * c, n, taps[t < radius ? radius - t : t - radius]);
}

gboolean
arra_canvas_blur (ArraCanvas *canvas, float sigma, ArraEdge edge, GError **error)
{
  gsize radius = MAX (1, (gsize) ceilf (3 * sigma)), n = canvas->width * canvas->channels;
  g_automem float *taps = arra_mem_new (radius + 1, sizeof (float), "blur", error);
  g_automem float *rows = taps == NULL ? NULL : arra_mem_new (canvas->height, n * sizeof (float), "blur", error);
  g_automem float *padded
      = rows == NULL ? NULL
                     : arra_mem_new (canvas->width + 2 * radius, canvas->channels * sizeof (float), "blur", error);

  if (padded == NULL)
    return FALSE;
  gauss_taps (taps, radius, sigma);
  blur_rows (canvas, canvas->values, rows, taps, radius, edge);
  for (gsize y = 0; y < canvas->height; y++)
    blur_row (canvas, rows + y * n, padded, taps, radius, edge);
  memcpy (canvas->values, rows, canvas->height * n * sizeof (float));
  return TRUE;
}

void
arra_canvas_sample (const ArraCanvas *canvas, float x, float y, ArraEdge edge, float *colour)
{
  float left = arra_floor (x), top = arra_floor (y);
  gsize x0 = edge_index ((gssize) left, canvas->width, edge), x1 = edge_index ((gssize) left + 1, canvas->width, edge);
  gsize y0 = edge_index ((gssize) top, canvas->height, edge), y1 = edge_index ((gssize) top + 1, canvas->height, edge);
  const float *a = arra_canvas_at (canvas, x0, y0), *b = arra_canvas_at (canvas, x1, y0);
  const float *c = arra_canvas_at (canvas, x0, y1), *d = arra_canvas_at (canvas, x1, y1);

  for (guint i = 0; i < canvas->channels; i++)
    colour[i] = arra_mix (arra_mix (a[i], b[i], x - left), arra_mix (c[i], d[i], x - left), y - top);
}

void
arra_canvas_blend (ArraCanvas *canvas, gsize x, gsize y, const float *colour, float opacity)
{
  float *pixel = arra_canvas_at (canvas, x, y);

  for (guint i = 0; i < canvas->channels; i++)
    pixel[i] = arra_mix (pixel[i], colour[i], opacity);
}

#define CURVE_STEPS 8192

void
arra_canvas_to_raster (const ArraCanvas *canvas, float gamma, ArraRaster *raster)
{
  guint8 curve[CURVE_STEPS + 1];

  g_return_if_fail (raster->width == canvas->width && raster->height == canvas->height);
  g_return_if_fail (raster->channels == canvas->channels || (canvas->channels == 1 && raster->channels == 3));
  for (guint i = 0; i <= CURVE_STEPS; i++)
    curve[i] = (guint8) (255 * powf ((float) i / CURVE_STEPS, 1 / gamma) + 0.5f);
  for (gsize i = 0; i < raster->width * raster->height * raster->channels; i++)
    {
      float value = canvas->values[raster->channels == canvas->channels ? i : i / 3];
      raster->pixels[i] = curve[(int) (CLAMP (value, 0, 1) * CURVE_STEPS + 0.5f)];
    }
}

float
arra_distance_segment (float x, float y, float ax, float ay, float bx, float by)
{
  float px = x - ax, py = y - ay, dx = bx - ax, dy = by - ay;
  float length = dx * dx + dy * dy, t = length > 0 ? (px * dx + py * dy) / length : 0;

  t = CLAMP (t, 0, 1);
  return hypotf (px - t * dx, py - t * dy);
}

float
arra_distance_box (float x, float y, float half_width, float half_height, float round)
{
  float dx = fabsf (x) - half_width + round, dy = fabsf (y) - half_height + round;

  return hypotf (MAX (dx, 0), MAX (dy, 0)) + MIN (MAX (dx, dy), 0) - round;
}

float
arra_distance_ellipse (float x, float y, float rx, float ry)
{
  float u = x / rx, v = y / ry, k = sqrtf (u * u + v * v), slope = hypotf (u / rx, v / ry);

  return slope > 0 ? k * (k - 1) / slope : -MIN (rx, ry);
}
