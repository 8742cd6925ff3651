/* test-dialog_place.c - the dialog and what pictures are for: their shape, what is cut off, what larger ones take
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "dialog_case.h"
#include "fixture.h"

static void
get_size (Case *self, guint *width, guint *height)
{
  ArraRequest request;

  arra_picture_box_fill (self->dialog->picture, &request);
  *width = request.width;
  *height = request.height;
}

/* The size that is proposed has the shape of the selection, else of the image, until the user chooses one. */
static void
test_shape (Case *self, gconstpointer data)
{
  guint width, height, own_width, own_height;

  case_open (self, "");
  case_choose (self, "plain");
  get_size (self, &own_width, &own_height);
  self->place = (ArraDialogPlace) { .has_image = TRUE, .canvas_width = 1500, .canvas_height = 500 };
  arra_dialog_look_around (self->dialog);
  get_size (self, &width, &height);
  g_assert_cmpuint (width, >, height);
  self->place.has_selection = TRUE;
  self->place.selection_width = 100;
  self->place.selection_height = 200;
  arra_dialog_look_around (self->dialog);
  get_size (self, &width, &height);
  g_assert_cmpuint (width, <, height);
  arra_picture_box_set_size (self->dialog->picture, own_width, own_height);
  self->place.selection_width = 400;
  arra_dialog_look_around (self->dialog);
  get_size (self, &width, &height);
  g_assert_cmpuint (width, ==, own_width);
  g_assert_cmpuint (height, ==, own_height);
}

/* ---- what is cut off */

#define MOST 2000

/* (transfer full): the preview as it is drawn */
static cairo_surface_t *
draw (Case *self)
{
  GtkWidget *area = case_find (self->dialog->window, GTK_TYPE_DRAWING_AREA, "Preview");
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, gtk_widget_get_allocated_width (area),
                                                         gtk_widget_get_allocated_height (area));
  cairo_t *cr = cairo_create (surface);

  gtk_widget_draw (area, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/* Columns and rows, from the first to the last, where two drawings differ. */
static cairo_rectangle_int_t
difference (cairo_surface_t *one, cairo_surface_t *other)
{
  const int width = cairo_image_surface_get_width (one), height = cairo_image_surface_get_height (one);
  const int stride = cairo_image_surface_get_stride (one);
  int left = MOST, top = MOST, right = -1, bottom = -1;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      if (memcmp (cairo_image_surface_get_data (one) + y * stride + 4 * x,
                  cairo_image_surface_get_data (other) + y * stride + 4 * x, 3)
          != 0)
        {
          left = MIN (left, x);
          right = MAX (right, x);
          top = MIN (top, y);
          bottom = MAX (bottom, y);
        }
  return (cairo_rectangle_int_t) { left, top, right - left + 1, bottom - top + 1 };
}

static const char *
description (Case *self)
{
  GtkWidget *area = case_find (self->dialog->window, GTK_TYPE_DRAWING_AREA, "Preview");

  return atk_object_get_description (gtk_widget_get_accessible (area));
}

static void
set_selection (Case *self, guint width, guint height)
{
  self->place.has_selection = width > 0;
  self->place.selection_width = width;
  self->place.selection_height = height;
  arra_dialog_look_around (self->dialog);
  case_idle ();
}

/* Of a square picture in a flat selection the upper and lower parts are dimmed, all across. */
static void
test_crop (Case *self, gconstpointer data)
{
  cairo_surface_t *whole, *cut, *again;
  cairo_rectangle_int_t changed;

  self->place = (ArraDialogPlace) { .has_image = TRUE, .canvas_width = 64, .canvas_height = 64 };
  case_open (self, "[Dialog]\nsized=true\nwidth=8\nheight=8\nprompt=a word\n");
  case_generate (self);
  g_assert_null (strstr (description (self), "cut"));
  whole = draw (self);
  set_selection (self, 10, 5);
  g_assert_nonnull (strstr (description (self), "cut to 8 × 4 pixels"));
  cut = draw (self);
  changed = difference (whole, cut);
  g_assert_cmpint (changed.width, >, 20);
  g_assert_cmpint (ABS (changed.width - changed.height), <=, 2);
  set_selection (self, 10, 10);
  again = draw (self);
  g_assert_cmpint (difference (whole, again).width, <=, 0);
  cairo_surface_destroy (whole);
  cairo_surface_destroy (cut);
  cairo_surface_destroy (again);
}

/* What is fitted to the canvas is shown at once when that is chosen. */
static void
test_crop_by_mode (Case *self, gconstpointer data)
{
  GtkWidget *mode;

  self->place = (ArraDialogPlace) { .has_image = TRUE, .canvas_width = 32, .canvas_height = 64 };
  case_open (self, "[Dialog]\nsized=true\nwidth=8\nheight=8\nprompt=a word\n");
  case_generate (self);
  mode = case_get (self, GTK_TYPE_COMBO_BOX, "Insert as");
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (mode), "canvas");
  g_assert_nonnull (strstr (description (self), "cut to 4 × 8 pixels"));
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (mode), "native");
  g_assert_null (strstr (description (self), "cut"));
}

/* ---- what larger pictures take */

/* A picture that is made in parts has a time of its own, which does not change that of others. */
static void
test_pace (Case *self, gconstpointer data)
{
  const ArraCheckpoint *checkpoint;
  const char *key;
  ArraRequest request;
  double whole;

  case_open (self, "[Dialog]\nsized=true\nwidth=8\nheight=8\nprompt=a word\n");
  case_choose (self, "plain");
  case_generate (self);
  checkpoint = arra_checkpoint_box_get (self->dialog->checkpoints);
  key = arra_checkpoint_fingerprint (checkpoint);
  whole = arra_settings_get_pace (&self->dialog->settings, key, ARRA_PACE_WHOLE);
  g_assert_cmpfloat (whole, >, 0);
  arra_request_init (&request, checkpoint);
  request.width = 3 * request.width + 1;
  g_assert_cmpint (arra_dialog_pace_kind (checkpoint, &request), ==, ARRA_PACE_PARTS);
  arra_picture_box_set_size (self->dialog->picture, request.width, request.height);
  case_generate (self);
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 2);
  g_assert_cmpfloat (arra_settings_get_pace (&self->dialog->settings, key, ARRA_PACE_WHOLE), ==, whole);
  g_assert_true (g_key_file_has_group (self->dialog->settings.keys, "Seconds for each token"));
  g_assert_cmpfloat (arra_settings_get_pace (&self->dialog->settings, key, ARRA_PACE_PARTS), !=, 1.5 * whole);
}

/* It is known as soon as one picture is finished, whether others follow or not. */
static void
test_time (Case *self, gconstpointer data)
{
  const char *unknown = "not measured on this computer yet";

  case_open (self, "[Dialog]\nsized=true\nwidth=8\nheight=8\ncount=64\nprompt=a word\n");
  case_choose (self, "plain");
  gtk_button_clicked (GTK_BUTTON (case_get (self, GTK_TYPE_MENU_BUTTON, "About this checkpoint")));
  case_idle ();
  g_assert_true (case_shows (self, unknown));
  arra_dialog_generate (self->dialog);
  while (arra_results_length (self->dialog->results) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (case_shows (self, unknown));
  g_assert_true (case_shows (self, "on this computer"));
}

int
main (int argc, char **argv)
{
  static const CaseTest cases[] = {
    { "/ui/dialog-place/shape", test_shape },
    { "/ui/dialog-place/crop", test_crop },
    { "/ui/dialog-place/crop-by-mode", test_crop_by_mode },
    { "/ui/dialog-place/pace", test_pace },
    { "/ui/dialog-place/time", test_time },
  };

  case_init (&argc, &argv);
  return case_run (cases, G_N_ELEMENTS (cases), case_begin, case_end);
}
