/* seamless_box.c - whether a picture is to be a tile, and which of its edges fit each other
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seamless_box.h"

#include <glib/gi18n-lib.h>

#include "dialog.h"
#include "form.h"

struct _ArraSeamlessBox
{
  GtkWidget *check, *edges;
  void (*changed) (gpointer data);
  gpointer data;
};

static void
anything_changed (ArraSeamlessBox *box)
{
  gtk_widget_set_visible (box->edges, gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (box->check)));
  box->changed (box->data);
}

static GtkWidget *
new_edges (void)
{
  GtkWidget *edges = arra_form_combo ();
  GtkComboBoxText *list = GTK_COMBO_BOX_TEXT (edges);

  arra_form_name (edges, _ ("Edges that fit each other"));
  gtk_combo_box_text_append (list, arra_seamless_name (ARRA_SEAMLESS_X | ARRA_SEAMLESS_Y), _ ("All edges"));
  gtk_combo_box_text_append (list, arra_seamless_name (ARRA_SEAMLESS_X), _ ("Left and right"));
  gtk_combo_box_text_append (list, arra_seamless_name (ARRA_SEAMLESS_Y), _ ("Top and bottom"));
  gtk_combo_box_set_active (GTK_COMBO_BOX (edges), 0);
  gtk_widget_set_no_show_all (edges, TRUE);
  return edges;
}

ArraSeamlessBox *
arra_seamless_box_new (GtkGrid *grid, int row, void (*changed) (gpointer data), gpointer data)
{
  ArraSeamlessBox *box = g_new0 (ArraSeamlessBox, 1);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP);

  box->changed = changed;
  box->data = data;
  box->check = arra_form_check (
      _ ("Seam_less"),
      _ ("Opposite edges fit each other, so that the picture can be repeated; the preview repeats it"));
  box->edges = new_edges ();
  gtk_box_pack_start (GTK_BOX (line), box->check, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (line), box->edges, FALSE, FALSE, 0);
  gtk_grid_attach (grid, line, 1, row, 1, 1);
  g_signal_connect_swapped (box->check, "toggled", G_CALLBACK (anything_changed), box);
  g_signal_connect_swapped (box->edges, "changed", G_CALLBACK (anything_changed), box);
  g_object_set_data_full (G_OBJECT (box->check), "arra-seamless-box", box, g_free);
  return box;
}

void
arra_seamless_box_set (ArraSeamlessBox *box, guint seamless)
{
  if (seamless != 0)
    gtk_combo_box_set_active_id (GTK_COMBO_BOX (box->edges), arra_seamless_name (seamless));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (box->check), seamless != 0);
}

guint
arra_seamless_box_get (ArraSeamlessBox *box)
{
  guint seamless = 0;

  if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (box->check)))
    arra_seamless_parse (gtk_combo_box_get_active_id (GTK_COMBO_BOX (box->edges)), &seamless);
  return seamless;
}
