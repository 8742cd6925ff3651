/* test-dialog_map.c - how likely the shown picture is, drawn over it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gdk/gdkkeysyms.h>
#include <string.h>

#include "dialog_case.h"
#include "fixture.h"

#define SEVERAL "[Dialog]\nprompt=a word\nsized=true\nwidth=32\nheight=32\ncount=3\n"

static GtkWidget *
preview (Case *self)
{
  return case_get (self, GTK_TYPE_DRAWING_AREA, "Preview");
}

/* What a screen reader says of it. */
static gboolean
is_said (Case *self, const char *words)
{
  return strstr (atk_object_get_description (gtk_widget_get_accessible (preview (self))), words) != NULL;
}

/* (transfer full): a hash of what is seen of it */
static char *
seen (Case *self)
{
  GtkWidget *area = preview (self);
  const int width = gtk_widget_get_allocated_width (area), height = gtk_widget_get_allocated_height (area);
  cairo_surface_t *drawn = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_t *cr = cairo_create (drawn);
  char *hash;

  gtk_widget_draw (area, cr);
  cairo_destroy (cr);
  cairo_surface_flush (drawn);
  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, cairo_image_surface_get_data (drawn),
                                      (gsize) height * (gsize) cairo_image_surface_get_stride (drawn));
  cairo_surface_destroy (drawn);
  return hash;
}

static void
wait_for_answer (Case *self)
{
  while (arra_work_is_running (self->dialog->work))
    g_main_context_iteration (NULL, TRUE);
  case_idle ();
}

static void
ask_phrase (Case *self, const char *phrase)
{
  GtkWidget *entry = case_get (self, GTK_TYPE_ENTRY, "Phrase");

  g_assert_true (gtk_widget_get_mapped (entry));
  gtk_entry_set_text (GTK_ENTRY (entry), phrase);
  gtk_widget_activate (entry);
  wait_for_answer (self);
}

/* Off until it is asked for; on, another picture is seen, and off again the very one. */
static void
test_likely (Case *self, gconstpointer data)
{
  g_autofree char *plain = NULL, *likely = NULL, *again = NULL;

  case_open (self, SEVERAL);
  case_generate (self);
  plain = seen (self);
  g_assert_false (is_said (self, "surprises"));
  case_pick (self, "How Likely");
  wait_for_answer (self);
  likely = seen (self);
  g_assert_cmpstr (likely, !=, plain);
  g_assert_true (is_said (self, "surprises"));
  g_assert_true (case_shows (self, "Each token surprises by"));
  case_pick (self, "How Likely");
  again = seen (self);
  g_assert_cmpstr (again, ==, plain);
  g_assert_false (is_said (self, "surprises"));
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 3);
}

static void
test_phrase (Case *self, gconstpointer data)
{
  g_autofree char *plain = NULL, *one = NULL, *other = NULL;

  case_open (self, SEVERAL);
  case_generate (self);
  plain = seen (self);
  g_assert_false (gtk_widget_get_mapped (case_get (self, GTK_TYPE_ENTRY, "Phrase")));
  case_pick (self, "What a Phrase Adds");
  g_assert_false (arra_work_is_running (self->dialog->work));
  g_assert_true (gtk_widget_is_focus (case_get (self, GTK_TYPE_ENTRY, "Phrase")));
  ask_phrase (self, " red ");
  one = seen (self);
  g_assert_true (is_said (self, "“red”"));
  g_assert_true (case_shows (self, "“red” adds"));
  ask_phrase (self, "blue");
  other = seen (self);
  g_assert_true (is_said (self, "“blue”"));
  g_assert_cmpstr (one, !=, plain);
  g_assert_cmpstr (other, !=, plain);
  case_pick (self, "How Likely"); /* one of both */
  wait_for_answer (self);
  g_assert_false (gtk_widget_get_mapped (case_get (self, GTK_TYPE_ENTRY, "Phrase")));
  g_assert_true (is_said (self, "surprises"));
}

static void
select_picture (Case *self, int index)
{
  GtkFlowBox *flow = GTK_FLOW_BOX (case_get (self, GTK_TYPE_FLOW_BOX, "New pictures"));

  gtk_flow_box_unselect_all (flow);
  gtk_flow_box_select_child (flow, gtk_flow_box_get_child_at_index (flow, index));
}

/* It is of the picture for which it was asked: no other one is coloured, neither one that is chosen, also while it is
 * asked, nor the next ones, whose status stays. */
static void
test_of_one (Case *self, gconstpointer data)
{
  g_autofree char *plain = NULL, *back = NULL;

  case_open (self, SEVERAL);
  case_generate (self);
  select_picture (self, 0);
  plain = seen (self);
  select_picture (self, 2);
  case_pick (self, "How Likely");
  select_picture (self, 0);
  wait_for_answer (self);
  g_assert_false (is_said (self, "surprises"));
  back = seen (self);
  g_assert_cmpstr (back, ==, plain);
  case_pick (self, "How Likely");
  wait_for_answer (self);
  g_assert_true (is_said (self, "surprises"));
  case_generate (self);
  wait_for_answer (self);
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 6);
  g_assert_false (is_said (self, "surprises"));
  g_assert_true (case_shows (self, "Finished"));
  case_pick (self, "What a Phrase Adds");
  ask_phrase (self, "red");
  select_picture (self, 1);
  wait_for_answer (self);
  g_assert_false (is_said (self, "“red”"));
  ask_phrase (self, "red");
  g_assert_true (is_said (self, "“red”"));
}

/* Stop ends it and turns it off; Generate comes first, and its pictures are not asked about. */
static void
test_stop (Case *self, gconstpointer data)
{
  case_open (self, SEVERAL);
  case_generate (self);
  case_pick (self, "How Likely");
  if (arra_work_asks (self->dialog->work) != NULL)
    case_key (self->dialog->window, GDK_KEY_Escape, 0);
  else
    case_pick (self, "How Likely"); /* it was there at once */
  wait_for_answer (self);
  g_assert_false (is_said (self, "surprises"));
  g_assert_true (gtk_widget_get_mapped (self->dialog->window));
  case_pick (self, "How Likely");
  arra_dialog_generate (self->dialog);
  wait_for_answer (self);
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 6);
  g_assert_false (is_said (self, "surprises"));
}

static GtkWidget *
item (Case *self, const char *name)
{
  GtkWidget *more = case_get (self, GTK_TYPE_MENU_BUTTON, "More");

  return case_find (GTK_WIDGET (gtk_menu_button_get_popup (GTK_MENU_BUTTON (more))), GTK_TYPE_CHECK_MENU_ITEM, name);
}

/* Without a picture there is nothing to ask about, and what goes wrong is told. */
static void
test_not_possible (Case *self, gconstpointer data)
{
  g_autofree char *path = NULL;

  case_open (self, SEVERAL);
  case_choose (self, "plain");
  g_assert_false (gtk_widget_is_sensitive (item (self, "How Likely")));
  g_assert_false (gtk_widget_is_sensitive (item (self, "What a Phrase Adds")));
  case_generate (self);
  g_assert_true (gtk_widget_is_sensitive (item (self, "What a Phrase Adds")));
  case_choose (self, "medical");
  case_generate (self);
  path = g_build_filename (self->folder, "checkpoints", "plain", NULL);
  fixture_remove (path);
  select_picture (self, 0);
  case_pick (self, "How Likely");
  wait_for_answer (self);
  g_assert_true (case_shows (self, path));
  g_assert_false (gtk_check_menu_item_get_active (GTK_CHECK_MENU_ITEM (item (self, "How Likely"))));
}

int
main (int argc, char **argv)
{
  static const CaseTest cases[] = {
    { "/ui/dialog-map/likely", test_likely },
    { "/ui/dialog-map/phrase", test_phrase },
    { "/ui/dialog-map/of-one", test_of_one },
    { "/ui/dialog-map/stop", test_stop },
    { "/ui/dialog-map/not-possible", test_not_possible },
  };

  case_init (&argc, &argv);
  return case_run (cases, G_N_ELEMENTS (cases), case_begin, case_end);
}
