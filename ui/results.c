/* results.c - the pictures made so far, to look at and to choose from
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "results.h"

#include <glib/gi18n-lib.h>

#include "form.h"
#include "surface.h"
#include "words.h"

#define SIDE 84  /* of a thumbnail */
#define MOST 100 /* pictures kept */
#define KEY_MADE "arra-made"
#define KEY_IMAGE "arra-image"
#define KEY_MARK "arra-mark"
#define KEY_BAR "arra-bar"
#define KEY_SERIAL "arra-serial"
#define LONGEST_PROMPT 200 /* characters of it that a hint quotes */
#define LEAST 0.08         /* of a bar: the last in rank has one, too */

struct _ArraResults
{
  GtkWidget *root, *flow, *scrolled, *heading, *rank, *best_first;
  guint n_added;
  GPtrArray *order; /* GtkFlowBoxChild, borrowed; the one selected last at the end */
  void (*changed) (gpointer data);
  void (*activated) (gpointer data);
  void (*ranked) (gpointer data);
  gpointer data;
  GtkWidget *shown; /* child, borrowed; nullable: the one selected or added last */
  gboolean by_user; /* something is selected, and it was the user who did it */
  gboolean selects; /* what is added */
  gboolean busy;
};

static ArraMade *
made_of (gpointer child)
{
  return g_object_get_data (G_OBJECT (child), KEY_MADE);
}

static void
follow_selection (ArraResults *results)
{
  g_autoptr (GList) selected = gtk_flow_box_get_selected_children (GTK_FLOW_BOX (results->flow));

  for (guint i = results->order->len; i > 0; i--)
    if (g_list_find (selected, results->order->pdata[i - 1]) == NULL)
      g_ptr_array_remove_index (results->order, i - 1);
  for (GList *at = selected; at != NULL; at = at->next)
    if (!g_ptr_array_find (results->order, at->data, NULL))
      g_ptr_array_add (results->order, at->data);
}

static void
selection_changed (GtkFlowBox *flow, gpointer data)
{
  ArraResults *results = data;

  if (results->busy)
    return;
  follow_selection (results);
  results->by_user = results->order->len > 0;
  if (results->by_user)
    results->shown = results->order->pdata[results->order->len - 1];
  results->changed (results->data);
}

static void
child_activated (GtkFlowBox *flow, GtkFlowBoxChild *child, gpointer data)
{
  ArraResults *results = data;

  results->activated (results->data);
}

static void
free_results (gpointer data)
{
  ArraResults *results = data;

  g_ptr_array_unref (results->order);
  g_free (results);
}

static gboolean
is_sorted (const ArraResults *results)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (results->best_first));
}

/* One line that scrolls sideways; new pictures come at its end, which is shown, unless the best come first. */
static void
scroll_to_end (GtkAdjustment *adjustment, GParamSpec *pspec, gpointer data)
{
  if (!is_sorted (data))
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
}

static void
build_flow (ArraResults *results)
{
  GtkFlowBox *flow = GTK_FLOW_BOX (results->flow = gtk_flow_box_new ());

  gtk_flow_box_set_selection_mode (flow, GTK_SELECTION_MULTIPLE);
  gtk_flow_box_set_activate_on_single_click (flow, FALSE);
  gtk_flow_box_set_max_children_per_line (flow, MOST);
  gtk_flow_box_set_column_spacing (flow, ARRA_FORM_GAP);
  gtk_flow_box_set_row_spacing (flow, ARRA_FORM_GAP);
  gtk_flow_box_set_homogeneous (flow, TRUE);
  gtk_widget_set_valign (results->flow, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (results->flow, GTK_ALIGN_START);
  gtk_widget_set_margin_start (results->flow, ARRA_FORM_GAP);
  gtk_widget_set_margin_end (results->flow, ARRA_FORM_GAP);
  g_signal_connect (flow, "selected-children-changed", G_CALLBACK (selection_changed), results);
  g_signal_connect (flow, "child-activated", G_CALLBACK (child_activated), results);
}

static guint
serial_of (gpointer child)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (child), KEY_SERIAL));
}

/* As they came; or those with the highest score first, and those without one last. */
static int
compare (GtkFlowBoxChild *a, GtkFlowBoxChild *b, gpointer data)
{
  const ArraMade *first = made_of (a), *second = made_of (b);

  if (is_sorted (data) && first->scored != second->scored)
    return first->scored ? -1 : 1;
  if (is_sorted (data) && first->scored && first->score != second->score)
    return first->score > second->score ? -1 : 1;
  return serial_of (a) < serial_of (b) ? -1 : 1;
}

static void
rank_toggled (GtkToggleButton *rank, gpointer data)
{
  ArraResults *results = data;

  if (!results->busy)
    results->ranked (results->data);
}

static void
add_rank (ArraResults *results, GtkBox *line)
{
  results->rank = arra_form_check (
      _ ("Rank"), _ ("Says of several pictures how much the prompt explains of each: a bar below it. Takes some time"));
  results->best_first
      = arra_form_check (_ ("Best First"), _ ("Those that are ranked, by how much the prompt explains"));
  gtk_box_pack_end (line, results->best_first, FALSE, FALSE, 0);
  gtk_box_pack_end (line, results->rank, FALSE, FALSE, 0);
  g_signal_connect (results->rank, "toggled", G_CALLBACK (rank_toggled), results);
  g_signal_connect_swapped (results->best_first, "toggled", G_CALLBACK (gtk_flow_box_invalidate_sort), results->flow);
  gtk_flow_box_set_sort_func (GTK_FLOW_BOX (results->flow), compare, results, NULL);
}

gboolean
arra_results_get_rank (ArraResults *results)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (results->rank));
}

void
arra_results_set_rank (ArraResults *results, gboolean rank)
{
  results->busy = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (results->rank), rank);
  results->busy = FALSE;
}

ArraResults *
arra_results_new (void (*changed) (gpointer data),
                  void (*activated) (gpointer data),
                  void (*ranked) (gpointer data),
                  gpointer data)
{
  ArraResults *results = g_new0 (ArraResults, 1);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP), *all = arra_form_button (_ ("Select All"));

  results->changed = changed;
  results->activated = activated;
  results->ranked = ranked;
  results->data = data;
  results->order = g_ptr_array_new ();
  build_flow (results);
  results->heading = arra_form_heading (_ ("New pictures"), results->flow);
  gtk_button_set_relief (GTK_BUTTON (all), GTK_RELIEF_NONE);
  gtk_box_pack_start (GTK_BOX (line), results->heading, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (line), all, FALSE, FALSE, 0);
  add_rank (results, GTK_BOX (line));
  results->scrolled = arra_form_scrolled (results->flow, _ ("New pictures"), TRUE);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (results->scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_widget_set_size_request (results->scrolled, -1, SIDE + 30);
  results->root = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  gtk_container_add (GTK_CONTAINER (results->root), line);
  gtk_container_add (GTK_CONTAINER (results->root), results->scrolled);
  g_signal_connect_swapped (all, "clicked", G_CALLBACK (gtk_flow_box_select_all), results->flow);
  g_signal_connect (gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (results->scrolled)), "notify::upper",
                    G_CALLBACK (scroll_to_end), results);
  g_object_set_data_full (G_OBJECT (results->root), "arra-results", results, free_results);
  results->selects = TRUE;
  return results;
}

GtkWidget *
arra_results_widget (ArraResults *results)
{
  return results->root;
}

/* Bars compare the pictures of a batch: that of the best one is full. */
static void
draw_bars (ArraResults *results, guint batch)
{
  double most = -G_MAXDOUBLE, least = G_MAXDOUBLE;
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (results->flow));

  for (GList *at = children; at != NULL; at = at->next)
    if (made_of (at->data)->batch == batch && made_of (at->data)->scored)
      {
        most = MAX (most, made_of (at->data)->score);
        least = MIN (least, made_of (at->data)->score);
      }
  for (GList *at = children; at != NULL; at = at->next)
    {
      const ArraMade *made = made_of (at->data);
      const double share = most > least ? (made->score - least) / (most - least) : 1;
      GtkWidget *bar = g_object_get_data (G_OBJECT (at->data), KEY_BAR);

      if (made->batch != batch || !made->scored)
        continue;
      gtk_level_bar_set_value (GTK_LEVEL_BAR (bar), LEAST + (1 - LEAST) * share);
      gtk_widget_set_opacity (bar, 1);
    }
}

/* Its name and hint. */
static void
describe (GtkWidget *child, const ArraMade *made)
{
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, made->seed);
  g_autofree char *name = g_strdup_printf (_ ("Picture %u of seed %s"), made->answer + 1, seed);
  g_autofree char *prompt = made->prompt != NULL ? arra_words_plain (made->prompt, LONGEST_PROMPT) : g_strdup ("");
  g_autofree char *plain
      = g_strdup_printf (arra_made_is_partial (made) ? _ ("%s, %u × %u, stopped") : _ ("%s, %u × %u"), name,
                         made->picture.width, made->picture.height);
  g_autofree char *scored
      = made->scored ? g_strdup_printf (_ ("%s\nThe prompt explains %.1f nats of it"), plain, made->score) : NULL;
  g_autofree char *hint
      = g_strdup_printf ("%s%s%s", prompt, *prompt != '\0' ? "\n" : "", scored != NULL ? scored : plain);

  arra_form_name (child, name);
  gtk_widget_set_tooltip_text (child, hint);
}

static void
dress (ArraResults *results, GtkWidget *child, ArraMade *made)
{
  GtkImage *image = g_object_get_data (G_OBJECT (child), KEY_IMAGE);
  cairo_surface_t *surface
      = arra_surface_thumbnail (&made->picture, made->whole_height, SIDE, gtk_widget_get_scale_factor (results->root));

  gtk_image_set_from_surface (image, surface);
  g_clear_pointer (&surface, cairo_surface_destroy);
  describe (child, made);
  g_object_set_data_full (G_OBJECT (child), KEY_MADE, made, (GDestroyNotify) arra_made_free);
}

/* Its place is there before there is anything to show, so that nothing moves then. Its colour is that of text, which is
 * seen on a thumbnail's ground also while that is selected. */
static GtkWidget *
new_bar (void)
{
  GtkWidget *bar = gtk_level_bar_new ();

  gtk_style_context_add_class (gtk_widget_get_style_context (bar), "arra-rank");
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_LOW);
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_HIGH);
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_FULL);
  arra_form_name (bar, _ ("Rank"));
  gtk_widget_set_opacity (bar, 0);
  return bar;
}

static GtkWidget *
new_child (ArraResults *results)
{
  GtkWidget *child = gtk_flow_box_child_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2), *bar = new_bar ();
  GtkWidget *overlay = gtk_overlay_new (), *image = gtk_image_new ();
  GtkWidget *mark = gtk_image_new_from_icon_name ("object-select-symbolic", GTK_ICON_SIZE_MENU);

  gtk_widget_set_size_request (image, SIDE, SIDE);
  gtk_container_add (GTK_CONTAINER (overlay), image);
  gtk_widget_set_halign (mark, GTK_ALIGN_END);
  gtk_widget_set_valign (mark, GTK_ALIGN_END);
  gtk_style_context_add_class (gtk_widget_get_style_context (mark), "arra-mark");
  gtk_widget_set_tooltip_text (mark, _ ("Inserted"));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), mark);
  gtk_container_add (GTK_CONTAINER (box), overlay);
  gtk_container_add (GTK_CONTAINER (box), bar);
  gtk_container_add (GTK_CONTAINER (child), box);
  gtk_widget_show_all (child);
  gtk_widget_hide (mark);
  g_object_set_data (G_OBJECT (child), KEY_IMAGE, image);
  g_object_set_data (G_OBJECT (child), KEY_MARK, mark);
  g_object_set_data (G_OBJECT (child), KEY_BAR, bar);
  g_object_set_data (G_OBJECT (child), KEY_SERIAL, GUINT_TO_POINTER (++results->n_added));
  return child;
}

/* One that is selected stays, as long as there is another. */
static gboolean
goes_before (GtkFlowBoxChild *a, GtkFlowBoxChild *b)
{
  const gboolean a_stays = gtk_flow_box_child_is_selected (a), b_stays = gtk_flow_box_child_is_selected (b);

  return a_stays != b_stays ? b_stays : serial_of (a) < serial_of (b);
}

static void
drop_oldest (ArraResults *results)
{
  GtkFlowBoxChild *oldest = gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (results->flow), 0), *child;

  for (int i = 1; (child = gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (results->flow), i)) != NULL; i++)
    if (goes_before (child, oldest))
      oldest = child;
  g_ptr_array_remove (results->order, oldest);
  if (results->shown == GTK_WIDGET (oldest))
    results->shown = NULL;
  gtk_widget_destroy (GTK_WIDGET (oldest));
}

static GtkWidget *
find_same (ArraResults *results, const ArraMade *made)
{
  GtkFlowBoxChild *child;

  for (int i = 0; (child = gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (results->flow), i)) != NULL; i++)
    if (arra_made_is_same (made_of (child), made))
      return GTK_WIDGET (child);
  return NULL;
}

void
arra_results_add (ArraResults *results, ArraMade *made)
{
  GtkWidget *child = find_same (results, made);
  const gboolean fresh = child == NULL;
  const gboolean to_insert = fresh || gtk_widget_get_visible (g_object_get_data (G_OBJECT (child), KEY_MARK));

  results->busy = TRUE;
  if (fresh && arra_results_length (results) >= MOST)
    drop_oldest (results);
  if (fresh)
    child = new_child (results);
  dress (results, child, made);
  if (fresh)
    gtk_container_add (GTK_CONTAINER (results->flow), child);
  draw_bars (results, made->batch);
  gtk_flow_box_invalidate_sort (GTK_FLOW_BOX (results->flow));
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (results->flow), arra_results_length (results));
  gtk_widget_hide (g_object_get_data (G_OBJECT (child), KEY_MARK));
  if (results->selects && to_insert) /* one that went on after it was inserted is a new one, too */
    gtk_flow_box_select_child (GTK_FLOW_BOX (results->flow), GTK_FLOW_BOX_CHILD (child));
  results->shown = child;
  results->busy = FALSE;
  g_ptr_array_remove (results->order, child);
  follow_selection (results);
  results->changed (results->data);
}

void
arra_results_begin (ArraResults *results)
{
  results->selects = !results->by_user;
  if (!results->selects)
    return;
  results->busy = TRUE;
  gtk_flow_box_unselect_all (GTK_FLOW_BOX (results->flow));
  results->busy = FALSE;
  follow_selection (results);
}

guint
arra_results_length (ArraResults *results)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (results->flow));

  return g_list_length (children);
}

GPtrArray *
arra_results_selected (ArraResults *results)
{
  GPtrArray *selected = g_ptr_array_new ();
  GtkFlowBoxChild *child;

  for (int i = 0; (child = gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (results->flow), i)) != NULL; i++)
    if (gtk_flow_box_child_is_selected (child))
      g_ptr_array_add (selected, made_of (child));
  return selected;
}

void
arra_results_mark_inserted (ArraResults *results, const ArraMade *made)
{
  GtkWidget *child = find_same (results, made);

  if (child == NULL)
    return;
  gtk_widget_show (g_object_get_data (G_OBJECT (child), KEY_MARK));
  gtk_flow_box_unselect_child (GTK_FLOW_BOX (results->flow), GTK_FLOW_BOX_CHILD (child));
}

ArraMade *
arra_results_current (ArraResults *results)
{
  return results->shown != NULL ? made_of (results->shown) : NULL;
}
