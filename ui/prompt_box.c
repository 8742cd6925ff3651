/* prompt_box.c - where the prompt is written, with the earlier ones at hand
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompt_box.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>

#include "form.h"
#include "history_popover.h"
#include "text_undo.h"
#include "words.h"

#define MOST_CHIPS 2     /* examples under an empty prompt */
#define LONGEST_CHIP 300 /* characters */

struct _ArraPromptBox
{
  GtkWidget *root, *view, *hint, *chips, *remark;
  GtkTextBuffer *buffer;
  ArraTextUndo *undo;
  char **examples;
  void (*changed) (gpointer data);
  void (*submit) (gpointer data);
  gpointer data;
};

/* What can be done with an empty prompt. */
static void
show_hints (ArraPromptBox *box)
{
  const gboolean empty = gtk_text_buffer_get_char_count (box->buffer) == 0;

  gtk_widget_set_visible (box->hint, empty);
  gtk_widget_set_visible (box->chips, empty && box->examples != NULL && box->examples[0] != NULL);
}

static void
buffer_changed (GtkTextBuffer *buffer, gpointer data)
{
  ArraPromptBox *box = data;

  show_hints (box);
  box->changed (box->data);
}

static gboolean
is_enter (const GdkEventKey *event)
{
  return event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter || event->keyval == GDK_KEY_ISO_Enter;
}

/* Tab leaves the text (Ctrl+Tab as well); Enter generates, Ctrl+Enter too, and Shift+Enter breaks the line; Ctrl+Z
 * undoes, Ctrl+Shift+Z and Ctrl+Y do again. */
static gboolean
key_pressed (GtkWidget *view, GdkEventKey *event, gpointer data)
{
  ArraPromptBox *box = data;

  if (is_enter (event) && (event->state & GDK_SHIFT_MASK) == 0)
    {
      /* what is being composed ends with Enter, too */
      if (!gtk_text_view_im_context_filter_keypress (GTK_TEXT_VIEW (view), event))
        box->submit (box->data);
      return GDK_EVENT_STOP;
    }
  if ((event->state & GDK_CONTROL_MASK) == 0)
    return GDK_EVENT_PROPAGATE;
  switch (event->keyval)
    {
    case GDK_KEY_z:
      arra_text_undo_back (box->undo);
      return GDK_EVENT_STOP;
    case GDK_KEY_Z:
    case GDK_KEY_y:
      arra_text_undo_forth (box->undo);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
chosen (const char *prompt, gpointer data)
{
  arra_prompt_box_set (data, prompt);
  arra_prompt_box_focus (data);
}

static void
free_box (gpointer data)
{
  ArraPromptBox *box = data;

  g_strfreev (box->examples);
  g_free (box);
}

static GtkWidget *
new_view (ArraPromptBox *box)
{
  GtkWidget *scrolled, *overlay = gtk_overlay_new ();
  GtkTextView *view = GTK_TEXT_VIEW (box->view = gtk_text_view_new ());

  gtk_text_view_set_wrap_mode (view, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (view, FALSE);
  gtk_text_view_set_left_margin (view, 8);
  gtk_text_view_set_right_margin (view, 8);
  gtk_text_view_set_top_margin (view, 6);
  gtk_text_view_set_bottom_margin (view, 6);
  scrolled = arra_form_scrolled (box->view, _ ("Prompt area"), TRUE);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), 84);
  gtk_container_add (GTK_CONTAINER (overlay), scrolled);

  box->hint = arra_form_text (TRUE);
  gtk_label_set_text (GTK_LABEL (box->hint), _ ("What should the picture show?"));
  gtk_widget_set_margin_start (box->hint, 9);
  gtk_widget_set_margin_top (box->hint, 7);
  gtk_widget_set_halign (box->hint, GTK_ALIGN_START);
  gtk_widget_set_valign (box->hint, GTK_ALIGN_START);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), box->hint);
  gtk_overlay_set_overlay_pass_through (GTK_OVERLAY (overlay), box->hint, TRUE);
  box->chips = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP);
  g_object_set (box->chips, "margin", ARRA_FORM_GAP, "valign", GTK_ALIGN_END, "halign", GTK_ALIGN_FILL, NULL);
  gtk_box_set_homogeneous (GTK_BOX (box->chips), TRUE);
  gtk_widget_set_no_show_all (box->chips, TRUE);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), box->chips);
  box->buffer = gtk_text_view_get_buffer (view);
  box->undo = arra_text_undo_new (box->buffer);
  g_signal_connect (box->buffer, "changed", G_CALLBACK (buffer_changed), box);
  g_signal_connect (box->view, "key-press-event", G_CALLBACK (key_pressed), box);
  return overlay;
}

ArraPromptBox *
arra_prompt_box_new (ArraHistory *history,
                     void (*changed) (gpointer data),
                     void (*submit) (gpointer data),
                     gpointer data)
{
  ArraPromptBox *box = g_new0 (ArraPromptBox, 1);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP), *button = gtk_menu_button_new (),
            *view = new_view (box);

  box->changed = changed;
  box->submit = submit;
  box->data = data;
  arra_form_dress_icon (button, "document-open-recent-symbolic", _ ("Prompt history"));
  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button),
                               arra_history_popover_new (history, &box->examples, chosen, box));
  gtk_box_pack_start (GTK_BOX (line), arra_form_heading (_ ("_Prompt"), box->view), TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (line), button, FALSE, FALSE, 0);
  box->root = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  gtk_container_add (GTK_CONTAINER (box->root), line);
  gtk_container_add (GTK_CONTAINER (box->root), view);
  box->remark = arra_form_text (TRUE);
  gtk_widget_set_no_show_all (box->remark, TRUE);
  gtk_container_add (GTK_CONTAINER (box->root), box->remark);
  g_object_set_data_full (G_OBJECT (box->root), "arra-prompt-box", box, free_box);
  return box;
}

GtkWidget *
arra_prompt_box_widget (ArraPromptBox *box)
{
  return box->root;
}

char *
arra_prompt_box_get (ArraPromptBox *box)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (box->buffer, &start, &end);
  return g_strstrip (gtk_text_buffer_get_text (box->buffer, &start, &end, FALSE));
}

void
arra_prompt_box_set (ArraPromptBox *box, const char *prompt)
{
  arra_text_undo_replace (box->undo, prompt);
}

void
arra_prompt_box_forget_changes (ArraPromptBox *box)
{
  arra_text_undo_forget (box->undo);
}

static void
chip_clicked (GtkWidget *chip, gpointer data)
{
  g_autofree char *prompt = gtk_widget_get_tooltip_text (chip);

  chosen (prompt, data);
}

/* An example, one click away. */
static void
add_chip (ArraPromptBox *box, const char *example)
{
  g_autofree char *plain = arra_words_plain (example, LONGEST_CHIP);
  GtkWidget *chip = gtk_button_new (), *label = gtk_label_new (plain);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_container_add (GTK_CONTAINER (chip), label);
  gtk_style_context_add_class (gtk_widget_get_style_context (chip), "arra-chip");
  gtk_widget_set_tooltip_text (chip, plain);
  arra_form_name (chip, plain);
  gtk_widget_show_all (chip);
  gtk_container_add (GTK_CONTAINER (box->chips), chip);
  g_signal_connect (chip, "clicked", G_CALLBACK (chip_clicked), box);
}

void
arra_prompt_box_set_examples (ArraPromptBox *box, const char *const *examples)
{
  g_strfreev (box->examples);
  box->examples = g_strdupv ((char **) examples);
  arra_form_empty (box->chips);
  for (guint i = 0; i < MOST_CHIPS && box->examples != NULL && box->examples[i] != NULL; i++)
    add_chip (box, box->examples[i]);
  show_hints (box);
}

void
arra_prompt_box_set_remark (ArraPromptBox *box, const char *text)
{
  gtk_label_set_text (GTK_LABEL (box->remark), text != NULL ? text : "");
  gtk_widget_set_visible (box->remark, text != NULL);
}

void
arra_prompt_box_focus (ArraPromptBox *box)
{
  gtk_widget_grab_focus (box->view);
}
