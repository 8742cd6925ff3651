/* test-loss_plot.c - curves appear where their values are
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <cairo.h>

#include "loss_plot.h"
#include "model_folder.h"

static char *folder, *path;

static cairo_surface_t *
draw (const ArraCurvePoint *training, guint n_training, const ArraCurvePoint *validation, guint n_validation)
{
  ArraLossPlot plot = { "toy: loss", training, validation, n_training, n_validation };
  g_autoptr (GError) error = NULL;
  cairo_surface_t *surface;

  arra_loss_plot_write (&plot, path, &error);
  g_assert_no_error (error);
  surface = cairo_image_surface_create_from_png (path);
  g_assert_cmpint (cairo_surface_status (surface), ==, CAIRO_STATUS_SUCCESS);
  g_assert_cmpint (cairo_image_surface_get_width (surface), ==, 960);
  g_assert_cmpint (cairo_image_surface_get_height (surface), ==, 540);
  return surface;
}

/* The mean row of what is more blue than red (training), or more red than blue, in columns @from .. @to of
 * the plot; -1: nothing is. */
static double
row_of (cairo_surface_t *surface, gboolean blue, int from, int to)
{
  const guint8 *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface), n = 0;
  double sum = 0;

  for (int y = 52; y < 480; y++)
    for (int x = from; x < to; x++)
      {
        const guint32 *pixel = (const guint32 *) (const void *) (data + y * stride + x * 4);
        int more = (int) (*pixel & 255) - (int) (*pixel >> 16 & 255);

        if (blue ? more > 60 : more < -60)
          {
            sum += y;
            n++;
          }
      }
  return n > 0 ? sum / n : -1;
}

static void
test_curves (void)
{
  ArraCurvePoint falling[100], rising[10];
  cairo_surface_t *surface;

  for (guint i = 0; i < 100; i++)
    falling[i] = (ArraCurvePoint) { 10 * (i + 1), 5 - 0.04 * i };
  for (guint i = 0; i < 10; i++)
    rising[i] = (ArraCurvePoint) { 100 * (i + 1), 2 + 0.2 * i };
  surface = draw (falling, 100, rising, 10);
  g_assert_cmpfloat (row_of (surface, TRUE, 100, 140), <, 120);
  g_assert_cmpfloat (row_of (surface, TRUE, 880, 930), >, 420);
  g_assert_cmpfloat (row_of (surface, FALSE, 200, 300), >, row_of (surface, FALSE, 880, 930) + 50);
  cairo_surface_destroy (surface);
}

static void
test_odd (void)
{
  const ArraCurvePoint same[] = { { 1, 0 }, { 2, 0 } }, huge[] = { { 1, 1e30 }, { 2, -1e30 } };
  cairo_surface_t *surface = draw (NULL, 0, NULL, 0);

  g_assert_cmpfloat (row_of (surface, TRUE, 90, 930), ==, -1);
  cairo_surface_destroy (surface);
  cairo_surface_destroy (draw (same, 1, NULL, 0));
  cairo_surface_destroy (draw (same, 2, same, 2));
  cairo_surface_destroy (draw (huge, 2, NULL, 0));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("arra-plot-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (folder, "loss.png", NULL);
  g_test_add_func ("/loss_plot/curves", test_curves);
  g_test_add_func ("/loss_plot/odd", test_odd);
  status = g_test_run ();
  arra_folder_remove (folder, &error);
  g_free (folder);
  g_free (path);
  return status;
}
