/* completion.c - words that a checkpoint learnt, offered while they are being written
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "completion.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "form.h"
#include "words.h"

#define MOST 6          /* words offered at once */
#define LEAST_LETTERS 2 /* of a word before it is completed */
#define LONGEST 60      /* characters of a word that are shown */

struct _ArraCompletion
{
  GtkTextView *view;
  GtkWidget *popover, *list;
  char **words;       /* (nullable) */
  GPtrArray *offered; /* (nullable): of words */
  char *begin;        /* (nullable): what they are offered for, case folded */
};

GPtrArray *
arra_completion_find (const char *const *words, const char *begin)
{
  g_autofree char *folded = g_utf8_casefold (begin, -1);
  GPtrArray *found = g_ptr_array_new ();

  if (g_utf8_strlen (begin, -1) < LEAST_LETTERS)
    return found;
  for (; words != NULL && *words != NULL && found->len < MOST; words++)
    if (g_str_has_prefix (*words, folded) && strcmp (*words, folded) != 0)
      g_ptr_array_add (found, (gpointer) *words);
  return found;
}

static gboolean
is_of_word (gunichar c)
{
  return g_unichar_isalnum (c) || c == '-' || c == '\'';
}

/* (transfer full) (nullable): the word that ends where the cursor is */
static char *
word_before (GtkTextView *view)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextIter begin, end, before;

  gtk_text_buffer_get_iter_at_mark (buffer, &end, gtk_text_buffer_get_insert (buffer));
  if (is_of_word (gtk_text_iter_get_char (&end)))
    return NULL;
  for (begin = before = end; gtk_text_iter_backward_char (&before) && is_of_word (gtk_text_iter_get_char (&before));)
    begin = before;
  return gtk_text_buffer_get_text (buffer, &begin, &end, FALSE);
}

/* ---- taking one */

static void
take (ArraCompletion *completion, guint index)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (completion->view);
  const char *word = completion->offered->pdata[index];
  g_autofree char *rest = g_strdup (word + strlen (completion->begin));

  arra_completion_hide (completion);
  gtk_text_buffer_insert_at_cursor (buffer, rest, -1);
  arra_completion_hide (completion);
}

static void
activated (GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  take (data, (guint) gtk_list_box_row_get_index (row));
}

static void
move (GtkListBox *list, int step)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (list);
  const int index = row != NULL ? gtk_list_box_row_get_index (row) + step : step > 0 ? 0 : -1;

  gtk_list_box_select_row (list, index >= 0 ? gtk_list_box_get_row_at_index (list, index) : NULL);
}

gboolean
arra_completion_key (ArraCompletion *completion, const GdkEventKey *event)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (completion->list));
  const GdkModifierType other = GDK_SHIFT_MASK | GDK_CONTROL_MASK | GDK_MOD1_MASK;

  if (!gtk_widget_get_visible (completion->popover) || (event->state & other) != 0)
    return FALSE;
  switch (event->keyval)
    {
    case GDK_KEY_Tab:
      take (completion, row != NULL ? (guint) gtk_list_box_row_get_index (row) : 0);
      return TRUE;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      if (row != NULL)
        activated (GTK_LIST_BOX (completion->list), row, completion);
      return row != NULL;
    case GDK_KEY_Down:
      move (GTK_LIST_BOX (completion->list), 1);
      return TRUE;
    case GDK_KEY_Up:
      move (GTK_LIST_BOX (completion->list), -1);
      return row != NULL;
    case GDK_KEY_Escape:
      arra_completion_hide (completion);
      return TRUE;
    default:
      return FALSE;
    }
}

/* ---- offering them */

static void
list_words (ArraCompletion *completion)
{
  arra_form_empty (completion->list);
  for (guint i = 0; i < completion->offered->len; i++)
    {
      g_autofree char *plain = arra_words_plain (completion->offered->pdata[i], LONGEST);
      GtkWidget *row = gtk_list_box_row_new (), *label = gtk_label_new (plain);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_container_add (GTK_CONTAINER (row), label);
      gtk_widget_set_can_focus (row, FALSE);
      arra_form_name (row, plain);
      gtk_container_add (GTK_CONTAINER (completion->list), row);
    }
  gtk_widget_show_all (completion->list);
}

/* Below the cursor. */
static void
point (ArraCompletion *completion)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (completion->view);
  GdkRectangle place;
  GtkTextIter cursor;

  gtk_text_buffer_get_iter_at_mark (buffer, &cursor, gtk_text_buffer_get_insert (buffer));
  gtk_text_view_get_iter_location (completion->view, &cursor, &place);
  gtk_text_view_buffer_to_window_coords (completion->view, GTK_TEXT_WINDOW_WIDGET, place.x, place.y, &place.x,
                                         &place.y);
  gtk_popover_set_pointing_to (GTK_POPOVER (completion->popover), &place);
}

void
arra_completion_update (ArraCompletion *completion)
{
  g_autofree char *begin = word_before (completion->view);

  g_clear_pointer (&completion->offered, g_ptr_array_unref);
  completion->offered = arra_completion_find ((const char *const *) completion->words, begin != NULL ? begin : "");
  if (completion->offered->len == 0)
    {
      arra_completion_hide (completion);
      return;
    }
  g_free (completion->begin);
  completion->begin = g_utf8_casefold (begin, -1);
  list_words (completion);
  point (completion);
  gtk_widget_show (completion->popover);
}

void
arra_completion_hide (ArraCompletion *completion)
{
  gtk_widget_hide (completion->popover);
}

void
arra_completion_set_words (ArraCompletion *completion, const char *const *words)
{
  arra_completion_hide (completion);
  g_clear_pointer (&completion->offered, g_ptr_array_unref);
  g_strfreev (completion->words);
  completion->words = g_strdupv ((char **) words);
}

/* ---- the widget */

static void
free_completion (gpointer data)
{
  ArraCompletion *completion = data;

  g_clear_pointer (&completion->offered, g_ptr_array_unref);
  g_strfreev (completion->words);
  g_free (completion->begin);
  g_free (completion);
}

static gboolean
focus_lost (GtkWidget *view, GdkEvent *event, gpointer data)
{
  arra_completion_hide (data);
  return GDK_EVENT_PROPAGATE;
}

ArraCompletion *
arra_completion_new (GtkTextView *view)
{
  ArraCompletion *completion = g_new0 (ArraCompletion, 1);

  completion->view = view;
  completion->list = gtk_list_box_new ();
  completion->popover = gtk_popover_new (GTK_WIDGET (view));
  gtk_popover_set_modal (GTK_POPOVER (completion->popover), FALSE);
  gtk_popover_set_position (GTK_POPOVER (completion->popover), GTK_POS_BOTTOM);
  gtk_container_add (GTK_CONTAINER (completion->popover), completion->list);
  arra_form_name (completion->list, _ ("Words that this checkpoint learnt"));
  g_signal_connect (completion->list, "row-activated", G_CALLBACK (activated), completion);
  g_signal_connect (view, "focus-out-event", G_CALLBACK (focus_lost), completion);
  g_object_set_data_full (G_OBJECT (view), "arra-completion", completion, free_completion);
  return completion;
}
