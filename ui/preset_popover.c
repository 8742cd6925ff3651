/* preset_popover.c - named settings, to choose from, to add to and to delete
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "preset_popover.h"

#include <glib/gi18n-lib.h>

#include "form.h"
#include "words.h"

#define KEY_NAME "arra-name"
#define LONGEST 80 /* characters of a name that are shown */

typedef struct
{
  GtkWidget *popover, *list, *entry, *save;
  const ArraPresetFuncs *funcs;
  gpointer data;
} Popover;

static void fill (Popover *self);

static const char *
name_of (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), KEY_NAME);
}

static void
removed (GtkWidget *button, gpointer data)
{
  Popover *self = data;

  self->funcs->remove (name_of (gtk_widget_get_ancestor (button, GTK_TYPE_LIST_BOX_ROW)), self->data);
  fill (self);
  gtk_widget_grab_focus (self->entry);
}

static GtkWidget *
new_row (Popover *self, const char *name)
{
  g_autofree char *plain = arra_words_plain (name, LONGEST), *words = g_strdup_printf (_ ("Delete “%s”"), plain);
  GtkWidget *row = gtk_list_box_row_new (), *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP),
            *label = gtk_label_new (plain), *button = arra_form_icon_button ("edit-delete-symbolic", words);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_margin_start (label, ARRA_FORM_GAP);
  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  g_signal_connect (button, "clicked", G_CALLBACK (removed), self);
  gtk_box_pack_start (GTK_BOX (line), label, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (line), button, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (row), line);
  arra_form_name (row, plain);
  g_object_set_data_full (G_OBJECT (row), KEY_NAME, g_strdup (name), g_free);
  return row;
}

static void
fill (Popover *self)
{
  g_auto (GStrv) names = self->funcs->list (self->data);

  arra_form_empty (self->list);
  for (char **name = names; *name != NULL; name++)
    gtk_container_add (GTK_CONTAINER (self->list), new_row (self, *name));
  gtk_widget_show_all (self->list);
}

static void
shown (GtkWidget *popover, gpointer data)
{
  Popover *self = data;

  gtk_entry_set_text (GTK_ENTRY (self->entry), "");
  fill (self);
}

static void
activated (GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  Popover *self = data;
  g_autofree char *name = g_strdup (name_of (GTK_WIDGET (row)));

  gtk_popover_popdown (GTK_POPOVER (self->popover));
  self->funcs->choose (name, self->data);
}

static void
save (Popover *self)
{
  g_autofree char *name = g_strdup (gtk_entry_get_text (GTK_ENTRY (self->entry)));

  gtk_popover_popdown (GTK_POPOVER (self->popover));
  self->funcs->save (name, self->data);
}

static void
name_changed (GtkEditable *entry, gpointer data)
{
  Popover *self = data;

  gtk_widget_set_sensitive (self->save, *gtk_entry_get_text (GTK_ENTRY (entry)) != '\0');
}

static GtkWidget *
new_list (Popover *self)
{
  GtkWidget *empty = gtk_label_new (_ ("No presets yet")), *scrolled;

  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_set_margin_top (empty, ARRA_FORM_MARGIN);
  gtk_widget_show (empty);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), empty);
  arra_form_name (self->list, _ ("Presets"));
  g_signal_connect (self->list, "row-activated", G_CALLBACK (activated), self);
  scrolled = arra_form_scrolled (self->list, _ ("Presets"), TRUE);
  gtk_widget_set_size_request (scrolled, 280, 200);
  return scrolled;
}

/* The settings of now under a name. */
static GtkWidget *
new_line (Popover *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP);

  self->entry = gtk_entry_new ();
  self->save = arra_form_button (_ ("Save"));
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), _ ("Name for the current settings"));
  gtk_widget_set_sensitive (self->save, FALSE);
  arra_form_name (self->entry, _ ("Name of the preset"));
  gtk_box_pack_start (GTK_BOX (line), self->entry, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (line), self->save, FALSE, FALSE, 0);
  g_signal_connect (self->entry, "changed", G_CALLBACK (name_changed), self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (save), self);
  g_signal_connect_swapped (self->save, "clicked", G_CALLBACK (save), self);
  return line;
}

GtkWidget *
arra_preset_popover_new (const ArraPresetFuncs *funcs, gpointer data)
{
  Popover *self = g_new0 (Popover, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, ARRA_FORM_GAP);

  self->funcs = funcs;
  self->data = data;
  self->popover = gtk_popover_new (NULL);
  g_object_set (box, "margin", 2 * ARRA_FORM_GAP, NULL);
  gtk_container_add (GTK_CONTAINER (box), new_list (self));
  gtk_container_add (GTK_CONTAINER (box), new_line (self));
  gtk_container_add (GTK_CONTAINER (self->popover), box);
  gtk_widget_show_all (box);
  g_signal_connect (self->popover, "show", G_CALLBACK (shown), self);
  g_object_set_data_full (G_OBJECT (self->popover), "arra-self", self, g_free);
  return self->popover;
}
