/* seed_box.c - the seed: a number, a die that throws another, and whether to keep it; and which of its pictures comes
 * first
 *
 * That row is seen only when it says something: after the settings of a picture were taken that was not the first of
 * its seed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "seed_box.h"

#include <glib/gi18n-lib.h>

#include "form.h"
#include "seed.h"

struct _ArraSeedBox
{
  GtkWidget *entry, *keep;
  GtkWidget *first_label, *first; /* counts from 1 */
};

static void
set_first (ArraSeedBox *box, guint first)
{
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (box->first), first + 1.0);
  gtk_widget_set_visible (box->first_label, first > 0);
  gtk_widget_set_visible (box->first, first > 0);
}

static void
thrown (GtkButton *die, gpointer data)
{
  arra_seed_box_show (data, arra_seed_random ());
}

static void
changed (GtkEditable *entry, gpointer data)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (entry));
  guint64 seed;

  set_first (data, 0);
  if (arra_seed_parse (gtk_entry_get_text (GTK_ENTRY (entry)), &seed))
    gtk_style_context_remove_class (context, GTK_STYLE_CLASS_ERROR);
  else
    gtk_style_context_add_class (context, GTK_STYLE_CLASS_ERROR);
}

static void
add_first (ArraSeedBox *box, GtkGrid *grid, int row)
{
  box->first = arra_form_spin (1, arra_field (ARRA_FIELD_FIRST)->high + 1, 1, 0);
  box->first_label = arra_form_row (grid, row, _ ("First picture:"), box->first);
  gtk_widget_set_tooltip_text (box->first,
                               _ ("Which of the seed's pictures is made first: the layer was this one of several"));
  gtk_widget_set_no_show_all (box->first, TRUE);
  gtk_widget_set_no_show_all (box->first_label, TRUE);
}

ArraSeedBox *
arra_seed_box_new (GtkGrid *grid, int row)
{
  ArraSeedBox *box = g_new0 (ArraSeedBox, 1);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP), *label;
  GtkWidget *die = arra_form_icon_button ("arra-die-symbolic", _ ("Random seed"));

  box->entry = gtk_entry_new ();
  gtk_entry_set_width_chars (GTK_ENTRY (box->entry), 10);
  gtk_entry_set_input_purpose (GTK_ENTRY (box->entry), GTK_INPUT_PURPOSE_DIGITS);
  gtk_entry_set_activates_default (GTK_ENTRY (box->entry), TRUE);
  gtk_entry_set_max_length (GTK_ENTRY (box->entry), 24);
  gtk_widget_set_hexpand (box->entry, TRUE);
  box->keep
      = arra_form_check (_ ("_Keep"), _ ("Use this seed again next time: the same settings give the same pictures"));
  gtk_box_pack_start (GTK_BOX (line), box->entry, TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (line), die);
  gtk_container_add (GTK_CONTAINER (line), box->keep);
  label = arra_form_row (grid, row, _ ("S_eed:"), line);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), box->entry);
  arra_form_name (box->entry, _ ("Seed"));
  arra_form_name (line, _ ("Seed controls"));
  arra_form_name (box->keep, _ ("Keep seed"));
  add_first (box, grid, row + 1);
  g_signal_connect (die, "clicked", G_CALLBACK (thrown), box);
  g_signal_connect (box->entry, "changed", G_CALLBACK (changed), box);
  g_object_set_data_full (G_OBJECT (line), "arra-seed-box", box, g_free);
  return box;
}

void
arra_seed_box_show (ArraSeedBox *box, guint64 seed)
{
  g_autofree char *text = arra_seed_text (seed);

  gtk_entry_set_text (GTK_ENTRY (box->entry), text);
}

void
arra_seed_box_load (ArraSeedBox *box, const ArraSettings *settings)
{
  arra_seed_box_show (box, settings->seed);
  set_first (box, settings->first);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (box->keep), settings->keep_seed);
}

gboolean
arra_seed_box_store (ArraSeedBox *box, ArraSettings *settings)
{
  settings->first = (guint) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (box->first)) - 1;
  settings->keep_seed = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (box->keep));
  return arra_seed_parse (gtk_entry_get_text (GTK_ENTRY (box->entry)), &settings->seed);
}
