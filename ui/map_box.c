/* map_box.c - whether it is drawn over the shown picture how likely that is, or what a phrase adds to it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "map_box.h"

#include <glib/gi18n-lib.h>

#include "form.h"

#define PHRASE_WIDTH 18 /* characters */

struct _ArraMapBox
{
  GtkWidget *phrase, *likely, *adds;
  char *asked; /* (nullable): the phrase, once Enter was pressed behind it */
  gboolean busy;
  void (*changed) (gpointer data);
  gpointer data;
};

static gboolean
is_active (GtkWidget *item)
{
  return gtk_check_menu_item_get_active (GTK_CHECK_MENU_ITEM (item));
}

/* At most one of both; a second press turns it off. */
static void
toggled (GtkCheckMenuItem *item, gpointer data)
{
  ArraMapBox *box = data;
  GtkWidget *other = GTK_WIDGET (item) == box->likely ? box->adds : box->likely;

  if (box->busy)
    return;
  box->busy = TRUE;
  if (gtk_check_menu_item_get_active (item))
    gtk_check_menu_item_set_active (GTK_CHECK_MENU_ITEM (other), FALSE);
  box->busy = FALSE;
  gtk_widget_set_visible (box->phrase, is_active (box->adds));
  if (is_active (box->adds))
    gtk_widget_grab_focus (box->phrase);
  box->changed (box->data);
}

static void
phrase_entered (GtkEntry *entry, gpointer data)
{
  ArraMapBox *box = data;

  g_free (box->asked);
  box->asked = g_strstrip (g_strdup (gtk_entry_get_text (entry)));
  box->changed (box->data);
}

static void
free_box (gpointer data)
{
  ArraMapBox *box = data;

  g_free (box->asked);
  g_free (box);
}

ArraMapBox *
arra_map_box_new (void (*changed) (gpointer data), gpointer data)
{
  ArraMapBox *box = g_new0 (ArraMapBox, 1);

  box->changed = changed;
  box->data = data;
  box->phrase = gtk_entry_new ();
  gtk_entry_set_width_chars (GTK_ENTRY (box->phrase), PHRASE_WIDTH);
  gtk_entry_set_placeholder_text (GTK_ENTRY (box->phrase), _ ("a phrase, then Enter"));
  gtk_widget_set_tooltip_text (
      box->phrase, _ ("What this adds to the prompt: one colour where it makes the picture likelier, that of warnings "
                      "where less likely"));
  arra_form_name (box->phrase, _ ("Phrase"));
  gtk_widget_set_no_show_all (box->phrase, TRUE);
  g_signal_connect (box->phrase, "activate", G_CALLBACK (phrase_entered), box);
  g_object_set_data_full (G_OBJECT (box->phrase), "arra-map-box", box, free_box);
  return box;
}

static GtkWidget *
add_item (ArraMapBox *box, GtkMenuShell *menu, const char *mnemonic, const char *hint)
{
  GtkWidget *item = gtk_check_menu_item_new_with_mnemonic (mnemonic);

  gtk_widget_set_tooltip_text (item, hint);
  gtk_menu_shell_append (menu, item);
  gtk_widget_show (item);
  g_signal_connect (item, "toggled", G_CALLBACK (toggled), box);
  return item;
}

void
arra_map_box_add_items (ArraMapBox *box, GtkMenuShell *menu)
{
  box->likely = add_item (box, menu, _ ("How _Likely"),
                          _ ("Colours what of the shown picture surprises the model that made it. Takes some time"));
  box->adds = add_item (box, menu, _ ("What a Phrase _Adds"),
                        _ ("Colours where a phrase makes the shown picture likelier or less likely. Takes some time"));
}

GtkWidget *
arra_map_box_widget (ArraMapBox *box)
{
  return box->phrase;
}

const char *
arra_map_box_phrase (ArraMapBox *box)
{
  return is_active (box->adds) && box->asked != NULL && *box->asked != '\0' ? box->asked : NULL;
}

gboolean
arra_map_box_is_on (ArraMapBox *box)
{
  return is_active (box->likely) || arra_map_box_phrase (box) != NULL;
}

void
arra_map_box_end (ArraMapBox *box)
{
  g_clear_pointer (&box->asked, g_free);
  box->busy = TRUE;
  gtk_check_menu_item_set_active (GTK_CHECK_MENU_ITEM (box->likely), FALSE);
  box->busy = FALSE;
}

void
arra_map_box_turn_off (ArraMapBox *box)
{
  gtk_check_menu_item_set_active (GTK_CHECK_MENU_ITEM (box->likely), FALSE);
  gtk_check_menu_item_set_active (GTK_CHECK_MENU_ITEM (box->adds), FALSE);
}

void
arra_map_box_set_possible (ArraMapBox *box, gboolean possible, gboolean phrases)
{
  gtk_widget_set_sensitive (box->likely, possible || is_active (box->likely));
  gtk_widget_set_sensitive (box->adds, (possible && phrases) || is_active (box->adds));
}
