/* prompt_box.c - where the prompt is written, as the checkpoint has it, with the earlier ones at hand
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompt_box.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>

#include "class_box.h"
#include "completion.h"
#include "form.h"
#include "history_popover.h"
#include "text_undo.h"
#include "words.h"

#define MOST_CHIPS 2     /* examples under an empty prompt */
#define LONGEST_CHIP 300 /* characters */

struct _ArraPromptBox
{
  GtkWidget *root, *heading, *text, *view, *hint, *chips, *remark, *read;
  GtkTextBuffer *buffer;
  ArraTextUndo *undo;
  ArraCompletion *completion;
  ArraClassBox *classes;
  gboolean by_class; /* the prompt is one of classes, else the text */
  ArraHistory *history;
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
  if (gtk_widget_has_focus (box->view))
    arra_completion_update (box->completion);
  box->changed (box->data);
}

static void
submit (ArraPromptBox *box)
{
  arra_completion_hide (box->completion);
  box->submit (box->data);
}

/* Tab leaves the text (Ctrl+Tab as well) unless words are offered; Enter generates, Ctrl+Enter too, and Shift+Enter
 * breaks the line; Ctrl+Z undoes, Ctrl+Shift+Z and Ctrl+Y do again. */
static gboolean
key_pressed (GtkWidget *view, GdkEventKey *event, gpointer data)
{
  ArraPromptBox *box = data;

  if (arra_completion_key (box->completion, event))
    return GDK_EVENT_STOP;
  if (arra_form_is_enter (event) && (event->state & GDK_SHIFT_MASK) == 0)
    {
      /* what is being composed ends with Enter, too */
      if (!gtk_text_view_im_context_filter_keypress (GTK_TEXT_VIEW (view), event))
        submit (box);
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
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), 62);
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
  box->completion = arra_completion_new (view);
  g_signal_connect (box->buffer, "changed", G_CALLBACK (buffer_changed), box);
  g_signal_connect (box->view, "key-press-event", G_CALLBACK (key_pressed), box);
  return overlay;
}

static GtkWidget *
new_line (ArraPromptBox *box)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ARRA_FORM_GAP), *button = gtk_menu_button_new ();

  arra_form_dress_icon (button, "document-open-recent-symbolic", _ ("Prompt history"));
  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button),
                               arra_history_popover_new (box->history, &box->examples, chosen, box));
  box->heading = arra_form_heading (_ ("_Prompt"), box->view);
  gtk_box_pack_start (GTK_BOX (line), box->heading, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (line), button, FALSE, FALSE, 0);
  return line;
}

/* What is there at times only. */
static void
add_hidden (ArraPromptBox *box, GtkWidget *widget)
{
  gtk_widget_show_all (widget);
  gtk_widget_hide (widget);
  gtk_widget_set_no_show_all (widget, TRUE);
  gtk_container_add (GTK_CONTAINER (box->root), widget);
}

static void
class_changed (gpointer data)
{
  ArraPromptBox *box = data;

  box->changed (box->data);
}

static void
class_submitted (gpointer data)
{
  ArraPromptBox *box = data;

  box->submit (box->data);
}

ArraPromptBox *
arra_prompt_box_new (ArraHistory *history, const ArraPromptBoxFuncs *funcs, gpointer data)
{
  ArraPromptBox *box = g_new0 (ArraPromptBox, 1);

  box->history = history;
  box->changed = funcs->changed;
  box->submit = funcs->submit;
  box->data = data;
  box->text = new_view (box);
  box->classes = arra_class_box_new (class_changed, class_submitted, box);
  box->remark = arra_form_text (TRUE);
  box->read = arra_form_button (_ ("Choose Text Encoder…"));
  box->root = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  gtk_container_add (GTK_CONTAINER (box->root), new_line (box));
  gtk_container_add (GTK_CONTAINER (box->root), box->text);
  add_hidden (box, arra_class_box_widget (box->classes));
  add_hidden (box, box->remark);
  add_hidden (box, box->read);
  g_signal_connect_swapped (box->read, "clicked", G_CALLBACK (funcs->choose_text_encoder), data);
  g_object_set_data_full (G_OBJECT (box->root), "arra-prompt-box", box, free_box);
  return box;
}

GtkWidget *
arra_prompt_box_widget (ArraPromptBox *box)
{
  return box->root;
}

GtkWidget *
arra_prompt_box_field (ArraPromptBox *box)
{
  return box->by_class ? arra_class_box_entry (box->classes) : box->view;
}

char *
arra_prompt_box_get (ArraPromptBox *box)
{
  GtkTextIter start, end;

  if (box->by_class)
    return g_strstrip (g_strdup (arra_class_box_get (box->classes)));
  gtk_text_buffer_get_bounds (box->buffer, &start, &end);
  return g_strstrip (gtk_text_buffer_get_text (box->buffer, &start, &end, FALSE));
}

void
arra_prompt_box_set (ArraPromptBox *box, const char *prompt)
{
  if (box->by_class)
    arra_class_box_set (box->classes, prompt);
  else
    arra_text_undo_replace (box->undo, prompt);
  arra_completion_hide (box->completion);
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

static void
set_examples (ArraPromptBox *box, const char *const *examples)
{
  g_strfreev (box->examples);
  box->examples = g_strdupv ((char **) examples);
  arra_form_empty (box->chips);
  for (guint i = 0; i < MOST_CHIPS && box->examples != NULL && box->examples[i] != NULL; i++)
    add_chip (box, box->examples[i]);
  show_hints (box);
}

/* A prompt that was there before the checkpoint was known, or that is for both, goes along. */
static void
take_class (ArraPromptBox *box, const ArraCheckpoint *checkpoint)
{
  g_autofree char *prompt = arra_prompt_box_get (box);

  if (*arra_class_box_get (box->classes) == '\0' && *prompt != '\0'
      && arra_checkpoint_check_prompt (checkpoint, prompt, NULL))
    arra_class_box_set (box->classes, prompt);
}

/* @classes: (nullable): NULL: prompts are text */
static void
set_classes (ArraPromptBox *box, const ArraCheckpoint *checkpoint, const char *const *classes)
{
  const gboolean focused = gtk_widget_is_focus (arra_prompt_box_field (box));

  if (classes != NULL)
    {
      arra_class_box_set_classes (box->classes, classes);
      if (!box->by_class)
        take_class (box, checkpoint);
    }
  box->by_class = classes != NULL;
  gtk_widget_set_visible (box->text, !box->by_class);
  gtk_widget_set_visible (arra_class_box_widget (box->classes), box->by_class);
  gtk_label_set_text_with_mnemonic (GTK_LABEL (box->heading), !box->by_class ? _ ("_Prompt")
                                                              : classes[0] != NULL
                                                                  ? _ ("_Prompt: one of these classes")
                                                                  : _ ("_Prompt: the number of a class"));
  gtk_label_set_mnemonic_widget (GTK_LABEL (box->heading), arra_prompt_box_field (box));
  if (focused)
    arra_prompt_box_focus (box);
}

void
arra_prompt_box_set_checkpoint (ArraPromptBox *box, const ArraCheckpoint *checkpoint)
{
  const ArraCard *card = checkpoint != NULL ? arra_checkpoint_card (checkpoint) : NULL;

  arra_history_set_checkpoint (box->history, checkpoint != NULL ? arra_checkpoint_fingerprint (checkpoint) : NULL);
  arra_completion_set_words (box->completion, card != NULL ? card->words : NULL);
  set_examples (box, card != NULL ? card->example_prompts : NULL);
  set_classes (box, checkpoint, checkpoint != NULL ? arra_checkpoint_classes (checkpoint) : NULL);
  gtk_widget_set_visible (box->read, checkpoint != NULL && arra_checkpoint_lacks_text_encoder (checkpoint));
}

void
arra_prompt_box_set_remark (ArraPromptBox *box, const char *text)
{
  gtk_label_set_text (GTK_LABEL (box->remark), text != NULL ? text : "");
  gtk_widget_set_visible (box->remark, text != NULL);
}

gboolean
arra_prompt_box_is_searching (ArraPromptBox *box)
{
  return box->by_class && arra_class_box_is_searching (box->classes);
}

void
arra_prompt_box_focus (ArraPromptBox *box)
{
  gtk_widget_grab_focus (arra_prompt_box_field (box));
}
