/* results.c - the pictures made so far, to look at and to choose from
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "results.h"

#include <glib/gi18n-lib.h>

#include "form.h"
#include "surface.h"

#define SIDE 84  /* of a thumbnail */
#define MOST 100 /* pictures kept */
#define KEY_MADE "arra-made"
#define KEY_IMAGE "arra-image"
#define KEY_MARK "arra-mark"

struct _ArraResults
{
  GtkWidget *root, *flow, *scrolled, *heading;
  GPtrArray *order; /* GtkFlowBoxChild, borrowed; the one selected last at the end */
  void (*changed) (gpointer data);
  void (*activated) (gpointer data);
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

/* One line that scrolls sideways; new pictures come at its end, which is shown. */
static void
scroll_to_end (GtkAdjustment *adjustment, GParamSpec *pspec, gpointer data)
{
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

ArraResults *
arra_results_new (void (*changed) (gpointer data), void (*activated) (gpointer data), gpointer data)
{
  ArraResults *results = g_new0 (ArraResults, 1);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP), *all = arra_form_button (_ ("Select All"));

  results->changed = changed;
  results->activated = activated;
  results->data = data;
  results->order = g_ptr_array_new ();
  build_flow (results);
  results->heading = arra_form_heading (_ ("New pictures"), results->flow);
  gtk_button_set_relief (GTK_BUTTON (all), GTK_RELIEF_NONE);
  gtk_box_pack_start (GTK_BOX (line), results->heading, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (line), all, FALSE, FALSE, 0);
  results->scrolled = arra_form_scrolled (results->flow, _ ("New pictures"), TRUE);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (results->scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_widget_set_size_request (results->scrolled, -1, SIDE + 30);
  results->root = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  gtk_container_add (GTK_CONTAINER (results->root), line);
  gtk_container_add (GTK_CONTAINER (results->root), results->scrolled);
  g_signal_connect_swapped (all, "clicked", G_CALLBACK (gtk_flow_box_select_all), results->flow);
  g_signal_connect (gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (results->scrolled)), "notify::upper",
                    G_CALLBACK (scroll_to_end), NULL);
  g_object_set_data_full (G_OBJECT (results->root), "arra-results", results, free_results);
  results->selects = TRUE;
  return results;
}

GtkWidget *
arra_results_widget (ArraResults *results)
{
  return results->root;
}

static void
dress (ArraResults *results, GtkWidget *child, ArraMade *made)
{
  GtkImage *image = g_object_get_data (G_OBJECT (child), KEY_IMAGE);
  cairo_surface_t *surface
      = arra_surface_thumbnail (&made->picture, made->whole_height, SIDE, gtk_widget_get_scale_factor (results->root));
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, made->seed);
  g_autofree char *name = g_strdup_printf (_ ("Picture %u of seed %s"), made->answer + 1, seed);
  g_autofree char *hint = g_strdup_printf (arra_made_is_partial (made) ? _ ("%s, %u × %u, stopped") : _ ("%s, %u × %u"),
                                           name, made->picture.width, made->picture.height);

  gtk_image_set_from_surface (image, surface);
  g_clear_pointer (&surface, cairo_surface_destroy);
  arra_form_name (child, name);
  gtk_widget_set_tooltip_text (child, hint);
  g_object_set_data_full (G_OBJECT (child), KEY_MADE, made, (GDestroyNotify) arra_made_free);
}

static GtkWidget *
new_child (ArraResults *results)
{
  GtkWidget *child = gtk_flow_box_child_new (), *overlay = gtk_overlay_new (), *image = gtk_image_new ();
  GtkWidget *mark = gtk_image_new_from_icon_name ("object-select-symbolic", GTK_ICON_SIZE_MENU);

  gtk_widget_set_size_request (image, SIDE, SIDE);
  gtk_container_add (GTK_CONTAINER (overlay), image);
  gtk_widget_set_halign (mark, GTK_ALIGN_END);
  gtk_widget_set_valign (mark, GTK_ALIGN_END);
  gtk_style_context_add_class (gtk_widget_get_style_context (mark), "arra-mark");
  gtk_widget_set_tooltip_text (mark, _ ("Inserted"));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), mark);
  gtk_container_add (GTK_CONTAINER (child), overlay);
  gtk_widget_show_all (child);
  gtk_widget_hide (mark);
  g_object_set_data (G_OBJECT (child), KEY_IMAGE, image);
  g_object_set_data (G_OBJECT (child), KEY_MARK, mark);
  gtk_container_add (GTK_CONTAINER (results->flow), child);
  return child;
}

static void
drop_oldest (ArraResults *results)
{
  GtkFlowBoxChild *oldest = gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (results->flow), 0);

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

  results->busy = TRUE;
  if (child == NULL && arra_results_length (results) >= MOST)
    drop_oldest (results);
  if (child == NULL)
    child = new_child (results);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (results->flow), arra_results_length (results));
  gtk_widget_hide (g_object_get_data (G_OBJECT (child), KEY_MARK));
  dress (results, child, made);
  if (results->selects)
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

const ArraMade *
arra_results_current (ArraResults *results)
{
  return results->shown != NULL ? made_of (results->shown) : NULL;
}
