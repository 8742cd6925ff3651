/* history_popover.c - earlier prompts and a checkpoint's examples, to search, choose from and forget
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_popover.h"

#include <glib/gi18n-lib.h>

#include "form.h"
#include "words.h"

#define KEY_PROMPT "arra-prompt"
#define KEY_GROUP "arra-group"

typedef struct
{
  GtkWidget *popover, *search, *list, *clear;
  ArraHistory *history;
  char ***examples;
  ArraHistoryChosen chosen;
  gpointer data;
} Popover;

static void fill (Popover *self);

/* Of one prompt, wherever it was used. */
static void
forget (GtkWidget *button, gpointer data)
{
  Popover *self = data;
  GtkWidget *row = gtk_widget_get_ancestor (button, GTK_TYPE_LIST_BOX_ROW);
  g_autofree char *prompt = g_strdup (g_object_get_data (G_OBJECT (row), KEY_PROMPT));

  for (guint i = arra_history_length (self->history); i-- > 0;)
    if (g_str_equal (arra_history_get (self->history, i), prompt))
      arra_history_remove (self->history, i);
  fill (self);
  gtk_widget_grab_focus (self->search);
}

static GtkWidget *
new_forget (Popover *self, const char *plain)
{
  g_autofree char *name = g_strdup_printf (_ ("Forget “%s”"), plain);
  GtkWidget *button = arra_form_icon_button ("edit-delete-symbolic", name);

  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect (button, "clicked", G_CALLBACK (forget), self);
  return button;
}

static void
add (Popover *self, const char *prompt, const char *group, gboolean can_forget)
{
  g_autofree char *plain = arra_words_plain (prompt, 300);
  GtkWidget *row = gtk_list_box_row_new (), *label = gtk_label_new (plain),
            *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_lines (GTK_LABEL (label), 2);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  gtk_widget_set_margin_start (label, 2 * ARRA_FORM_GAP);
  gtk_widget_set_margin_end (label, 2 * ARRA_FORM_GAP);
  gtk_widget_set_margin_top (label, ARRA_FORM_GAP);
  gtk_widget_set_margin_bottom (label, ARRA_FORM_GAP);
  gtk_box_pack_start (GTK_BOX (line), label, TRUE, TRUE, 0);
  if (can_forget)
    gtk_box_pack_end (GTK_BOX (line), new_forget (self, plain), FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (row), line);
  arra_form_name (row, plain);
  g_object_set_data_full (G_OBJECT (row), KEY_PROMPT, g_strdup (prompt), g_free);
  g_object_set_data (G_OBJECT (row), KEY_GROUP, (gpointer) group);
  gtk_container_add (GTK_CONTAINER (self->list), row);
}

/* Those of the chosen checkpoint, or those of others that were not seen among them. */
static void
add_earlier (Popover *self, gboolean own, const char *group, GHashTable *seen)
{
  for (guint i = 0; i < arra_history_length (self->history); i++)
    {
      const char *prompt = arra_history_get (self->history, i);

      if (arra_history_is_own (self->history, i) == own && g_hash_table_add (seen, (gpointer) prompt))
        add (self, prompt, group, TRUE);
    }
}

static void
fill (Popover *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  arra_form_empty (self->list);
  add_earlier (self, TRUE, _ ("Earlier prompts"), seen);
  for (char **example = *self->examples; example != NULL && *example != NULL; example++)
    add (self, *example, _ ("Examples for this checkpoint"), FALSE);
  add_earlier (self, FALSE, _ ("Earlier prompts for other checkpoints"), seen);
  gtk_widget_set_sensitive (self->clear, arra_history_length (self->history) > 0);
  gtk_widget_show_all (self->list);
}

static void
shown (GtkWidget *popover, gpointer data)
{
  Popover *self = data;

  gtk_entry_set_text (GTK_ENTRY (self->search), "");
  fill (self);
  gtk_widget_grab_focus (self->search);
}

static gboolean
matches (GtkListBoxRow *row, gpointer data)
{
  Popover *self = data;

  return arra_history_matches (g_object_get_data (G_OBJECT (row), KEY_PROMPT),
                               gtk_entry_get_text (GTK_ENTRY (self->search)));
}

/* A heading above the first row of each group. */
static void
head (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  const char *group = g_object_get_data (G_OBJECT (row), KEY_GROUP);
  GtkWidget *heading;

  if (before != NULL && g_object_get_data (G_OBJECT (before), KEY_GROUP) == group)
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  heading = arra_form_text (TRUE);
  gtk_label_set_text (GTK_LABEL (heading), group);
  gtk_widget_set_margin_start (heading, 2 * ARRA_FORM_GAP);
  gtk_widget_set_margin_top (heading, ARRA_FORM_GAP);
  gtk_widget_show (heading);
  gtk_list_box_row_set_header (row, heading);
}

static void
activated (GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  Popover *self = data;
  g_autofree char *prompt = g_strdup (g_object_get_data (G_OBJECT (row), KEY_PROMPT));

  gtk_popover_popdown (GTK_POPOVER (self->popover));
  self->chosen (prompt, self->data);
}

/* Enter in the search takes the first that is found. */
static void
search_activated (GtkEntry *search, gpointer data)
{
  Popover *self = data;

  for (int i = 0;; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), i);

      if (row == NULL)
        return;
      if (gtk_widget_get_child_visible (GTK_WIDGET (row)))
        {
          activated (GTK_LIST_BOX (self->list), row, self);
          return;
        }
    }
}

static void
clear (GtkButton *button, gpointer data)
{
  Popover *self = data;

  arra_history_clear (self->history);
  fill (self);
}

static GtkWidget *
new_list (Popover *self)
{
  GtkWidget *empty = gtk_label_new (_ ("No prompt found"));

  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_list_box_set_filter_func (GTK_LIST_BOX (self->list), matches, self, NULL);
  gtk_list_box_set_header_func (GTK_LIST_BOX (self->list), head, self, NULL);
  gtk_widget_set_margin_top (empty, ARRA_FORM_MARGIN);
  gtk_widget_show (empty);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), empty);
  arra_form_name (self->list, _ ("Prompts"));
  g_signal_connect (self->list, "row-activated", G_CALLBACK (activated), self);
  return self->list;
}

GtkWidget *
arra_history_popover_new (ArraHistory *history, char ***examples, ArraHistoryChosen chosen, gpointer data)
{
  Popover *self = g_new0 (Popover, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, ARRA_FORM_GAP), *scrolled;

  *self = (Popover) { .history = history, .examples = examples, .chosen = chosen, .data = data };
  scrolled = arra_form_scrolled (new_list (self), _ ("Prompts"), TRUE);
  gtk_widget_set_size_request (scrolled, 360, 300);
  self->popover = gtk_popover_new (NULL);
  self->search = gtk_search_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->search), _ ("Search prompts"));
  arra_form_name (self->search, _ ("Search prompts"));
  self->clear = arra_form_button (_ ("Forget All"));
  g_object_set (box, "margin", 2 * ARRA_FORM_GAP, NULL);
  gtk_container_add (GTK_CONTAINER (box), self->search);
  gtk_container_add (GTK_CONTAINER (box), scrolled);
  gtk_container_add (GTK_CONTAINER (box), self->clear);
  gtk_container_add (GTK_CONTAINER (self->popover), box);
  gtk_widget_show_all (box);
  g_signal_connect (self->clear, "clicked", G_CALLBACK (clear), self);
  g_signal_connect (self->search, "activate", G_CALLBACK (search_activated), self);
  g_signal_connect_swapped (self->search, "search-changed", G_CALLBACK (gtk_list_box_invalidate_filter), self->list);
  g_signal_connect (self->popover, "show", G_CALLBACK (shown), self);
  g_object_set_data_full (G_OBJECT (self->popover), "arra-self", self, g_free);
  return self->popover;
}
