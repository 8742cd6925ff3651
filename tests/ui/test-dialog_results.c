/* test-dialog_results.c - pictures that are ranked, and what is selected of them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "dialog_case.h"

#define SEVERAL "[Dialog]\nprompt=a word\nsized=true\nwidth=32\nheight=32\ninsert=native\ncount=4\n"

static GtkFlowBoxChild *
child_at (Case *self, int index)
{
  GtkWidget *flow = case_get (self, GTK_TYPE_FLOW_BOX, "New pictures");

  return gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (flow), index);
}

static const ArraMade *
made_at (Case *self, int index)
{
  return g_object_get_data (G_OBJECT (child_at (self, index)), "arra-made");
}

static GtkWidget *
bar_at (Case *self, int index)
{
  return case_find (GTK_WIDGET (child_at (self, index)), GTK_TYPE_LEVEL_BAR, "Rank");
}

static void
tick (Case *self, const char *name, gboolean on)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (case_get (self, GTK_TYPE_CHECK_BUTTON, name)), on);
  case_idle ();
}

static const char *
hint_at (Case *self, int index)
{
  return gtk_widget_get_tooltip_text (GTK_WIDGET (child_at (self, index)));
}

/* What was asked for stands first. */
static void
test_hint (Case *self, gconstpointer data)
{
  case_open (self, SEVERAL "rank=true\n");
  case_generate (self);
  g_assert_true (g_str_has_prefix (hint_at (self, 1), "a word\nPicture 2 of seed "));
  g_assert_nonnull (g_strrstr (hint_at (self, 1), "32 × 32\nThe prompt explains "));
}

/* Scores are those of the library; the best bar is full, and the order is that in which they were made. */
static void
test_rank (Case *self, gconstpointer data)
{
  double most = -G_MAXDOUBLE, full = 0;

  case_open (self, SEVERAL);
  case_generate (self);
  g_assert_false (made_at (self, 0)->scored);
  g_assert_cmpfloat (gtk_widget_get_opacity (bar_at (self, 0)), ==, 0);
  g_assert_false (case_shows (self, "The next pictures are ranked"));
  tick (self, "Rank", TRUE);
  g_assert_true (case_shows (self, "The next pictures are ranked"));
  tick (self, "Rank", FALSE);
  g_assert_false (case_shows (self, "The next pictures are ranked"));
  tick (self, "Rank", TRUE);
  case_generate (self);
  g_assert_false (case_shows (self, "The next pictures are ranked"));
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 8);
  for (int i = 4; i < 8; i++)
    {
      const double value = gtk_level_bar_get_value (GTK_LEVEL_BAR (bar_at (self, i)));

      g_assert_cmpuint (made_at (self, i)->answer, ==, (guint) i - 4);
      g_assert_true (made_at (self, i)->scored);
      g_assert_cmpfloat (gtk_widget_get_opacity (bar_at (self, i)), ==, 1);
      if (made_at (self, i)->score > most)
        full = value;
      most = MAX (most, made_at (self, i)->score);
    }
  g_assert_cmpfloat (full, ==, 1);
  case_close (self);
  {
    g_autofree char *saved = case_saved (self);

    g_assert_nonnull (g_strrstr (saved, "rank=true\n"));
  }
}

/* Only who asks gets another order, and what is selected stays so. */
static void
test_best_first (Case *self, gconstpointer data)
{
  g_autoptr (GPtrArray) selected = NULL, again = NULL;
  const ArraMade *chosen;

  case_open (self, SEVERAL "rank=true\n");
  case_generate (self);
  case_press (self, "Insert 4 Pictures");
  g_assert_cmpuint (self->inserted->len, ==, 4);
  selected = arra_results_selected (self->dialog->results);
  g_assert_cmpuint (selected->len, ==, 0);
  chosen = made_at (self, 2);
  gtk_flow_box_select_child (GTK_FLOW_BOX (gtk_widget_get_parent (GTK_WIDGET (child_at (self, 2)))),
                             child_at (self, 2));
  tick (self, "Best First", TRUE);
  for (int i = 1; i < 4; i++)
    g_assert_cmpfloat (made_at (self, i - 1)->score, >=, made_at (self, i)->score);
  case_generate (self);
  again = arra_results_selected (self->dialog->results);
  g_assert_cmpuint (again->len, ==, 1);
  g_assert_true (again->pdata[0] == chosen);
  tick (self, "Best First", FALSE);
  for (int i = 0; i < 4; i++)
    g_assert_cmpuint (made_at (self, i)->answer, ==, (guint) i);
}

/* The oldest of very many go, but not what the user has selected. */
static void
test_very_many (Case *self, gconstpointer data)
{
  const ArraMade *first;

  case_open (self, "[Dialog]\nprompt=a word\nsized=true\nwidth=8\nheight=8\ncount=64\n");
  case_generate (self);
  gtk_flow_box_unselect_all (GTK_FLOW_BOX (gtk_widget_get_parent (GTK_WIDGET (child_at (self, 0)))));
  gtk_flow_box_select_child (GTK_FLOW_BOX (gtk_widget_get_parent (GTK_WIDGET (child_at (self, 0)))),
                             child_at (self, 0));
  first = made_at (self, 0);
  case_generate (self);
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 100);
  g_assert_true (made_at (self, 0) == first);
  g_assert_true (gtk_flow_box_child_is_selected (child_at (self, 0)));
}

/* ---- what is seen of bars */

/* (transfer full) */
static cairo_surface_t *
draw_window (Case *self)
{
  GtkWidget *window = self->dialog->window;
  cairo_surface_t *drawn = cairo_image_surface_create (CAIRO_FORMAT_RGB24, gtk_widget_get_allocated_width (window),
                                                       gtk_widget_get_allocated_height (window));
  cairo_t *cr = cairo_create (drawn);

  gtk_widget_draw (window, cr);
  cairo_destroy (cr);
  cairo_surface_flush (drawn);
  return drawn;
}

static double
linear (guint level)
{
  const double value = level / 255.0;

  return value <= 0.04045 ? value / 12.92 : pow ((value + 0.055) / 1.055, 2.4);
}

/* Of the pixel at @x, @y of a widget. */
static double
luminance (Case *self, cairo_surface_t *drawn, GtkWidget *widget, int x, int y)
{
  const guint8 *row;
  guint32 pixel;

  g_assert_true (gtk_widget_translate_coordinates (widget, self->dialog->window, x, y, &x, &y));
  row = cairo_image_surface_get_data (drawn) + y * cairo_image_surface_get_stride (drawn);
  pixel = ((const guint32 *) (gconstpointer) row)[x];
  return 0.2126 * linear (pixel >> 16 & 255) + 0.7152 * linear (pixel >> 8 & 255) + 0.0722 * linear (pixel & 255);
}

/* As WCAG 2 has it: 1 for the same, 3 for what a part of a window must have at least. */
static double
contrast (double one, double other)
{
  return (MAX (one, other) + 0.05) / (MIN (one, other) + 0.05);
}

/* All bars are told from what is around them and from what they lack. */
static void
check_bars (Case *self, gboolean dark)
{
  cairo_surface_t *drawn;

  g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", dark, NULL);
  case_idle ();
  drawn = draw_window (self);
  for (int i = 0; i < 4; i++)
    {
      GtkWidget *bar = bar_at (self, i);
      const int across = gtk_widget_get_allocated_width (bar), middle = gtk_widget_get_allocated_height (bar) / 2;
      const double filled = luminance (self, drawn, bar, 3, middle);

      g_assert_cmpfloat (contrast (filled, luminance (self, drawn, bar, across / 2, -1)), >=, 3);
      if (gtk_level_bar_get_value (GTK_LEVEL_BAR (bar)) < 0.9)
        g_assert_cmpfloat (contrast (filled, luminance (self, drawn, bar, across - 3, middle)), >=, 2);
    }
  cairo_surface_destroy (drawn);
}

/* On the ground of what is selected, and of what is not; on light and dark. */
static void
test_seen (Case *self, gconstpointer data)
{
  case_open (self, SEVERAL "rank=true\n");
  case_generate (self);
  for (int i = 0; i < 4; i++)
    g_assert_true (gtk_flow_box_child_is_selected (child_at (self, i)));
  check_bars (self, FALSE);
  check_bars (self, TRUE);
  gtk_flow_box_unselect_all (GTK_FLOW_BOX (gtk_widget_get_parent (GTK_WIDGET (child_at (self, 0)))));
  check_bars (self, FALSE);
  check_bars (self, TRUE);
  g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", FALSE, NULL);
}

int
main (int argc, char **argv)
{
  static const CaseTest cases[] = {
    { "/ui/dialog-results/hint", test_hint },
    { "/ui/dialog-results/rank", test_rank },
    { "/ui/dialog-results/best-first", test_best_first },
    { "/ui/dialog-results/very-many", test_very_many },
    { "/ui/dialog-results/seen", test_seen },
  };

  case_init (&argc, &argv);
  return case_run (cases, G_N_ELEMENTS (cases), case_begin, case_end);
}
