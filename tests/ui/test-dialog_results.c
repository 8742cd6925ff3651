/* test-dialog_results.c - pictures that are ranked, and what is selected of them
 * SPDX-License-Identifier: GPL-3.0-or-later */
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

/* Scores are those of the library; the best bar is full, and the order is that in which they were made. */
static void
test_rank (Case *self, gconstpointer data)
{
  double most = -G_MAXDOUBLE, full = 0;

  case_open (self, SEVERAL);
  case_generate (self);
  g_assert_false (made_at (self, 0)->scored);
  g_assert_cmpfloat (gtk_widget_get_opacity (bar_at (self, 0)), ==, 0);
  tick (self, "Rank", TRUE);
  case_generate (self);
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

int
main (int argc, char **argv)
{
  static const CaseTest cases[] = {
    { "/ui/dialog-results/rank", test_rank },
    { "/ui/dialog-results/best-first", test_best_first },
    { "/ui/dialog-results/very-many", test_very_many },
  };

  case_init (&argc, &argv);
  return case_run (cases, G_N_ELEMENTS (cases), case_begin, case_end);
}
