/* test-dialog_paint.c - any size, tiles, rows made anew, and pictures that are made from what is there
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gdk/gdkkeysyms.h>
#include <string.h>

#include "dialog_case.h"

#define SIZED "[Dialog]\nprompt=a word\nsized=true\nwidth=8\nheight=8\ninsert=native\n"
#define SIDE 8

static const ArraMade *
current (Case *self)
{
  return arra_results_current (self->dialog->results);
}

static const char *
description (Case *self)
{
  return atk_object_get_description (gtk_widget_get_accessible (case_get (self, GTK_TYPE_DRAWING_AREA, "Preview")));
}

/* ---- sizes */

static void
test_any_size (Case *self, gconstpointer data)
{
  GtkWidget *width, *height;

  case_open (self, SIZED);
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (case_get (self, GTK_TYPE_COMBO_BOX, "Size")), "other");
  width = case_get (self, GTK_TYPE_SPIN_BUTTON, "Width");
  height = case_get (self, GTK_TYPE_SPIN_BUTTON, "Height");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (width), 43);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (height), 35);
  case_generate (self);
  g_assert_cmpuint (current (self)->picture.width, ==, 43);
  g_assert_cmpuint (current (self)->picture.height, ==, 35);
  g_assert_cmpuint (current (self)->whole_height, ==, 35);
}

/* Beyond one and a half it is said, and the size of the place is a press away. */
static void
test_enlarged (Case *self, gconstpointer data)
{
  ArraRequest request;

  self->place = (ArraDialogPlace) { .has_image = TRUE, .canvas_width = 40, .canvas_height = 24 };
  case_open (self, "[Dialog]\nprompt=a word\nsized=true\nwidth=8\nheight=8\ninsert=canvas\n");
  case_idle ();
  g_assert_true (case_shows (self, "Enlarged 5.0 times"));
  case_press (self, "Any Size");
  g_assert_false (case_shows (self, "Enlarged"));
  arra_dialog_fill_request (self->dialog, arra_checkpoint_box_get (self->dialog->checkpoints), &request);
  g_assert_cmpuint (request.width, ==, 40);
  g_assert_cmpuint (request.height, ==, 24);
  case_generate (self);
  g_assert_cmpuint (current (self)->picture.width, ==, 40);
  g_assert_false (case_shows (self, "Enlarged"));
}

/* ---- tiles */

static guint32
pixel (cairo_surface_t *surface, int x, int y)
{
  const guint8 *row = cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface);

  return ((const guint32 *) (gconstpointer) row)[x] & 0xffffff;
}

/* What is drawn goes on after the width and the height of a tile as it was there. */
static void
assert_repeats (GtkWidget *area, int tile)
{
  const int width = gtk_widget_get_allocated_width (area), height = gtk_widget_get_allocated_height (area);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_t *cr = cairo_create (surface);
  const int left = (width - 3 * tile) / 2 + 3, top = (height - 3 * tile) / 2 + 3;

  gtk_widget_draw (area, cr);
  cairo_surface_flush (surface);
  for (int y = 0; y < 2 * tile - 6; y++)
    for (int x = 0; x < 2 * tile - 6; x++)
      {
        g_assert_cmphex (pixel (surface, left + x, top + y), ==, pixel (surface, left + x + tile, top + y));
        g_assert_cmphex (pixel (surface, left + x, top + y), ==, pixel (surface, left + x, top + y + tile));
      }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

static void
test_seamless (Case *self, gconstpointer data)
{
  g_autofree char *saved = NULL;

  case_open (self, "[Dialog]\nprompt=a word\nsized=true\nwidth=32\nheight=32\n");
  gtk_window_resize (GTK_WINDOW (self->dialog->window), 1300, 880);
  while (gtk_widget_get_allocated_height (case_get (self, GTK_TYPE_DRAWING_AREA, "Preview")) < 3 * 4 * 32 + 20)
    g_main_context_iteration (NULL, TRUE);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (case_get (self, GTK_TYPE_CHECK_BUTTON, "Seamless")), TRUE);
  case_generate (self);
  g_assert_cmpuint (current (self)->seamless, ==, ARRA_SEAMLESS_X | ARRA_SEAMLESS_Y);
  g_assert_nonnull (strstr (current (self)->recipe, "\"seamless\": 3"));
  g_assert_nonnull (strstr (description (self), "shown 3 × 3 times"));
  assert_repeats (case_get (self, GTK_TYPE_DRAWING_AREA, "Preview"), 4 * 32);
  case_close (self);
  saved = case_saved (self);
  g_assert_nonnull (strstr (saved, "seamless=both\n"));
}

/* ---- rows */

/* The rows above keep their codes; below there are four pictures more, all different. */
static void
test_redo (Case *self, gconstpointer data)
{
  g_autoptr (GPtrArray) made = NULL;
  g_autofree guint32 *codes = NULL;
  GtkWidget *preview;
  gsize above;

  case_open (self, "[Dialog]\nprompt=a word\nsized=true\nwidth=32\nheight=32\n");
  case_generate (self);
  g_assert_cmpuint (current (self)->code_rows, >, 2);
  codes = g_memdup2 (current (self)->codes, 3 * current (self)->code_columns * sizeof *codes);
  above = 2 * current (self)->code_columns * sizeof *codes;
  preview = case_get (self, GTK_TYPE_DRAWING_AREA, "Preview");
  for (guint i = 0; i < 3; i++)
    case_key (preview, GDK_KEY_Down, 0);
  gtk_button_clicked (GTK_BUTTON (case_get (self, GTK_TYPE_BUTTON, "Four Alternatives from Row 3")));
  while (arra_work_is_running (self->dialog->work))
    g_main_context_iteration (NULL, TRUE);
  case_idle ();
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 5);
  made = arra_results_selected (self->dialog->results);
  g_assert_cmpuint (made->len, ==, 4);
  for (guint i = 0; i < 4; i++)
    {
      const ArraMade *other = made->pdata[i];

      g_assert_cmpmem (other->codes, above, codes, above);
      g_assert_nonnull (strstr (other->recipe, "\"known\""));
      for (guint j = 0; j < i; j++)
        {
          const ArraMade *before = made->pdata[j];
          const gsize all = before->code_rows * before->code_columns * sizeof *codes;

          g_assert_true (memcmp (before->codes, other->codes, all) != 0);
        }
    }
  g_assert_false (gtk_widget_get_visible (self->dialog->redo));
}

/* ---- from what is there */

static ArraScene *
new_scene (gboolean holed)
{
  ArraScene *scene = arra_scene_new (1, 5, 6, 5 * SIDE, 4 * SIDE, holed, NULL);

  for (gsize i = 0; i < 3 * 20 * SIDE * SIDE; i++)
    scene->pixels[i] = (guint8) (40 + i * 7 % 150);
  for (gsize y = SIDE; holed && y < 2 * SIDE; y++)
    for (gsize x = SIDE; x < 3 * SIDE; x++)
      scene->unknown[y * scene->width + x] = scene->mask[y * scene->width + x] = 255;
  return scene;
}

static void
test_fill (Case *self, gconstpointer data)
{
  const ArraMade *made;

  self->task = ARRA_TASK_FILL;
  case_open (self, SIZED);
  g_assert_false (gtk_widget_get_mapped (case_get (self, GTK_TYPE_COMBO_BOX, "Size")));
  gtk_button_clicked (GTK_BUTTON (case_get (self, GTK_TYPE_MENU_BUTTON, "About this checkpoint")));
  case_idle ();
  g_assert_false (case_shows (self, "not measured")); /* nor will it be */
  case_press (self, "Generate");
  g_assert_true (case_shows (self, "there is nothing to look at"));
  self->scene = new_scene (TRUE);
  case_generate (self);
  made = current (self);
  g_assert_nonnull (made);
  g_assert_cmpuint (made->picture.width, ==, 5 * SIDE);
  g_assert_cmpuint (made->picture.height, ==, 4 * SIDE);
  for (gsize i = 0; i < 20 * SIDE * SIDE; i++)
    if (self->scene->unknown[i] == 0)
      g_assert_cmpmem (made->picture.pixels + 3 * i, 3, self->scene->pixels + 3 * i, 3);
  case_press (self, "Insert");
  g_assert_true (self->back == self->scene);
}

static void
test_vary (Case *self, gconstpointer data)
{
  self->task = ARRA_TASK_VARY;
  self->scene = new_scene (FALSE);
  case_open (self, SIZED "vary=0.2\n");
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (case_get (self, GTK_TYPE_SPIN_BUTTON, "Change (%)"))),
                     ==, 20);
  case_generate (self);
  g_assert_cmpuint (current (self)->picture.width, ==, 5 * SIDE);
  g_assert_cmpuint (current (self)->picture.height, ==, 4 * SIDE);
  case_press (self, "Insert");
  g_assert_true (self->back == self->scene);
}

/* What a layer was made from is proposed for it, else what was asked for last. */
static void
test_prompt_of_layer (Case *self, gconstpointer data)
{
  static const ArraTask tasks[] = { ARRA_TASK_FILL, ARRA_TASK_VARY, ARRA_TASK_GENERATE };
  g_autofree char *recipe = NULL;

  case_open (self, SIZED);
  case_generate (self);
  recipe = g_strdup (current (self)->recipe);
  case_close (self);
  self->scene = new_scene (TRUE);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (tasks); i++)
    {
      const gboolean has_recipe = i < G_N_ELEMENTS (tasks);
      g_autofree char *prompt = NULL;

      self->task = tasks[i % G_N_ELEMENTS (tasks)];
      self->recipe = has_recipe ? recipe : NULL;
      case_open (self, "[Dialog]\nprompt=blue denim\n");
      prompt = arra_prompt_box_get (self->dialog->prompt);
      g_assert_cmpstr (prompt, ==, has_recipe && self->task != ARRA_TASK_GENERATE ? "a word" : "blue denim");
      case_close (self);
    }
}

int
main (int argc, char **argv)
{
  static const CaseTest cases[] = {
    { "/ui/dialog-paint/any-size", test_any_size },
    { "/ui/dialog-paint/enlarged", test_enlarged },
    { "/ui/dialog-paint/seamless", test_seamless },
    { "/ui/dialog-paint/redo", test_redo },
    { "/ui/dialog-paint/fill", test_fill },
    { "/ui/dialog-paint/vary", test_vary },
    { "/ui/dialog-paint/prompt-of-layer", test_prompt_of_layer },
  };

  case_init (&argc, &argv);
  return case_run (cases, G_N_ELEMENTS (cases), case_begin, case_end);
}
