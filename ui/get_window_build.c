/* get_window_build.c - how "Get Checkpoints" is put together
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "get_window_private.h"

#include <glib/gi18n-lib.h>

#include "form.h"

static GtkWidget *
add_button (GtkWidget *box, gboolean at_end, const char *mnemonic, GCallback clicked, ArraGetWindow *self)
{
  GtkWidget *button = arra_form_button (mnemonic);

  if (at_end)
    gtk_box_pack_end (GTK_BOX (box), button, FALSE, FALSE, 0);
  else
    gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
  g_signal_connect (button, "clicked", clicked, self);
  return button;
}

static void
close_clicked (GtkButton *button, gpointer data)
{
  gtk_window_close (GTK_WINDOW (((ArraGetWindow *) data)->window));
}

static GtkWidget *
new_actions (ArraGetWindow *self)
{
  GtkWidget *actions = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP), *folder;

  folder = add_button (actions, FALSE, _ ("_Open Folder"), G_CALLBACK (arra_get_window_open_folder), self);
  gtk_widget_set_tooltip_text (folder, _ ("Without a network: put a .gguf file here"));
  self->delete = add_button (actions, FALSE, _ ("_Delete What Was Fetched"), G_CALLBACK (arra_get_window_delete), self);
  self->get = add_button (actions, TRUE, _ ("_Get…"), G_CALLBACK (arra_get_window_get), self);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->get), GTK_STYLE_CLASS_SUGGESTED_ACTION);
  self->stop = add_button (actions, TRUE, _ ("_Stop"), G_CALLBACK (arra_get_window_stop), self);
  add_button (actions, TRUE, _ ("_Close"), G_CALLBACK (close_clicked), self);
  gtk_widget_set_no_show_all (self->delete, TRUE);
  gtk_widget_set_no_show_all (self->get, TRUE);
  gtk_widget_set_no_show_all (self->stop, TRUE);
  return actions;
}

static GtkWidget *
new_vqgan_line (ArraGetWindow *self)
{
  GtkGrid *grid = arra_form_grid ();

  self->vqgan = gtk_button_new_with_label (_ ("Choose vqgan.ckpt…"));
  g_signal_connect (self->vqgan, "clicked", G_CALLBACK (arra_get_window_choose_vqgan), self);
  arra_form_row (grid, 0, _ ("_Image tokenizer:"), self->vqgan);
  gtk_widget_show_all (GTK_WIDGET (grid));
  gtk_widget_set_no_show_all (GTK_WIDGET (grid), TRUE);
  return self->vqgan_line = GTK_WIDGET (grid);
}

static GtkWidget *
new_list (ArraGetWindow *self)
{
  GtkWidget *scrolled;

  self->list = gtk_list_box_new ();
  arra_form_name (self->list, _ ("Checkpoints to get"));
  gtk_style_context_add_class (gtk_widget_get_style_context (self->list), "arra-offers");
  g_signal_connect (self->list, "row-selected", G_CALLBACK (arra_get_window_row_selected), self);
  scrolled = arra_form_scrolled (self->list, _ ("Checkpoints to get"), TRUE);
  gtk_widget_set_size_request (scrolled, 560, 360);
  return scrolled;
}

GtkWidget *
arra_get_window_inside (ArraGetWindow *self)
{
  GtkWidget *inside = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2 * ARRA_FORM_GAP);

  self->license = arra_form_text (FALSE);
  self->status = arra_form_text (TRUE);
  self->progress = gtk_progress_bar_new ();
  self->link = gtk_link_button_new_with_label ("", _ ("Read the licence"));
  self->agree = arra_form_check (_ ("I have _read the licence and agree to it"), NULL);
  arra_form_name (self->progress, _ ("Progress"));
  gtk_widget_set_halign (self->link, GTK_ALIGN_START);
  g_signal_connect (self->agree, "toggled", G_CALLBACK (arra_get_window_changed), self);
  gtk_widget_set_no_show_all (self->link, TRUE);
  gtk_widget_set_no_show_all (self->agree, TRUE);
  gtk_widget_set_no_show_all (self->progress, TRUE);
  gtk_box_pack_start (GTK_BOX (inside), new_list (self), TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (inside), self->license);
  gtk_container_add (GTK_CONTAINER (inside), self->link);
  gtk_container_add (GTK_CONTAINER (inside), new_vqgan_line (self));
  gtk_container_add (GTK_CONTAINER (inside), self->agree);
  gtk_container_add (GTK_CONTAINER (inside), self->progress);
  gtk_container_add (GTK_CONTAINER (inside), self->status);
  gtk_container_add (GTK_CONTAINER (inside), new_actions (self));
  g_object_set (inside, "margin", ARRA_FORM_MARGIN, NULL);
  return inside;
}
