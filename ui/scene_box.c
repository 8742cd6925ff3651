/* scene_box.c - of a picture that is made from what is there: how much of it is looked at, and how much changes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scene_box.h"

#include <glib/gi18n-lib.h>

#include "form.h"

#define ID_VISIBLE "visible"
#define ID_LAYER "layer"

struct _ArraSceneBox
{
  GtkWidget *root, *around, *change;
};

static GtkWidget *
new_around (void)
{
  GtkWidget *around = arra_form_combo ();
  GtkComboBoxText *list = GTK_COMBO_BOX_TEXT (around);

  gtk_combo_box_text_append (list, ID_VISIBLE, _ ("All that is visible"));
  gtk_combo_box_text_append (list, ID_LAYER, _ ("This layer alone"));
  gtk_widget_set_tooltip_text (around, _ ("What the selection, or what is transparent, is to match"));
  return around;
}

static GtkWidget *
new_change (void)
{
  GtkWidget *change = arra_form_spin (1, 100, 5, 0);

  gtk_widget_set_tooltip_text (
      change,
      _ ("How much of the layer is made anew, in percent: what fits the prompt and the rest least comes first"));
  return change;
}

ArraSceneBox *
arra_scene_box_new (ArraTask task)
{
  ArraSceneBox *box = g_new0 (ArraSceneBox, 1);
  GtkGrid *grid = arra_form_grid ();

  box->root = GTK_WIDGET (grid);
  box->around = g_object_ref_sink (new_around ());
  box->change = g_object_ref_sink (new_change ());
  if (task == ARRA_TASK_FILL)
    arra_form_row (grid, 0, _ ("_What to match:"), box->around);
  if (task == ARRA_TASK_VARY)
    arra_form_row (grid, 0, _ ("C_hange (%):"), box->change);
  if (task == ARRA_TASK_GENERATE)
    gtk_widget_set_no_show_all (box->root, TRUE);
  g_object_set_data_full (G_OBJECT (box->root), "arra-around", box->around, g_object_unref);
  g_object_set_data_full (G_OBJECT (box->root), "arra-change", box->change, g_object_unref);
  g_object_set_data_full (G_OBJECT (box->root), "arra-scene-box", box, g_free);
  return box;
}

GtkWidget *
arra_scene_box_widget (ArraSceneBox *box)
{
  return box->root;
}

void
arra_scene_box_load (ArraSceneBox *box, const ArraSettings *settings)
{
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (box->around), settings->around_layer ? ID_LAYER : ID_VISIBLE);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (box->change), 100 * settings->vary);
}

void
arra_scene_box_store (ArraSceneBox *box, ArraSettings *settings)
{
  settings->around_layer = g_strcmp0 (gtk_combo_box_get_active_id (GTK_COMBO_BOX (box->around)), ID_LAYER) == 0;
  settings->vary = gtk_spin_button_get_value (GTK_SPIN_BUTTON (box->change)) / 100;
}
