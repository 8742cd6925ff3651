/* insert_box.c - how pictures become layers, and what goes with them
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "insert_box.h"

#include <glib/gi18n-lib.h>

#include "form.h"

struct _ArraInsertBox
{
  GtkWidget *root, *mode, *record, *remember;
  ArraInsertMode wanted; /* what the user chose, also while there is no selection to fit to */
  gboolean filling;
};

static void
mode_changed (GtkComboBox *mode, gpointer data)
{
  ArraInsertBox *box = data;

  if (!box->filling)
    arra_insert_mode_parse (gtk_combo_box_get_active_id (mode), &box->wanted);
}

ArraInsertBox *
arra_insert_box_new (void)
{
  ArraInsertBox *box = g_new0 (ArraInsertBox, 1);
  GtkGrid *grid = arra_form_grid ();

  box->mode = gtk_combo_box_text_new ();
  box->record = arra_form_check (
      _("Include recipe and AI la_bel"),
      _("The layer keeps the settings that made it, and the image says that a picture was made by AI"));
  box->remember = arra_form_check (
      _("Remember pro_mpts"),
      _("Off: no history, and the prompt stays out of the recipe, the layer's name and the undo step"));
  box->root = GTK_WIDGET (grid);
  arra_form_row (grid, 0, _("_Insert as:"), box->mode);
  gtk_grid_attach (grid, box->record, 0, 1, 2, 1);
  gtk_grid_attach (grid, box->remember, 0, 2, 2, 1);
  g_signal_connect (box->mode, "changed", G_CALLBACK (mode_changed), box);
  g_object_set_data_full (G_OBJECT (box->root), "arra-insert-box", box, g_free);
  return box;
}

GtkWidget *
arra_insert_box_widget (ArraInsertBox *box)
{
  return box->root;
}

static void
append (ArraInsertBox *box, ArraInsertMode mode, const char *text, guint width, guint height)
{
  g_autofree char *sized
      = width > 0 ? g_strdup_printf (_("%s (%u × %u)"), text, width, height) : g_strdup (text);

  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (box->mode), arra_insert_mode_name (mode), sized);
}

void
arra_insert_box_set_place (ArraInsertBox *box, const ArraDialogPlace *place)
{
  GtkComboBox *mode = GTK_COMBO_BOX (box->mode);

  box->filling = TRUE;
  gtk_combo_box_text_remove_all (GTK_COMBO_BOX_TEXT (mode));
  append (box, ARRA_INSERT_NATIVE, place->has_image ? _("New layer in its own size") : _("New image"), 0,
          0);
  if (place->has_image)
    append (box, ARRA_INSERT_CANVAS, _("Fitted to the canvas"), place->canvas_width, place->canvas_height);
  if (place->has_selection)
    append (box, ARRA_INSERT_SELECTION, _("Fitted to the selection"), place->selection_width,
            place->selection_height);
  if (!gtk_combo_box_set_active_id (mode, arra_insert_mode_name (box->wanted)))
    gtk_combo_box_set_active (mode, 0);
  box->filling = FALSE;
}

void
arra_insert_box_load (ArraInsertBox *box, const ArraSettings *settings)
{
  box->wanted = settings->mode;
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (box->mode), arra_insert_mode_name (settings->mode));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (box->record), settings->record);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (box->remember), settings->remember);
}

void
arra_insert_box_store (ArraInsertBox *box, ArraSettings *settings)
{
  arra_insert_mode_parse (gtk_combo_box_get_active_id (GTK_COMBO_BOX (box->mode)), &settings->mode);
  settings->record = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (box->record));
  settings->remember = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (box->remember));
}
