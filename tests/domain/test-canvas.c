/* test-canvas.c - blur, samples, blending, rasters, distances
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "canvas.h"
#include "mem.h"

static void
make (ArraCanvas *canvas, gsize width, gsize height, guint channels)
{
  GError *error = NULL;

  arra_canvas_init (canvas, width, height, channels, &error);
  g_assert_no_error (error);
}

static double
sum_of (const ArraCanvas *canvas)
{
  double sum = 0;

  for (gsize i = 0; i < canvas->width * canvas->height * canvas->channels; i++)
    sum += canvas->values[i];
  return sum;
}

/* A point becomes a round bump of deviation sigma; at a wrapping edge it goes on at the other side. */
static void
test_blur (void)
{
  g_autocanvas ArraCanvas canvas = { 0 };
  double spread = 0;
  GError *error = NULL;

  make (&canvas, 40, 30, 2);
  arra_canvas_at (&canvas, 1, 15)[1] = 100;
  g_assert_true (arra_canvas_blur (&canvas, 2, ARRA_EDGE_WRAP, &error));
  g_assert_cmpfloat (fabs (sum_of (&canvas) - 100), <, 1e-3);
  g_assert_cmpfloat (fabsf (arra_canvas_at (&canvas, 39, 15)[1] - arra_canvas_at (&canvas, 3, 15)[1]), <, 1e-5f);
  g_assert_cmpfloat (fabsf (arra_canvas_at (&canvas, 1, 12)[1] - arra_canvas_at (&canvas, 4, 15)[1]), <, 1e-5f);
  for (gsize y = 0; y < 30; y++)
    for (gsize x = 0; x < 40; x++)
      {
        g_assert_cmpfloat (arra_canvas_at (&canvas, x, y)[0], ==, 0);
        spread += arra_canvas_at (&canvas, x, y)[1] * ((double) y - 15) * ((double) y - 15) / 100;
      }
  g_assert_cmpfloat (fabs (spread - 4), <, 0.2);
}

static void
test_blur_edge (void)
{
  g_autocanvas ArraCanvas canvas = { 0 };
  const float colour[] = { 0.5f, 2, -1 };

  make (&canvas, 9, 5, 3);
  arra_canvas_fill (&canvas, colour);
  g_assert_true (arra_canvas_blur (&canvas, 3, ARRA_EDGE_CLAMP, NULL)); /* wider than the canvas */
  for (gsize i = 0; i < 9 * 5 * 3; i++)
    g_assert_cmpfloat (fabsf (canvas.values[i] - colour[i % 3]), <, 1e-5f);
}

static void
test_sample (void)
{
  g_autocanvas ArraCanvas canvas = { 0 };
  float value;

  make (&canvas, 4, 4, 1);
  for (gsize i = 0; i < 16; i++)
    canvas.values[i] = (float) i;
  arra_canvas_sample (&canvas, 2, 1, ARRA_EDGE_CLAMP, &value);
  g_assert_cmpfloat (value, ==, 6);
  arra_canvas_sample (&canvas, 1.5f, 1.25f, ARRA_EDGE_CLAMP, &value);
  g_assert_cmpfloat (value, ==, 6.5f);
  arra_canvas_sample (&canvas, -3, 9, ARRA_EDGE_CLAMP, &value);
  g_assert_cmpfloat (value, ==, 12);
  arra_canvas_sample (&canvas, -0.5f, 0, ARRA_EDGE_WRAP, &value);
  g_assert_cmpfloat (value, ==, 1.5f);
}

static void
test_raster (void)
{
  g_autocanvas ArraCanvas canvas = { 0 };
  g_autoraster ArraRaster raster = { 0 };
  const float values[] = { -1, 0.25f, 0.5f, 7 };
  const guint8 linear[] = { 0, 64, 128, 255 }, rooted[] = { 0, 128, 180, 255 };

  make (&canvas, 4, 1, 1);
  g_assert_true (arra_raster_init (&raster, 4, 1, 3, NULL));
  for (int i = 0; i < 4; i++)
    canvas.values[i] = values[i];
  arra_canvas_to_raster (&canvas, 1, &raster);
  for (int i = 0; i < 12; i++)
    g_assert_cmpuint (raster.pixels[i], ==, linear[i / 3]);
  arra_canvas_to_raster (&canvas, 2, &raster);
  for (int i = 0; i < 12; i++)
    g_assert_cmpuint (raster.pixels[i], ==, rooted[i / 3]);
}

static void
test_blend (void)
{
  g_autocanvas ArraCanvas canvas = { 0 };
  const float a[] = { 1, 2, 3 }, b[] = { 3, 2, 1 };

  make (&canvas, 2, 2, 3);
  arra_canvas_fill (&canvas, a);
  arra_canvas_blend (&canvas, 1, 0, b, 0.25f);
  g_assert_cmpfloat (arra_canvas_at (&canvas, 1, 0)[0], ==, 1.5f);
  g_assert_cmpfloat (arra_canvas_at (&canvas, 1, 0)[2], ==, 2.5f);
  g_assert_cmpfloat (arra_canvas_at (&canvas, 0, 1)[0], ==, 1);
}

static void
test_distances (void)
{
  g_assert_cmpfloat (arra_distance_segment (3, 4, 0, 0, 3, 0), ==, 4);
  g_assert_cmpfloat (arra_distance_segment (-3, 4, 0, 0, 3, 0), ==, 5);
  g_assert_cmpfloat (arra_distance_box (5, 0, 2, 1, 0), ==, 3);
  g_assert_cmpfloat (arra_distance_box (0, 0, 2, 1, 0), ==, -1);
  g_assert_cmpfloat (fabsf (arra_distance_ellipse (0, 2, 5, 2)), <, 1e-6f);
  g_assert_cmpfloat (arra_distance_ellipse (0, 0, 5, 2), <, 0);
  g_assert_cmpfloat (arra_smoothstep (1, 0, 0.25f), >, 0.8f);
}

static void
test_errors (void)
{
  ArraCanvas canvas;
  GError *error = NULL;
  gsize before = arra_mem_held ();

  g_assert_false (arra_canvas_init (&canvas, 0, 5, 1, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (arra_canvas_init (&canvas, G_MAXSIZE / 2, G_MAXSIZE / 2, 4, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
  g_clear_error (&error);
  make (&canvas, 8, 8, 1);
  for (gint64 nth = 0; nth < 3; nth++)
    {
      arra_mem_fail_nth (nth);
      g_assert_false (arra_canvas_blur (&canvas, 1, ARRA_EDGE_CLAMP, &error));
      g_assert_error (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY);
      g_clear_error (&error);
    }
  arra_mem_fail_nth (-1);
  arra_canvas_clear (&canvas);
  g_assert_cmpuint (arra_mem_held (), ==, before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain/canvas/blur", test_blur);
  g_test_add_func ("/domain/canvas/blur-edge", test_blur_edge);
  g_test_add_func ("/domain/canvas/sample", test_sample);
  g_test_add_func ("/domain/canvas/raster", test_raster);
  g_test_add_func ("/domain/canvas/blend", test_blend);
  g_test_add_func ("/domain/canvas/distances", test_distances);
  g_test_add_func ("/domain/canvas/errors", test_errors);
  return g_test_run ();
}
