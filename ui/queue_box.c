/* queue_box.c - what is to be made when the pictures at hand are finished
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "queue_box.h"

#include <glib/gi18n-lib.h>

#include "form.h"
#include "words.h"

#define LONGEST 200    /* characters of a prompt that are shown */
#define MOST_HEIGHT 72 /* pixels before the list scrolls */
#define KEY_TICKET "arra-ticket"

struct _ArraQueueBox
{
  GtkWidget *root, *list;
};

static GtkListBoxRow *
first_row (ArraQueueBox *box)
{
  return gtk_list_box_get_row_at_index (GTK_LIST_BOX (box->list), 0);
}

static void
show (ArraQueueBox *box)
{
  gtk_widget_set_visible (box->root, first_row (box) != NULL);
}

static void
removed (GtkWidget *button, gpointer data)
{
  gtk_widget_destroy (gtk_widget_get_ancestor (button, GTK_TYPE_LIST_BOX_ROW));
  show (data);
}

static GtkWidget *
new_remove (ArraQueueBox *box, const char *plain)
{
  g_autofree char *name = g_strdup_printf (_ ("Do not make “%s”"), plain);
  GtkWidget *button = arra_form_icon_button ("list-remove-symbolic", name);

  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  g_signal_connect (button, "clicked", G_CALLBACK (removed), box);
  return button;
}

static GtkWidget *
new_row (ArraQueueBox *box, ArraTicket *ticket)
{
  g_autofree char *plain = arra_words_plain (ticket->prompt, LONGEST);
  GtkWidget *row = gtk_list_box_row_new (), *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP),
            *label = gtk_label_new (plain);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_tooltip_text (label, plain);
  gtk_widget_set_margin_start (label, ARRA_FORM_GAP);
  gtk_box_pack_start (GTK_BOX (line), label, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (line), new_remove (box, plain), FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (row), line);
  arra_form_name (row, plain);
  g_object_set_data_full (G_OBJECT (row), KEY_TICKET, ticket, (GDestroyNotify) arra_ticket_free);
  gtk_widget_show_all (row);
  return row;
}

gboolean
arra_queue_box_add (ArraQueueBox *box, ArraTicket *ticket)
{
  if (arra_queue_box_length (box) >= ARRA_QUEUE_MAX)
    {
      arra_ticket_free (ticket);
      return FALSE;
    }
  gtk_container_add (GTK_CONTAINER (box->list), new_row (box, ticket));
  show (box);
  return TRUE;
}

ArraTicket *
arra_queue_box_take (ArraQueueBox *box)
{
  GtkListBoxRow *row = first_row (box);
  ArraTicket *ticket = row != NULL ? g_object_steal_data (G_OBJECT (row), KEY_TICKET) : NULL;

  if (row != NULL)
    gtk_widget_destroy (GTK_WIDGET (row));
  show (box);
  return ticket;
}

guint
arra_queue_box_length (ArraQueueBox *box)
{
  g_autoptr (GList) rows = gtk_container_get_children (GTK_CONTAINER (box->list));

  return g_list_length (rows);
}

ArraQueueBox *
arra_queue_box_new (void)
{
  ArraQueueBox *box = g_new0 (ArraQueueBox, 1);
  GtkWidget *heading = arra_form_text (TRUE), *scrolled;

  box->root = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  box->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (box->list), GTK_SELECTION_NONE);
  arra_form_name (box->list, _ ("Made next"));
  gtk_label_set_text (GTK_LABEL (heading), _ ("Made next:"));
  scrolled = arra_form_scrolled (box->list, _ ("Made next"), TRUE);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), MOST_HEIGHT);
  gtk_container_add (GTK_CONTAINER (box->root), heading);
  gtk_container_add (GTK_CONTAINER (box->root), scrolled);
  gtk_widget_show_all (box->root);
  gtk_widget_hide (box->root);
  gtk_widget_set_no_show_all (box->root, TRUE);
  g_object_set_data_full (G_OBJECT (box->root), "arra-queue-box", box, g_free);
  return box;
}

GtkWidget *
arra_queue_box_widget (ArraQueueBox *box)
{
  return box->root;
}
