/* test-dialog_prompt.c - the dialog's prompt: words offered, prompts remembered, prompts that wait, and presets
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gdk/gdkkeysyms.h>
#include <string.h>

#include "completion.h"
#include "dialog_case.h"
#include "fixture.h"

#define SIZED "[Dialog]\nsized=true\nwidth=8\nheight=8\nprompt=a word\n"

static void
assert_prompt (Case *self, const char *expected)
{
  g_autofree char *prompt = arra_prompt_box_get (self->dialog->prompt);

  g_assert_cmpstr (prompt, ==, expected);
}

/* ---- words */

static void
test_find (void)
{
  static const char *const words[] = { "oak",
                                       "oaken",
                                       "moss",
                                       "mossy",
                                       "mo",
                                       "\xc3\xbc"
                                       "bung",
                                       NULL };
  g_autoptr (GPtrArray) moss = arra_completion_find (words, "MO"), oak = arra_completion_find (words, "oak"),
                        none = arra_completion_find (words, "o"), strange = arra_completion_find (NULL, "oak"),
                        umlaut = arra_completion_find (words, "\xc3\x9c"
                                                              "b");

  g_assert_cmpuint (moss->len, ==, 2);
  g_assert_cmpstr (moss->pdata[0], ==, "moss");
  g_assert_cmpuint (oak->len, ==, 1);
  g_assert_cmpstr (oak->pdata[0], ==, "oaken");
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (strange->len, ==, 0);
  g_assert_cmpuint (umlaut->len, ==, 1);
}

static void
write_text (Case *self, const char *text)
{
  GtkTextView *view = GTK_TEXT_VIEW (case_get (self, GTK_TYPE_TEXT_VIEW, "Prompt"));

  gtk_text_buffer_insert_at_cursor (gtk_text_view_get_buffer (view), text, -1);
  case_idle ();
}

/* What is being written can be completed from what the checkpoint learnt: Tab takes it, Escape does not. */
static void
test_completion (Case *self, gconstpointer data)
{
  GtkWidget *view, *words;

  case_open (self, "");
  case_choose (self, "medical");
  view = case_get (self, GTK_TYPE_TEXT_VIEW, "Prompt");
  gtk_widget_grab_focus (view);
  for (guint i = 0; i < 100 && !gtk_widget_has_focus (view); i++, g_usleep (20000))
    case_idle ();
  g_assert_true (gtk_widget_has_focus (view));
  write_text (self, "a Ch");
  words = case_get (self, GTK_TYPE_LIST_BOX, "Words that this checkpoint learnt");
  g_assert_true (gtk_widget_get_mapped (words));
  case_key (view, GDK_KEY_Escape, 0);
  g_assert_false (gtk_widget_get_mapped (words));
  g_assert_nonnull (self->dialog->window);
  write_text (self, "e");
  g_assert_true (gtk_widget_get_mapped (words));
  case_key (view, GDK_KEY_Tab, 0);
  assert_prompt (self, "a Chest");
  g_assert_false (gtk_widget_get_mapped (words));
  write_text (self, " ch");
  case_key (view, GDK_KEY_Down, 0);
  case_key (view, GDK_KEY_Return, 0);
  assert_prompt (self, "a Chest chest");
  g_assert_false (arra_work_is_running (self->dialog->work));
  case_key (view, GDK_KEY_z, GDK_CONTROL_MASK);
  assert_prompt (self, "a Chest ch");
}

/* ---- earlier prompts */

static GtkWidget *
find_row (Case *self, const char *name)
{
  return case_find (self->dialog->window, GTK_TYPE_LIST_BOX_ROW, name);
}

static void
open_history (Case *self)
{
  gtk_button_clicked (GTK_BUTTON (case_get (self, GTK_TYPE_MENU_BUTTON, "Prompt history")));
  case_idle ();
}

/* Those of the chosen checkpoint come first; each can be forgotten. */
static void
test_history (Case *self, gconstpointer data)
{
  g_autofree char *saved = NULL;

  case_open (self, SIZED);
  case_choose (self, "plain");
  case_generate (self);
  case_choose (self, "medical");
  arra_prompt_box_set (self->dialog->prompt, "a chest");
  case_generate (self);
  open_history (self);
  g_assert_true (gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (find_row (self, "a chest")))
                 < gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (find_row (self, "a word"))));
  g_assert_true (case_shows (self, "Earlier prompts for other checkpoints"));
  open_history (self);
  case_choose (self, "plain");
  open_history (self);
  g_assert_true (gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (find_row (self, "a chest")))
                 > gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (find_row (self, "a word"))));
  case_press (self, "Forget “a word”");
  g_assert_null (find_row (self, "a word"));
  g_assert_nonnull (find_row (self, "a chest"));
  open_history (self);
  arra_prompt_box_set (self->dialog->prompt, "");
  case_close (self);
  saved = case_saved (self);
  g_assert_null (strstr (saved, "a word"));
  g_assert_nonnull (strstr (saved, "a chest"));
}

/* ---- prompts that wait */

static void
wait_for_all (Case *self)
{
  while (arra_work_is_running (self->dialog->work))
    g_main_context_iteration (NULL, TRUE);
  case_idle ();
}

static void
add_next (Case *self, const char *prompt)
{
  arra_prompt_box_set (self->dialog->prompt, prompt);
  arra_dialog_generate (self->dialog);
}

static gboolean
was_made (Case *self, const char *prompt)
{
  return g_strcmp0 (arra_results_current (self->dialog->results)->prompt, prompt) == 0;
}

/* What is asked for while pictures are made is made after them, in order, but for what was taken out again. */
static void
test_queue (Case *self, gconstpointer data)
{
  guint64 seed;

  case_open (self, SIZED);
  add_next (self, "first");
  seed = self->dialog->last_seed;
  add_next (self, "second");
  g_assert_cmpuint (self->dialog->last_seed, !=, seed);
  add_next (self, "third");
  add_next (self, "last");
  g_assert_cmpuint (arra_queue_box_length (self->dialog->queue), ==, 3);
  g_assert_nonnull (find_row (self, "second"));
  gtk_button_clicked (GTK_BUTTON (case_get (self, GTK_TYPE_BUTTON, "Do not make “third”")));
  g_assert_cmpuint (arra_queue_box_length (self->dialog->queue), ==, 2);
  wait_for_all (self);
  g_assert_cmpuint (arra_queue_box_length (self->dialog->queue), ==, 0);
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 3);
  g_assert_true (was_made (self, "last"));
  g_assert_false (case_shows (self, "Made next"));
}

/* Enter generates, and adds to the queue while pictures are made, wherever it is pressed; tooltips say that. */
static void
test_enter (Case *self, gconstpointer data)
{
  GtkWidget *generate;
  GtkWindow *window;

  case_open (self, SIZED);
  generate = self->dialog->generate;
  window = GTK_WINDOW (self->dialog->window);
  g_assert_true (gtk_window_get_default_widget (window) == generate);
  g_assert_cmpstr (gtk_widget_get_tooltip_text (generate), ==, "Enter does the same");
  add_next (self, "first");
  g_assert_cmpstr (gtk_widget_get_tooltip_text (generate), ==, "Escape does the same");
  g_assert_nonnull (strstr (gtk_widget_get_tooltip_text (self->dialog->next), "Enter does the same"));
  g_assert_true (gtk_window_get_default_widget (window) == self->dialog->next);
  wait_for_all (self);
  g_assert_true (gtk_window_get_default_widget (window) == generate);
  g_assert_cmpstr (gtk_widget_get_tooltip_text (generate), ==, "Enter does the same");
}

/* Stop ends the pictures at hand and asks nothing: the next ones begin. */
static void
test_stop (Case *self, gconstpointer data)
{
  case_open (self, SIZED);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (case_get (self, GTK_TYPE_SPIN_BUTTON, "Number of pictures")), 64);
  add_next (self, "many");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (case_get (self, GTK_TYPE_SPIN_BUTTON, "Number of pictures")), 1);
  add_next (self, "one");
  gtk_button_clicked (GTK_BUTTON (self->dialog->generate));
  wait_for_all (self);
  g_assert_true (was_made (self, "one"));
  g_assert_false (arra_work_can_continue (self->dialog->work));
}

/* Also while the checkpoint is being opened: what was asked for can be gone on with. */
static void
test_stop_at_once (Case *self, gconstpointer data)
{
  case_open (self, SIZED);
  add_next (self, "one");
  gtk_button_clicked (GTK_BUTTON (self->dialog->generate));
  wait_for_all (self);
  g_assert_true (gtk_widget_get_visible (self->dialog->proceed));
  g_assert_true (case_shows (self, "Stopped"));
  gtk_button_clicked (GTK_BUTTON (self->dialog->proceed));
  wait_for_all (self);
  g_assert_false (gtk_widget_get_visible (self->dialog->proceed));
  g_assert_true (was_made (self, "one"));
  g_assert_cmpuint (arra_results_length (self->dialog->results), ==, 1);
}

/* So many can wait, and closing lets all of them go. */
static void
test_queue_is_bounded (Case *self, gconstpointer data)
{
  case_open (self, SIZED);
  for (guint i = 0; i <= ARRA_QUEUE_MAX; i++)
    add_next (self, "again");
  g_assert_cmpuint (arra_queue_box_length (self->dialog->queue), ==, ARRA_QUEUE_MAX);
  add_next (self, "too many");
  g_assert_cmpuint (arra_queue_box_length (self->dialog->queue), ==, ARRA_QUEUE_MAX);
  g_assert_true (case_shows (self, "prompts wait already"));
  case_close (self);
}

/* ---- presets */

static void
open_presets (Case *self)
{
  gtk_button_clicked (GTK_BUTTON (case_get (self, GTK_TYPE_MENU_BUTTON, "Presets")));
  case_idle ();
}

static void
save_preset (Case *self, const char *name)
{
  open_presets (self);
  gtk_entry_set_text (GTK_ENTRY (case_get (self, GTK_TYPE_ENTRY, "Name of the preset")), name);
  case_press (self, "Save");
}

static double
n_pictures (Case *self)
{
  return gtk_spin_button_get_value (GTK_SPIN_BUTTON (case_get (self, GTK_TYPE_SPIN_BUTTON, "Number of pictures")));
}

static void
test_presets (Case *self, gconstpointer data)
{
  case_open (self, SIZED);
  case_choose (self, "medical");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (case_get (self, GTK_TYPE_SPIN_BUTTON, "Number of pictures")), 7);
  save_preset (self, "seven");
  case_choose (self, "plain");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (case_get (self, GTK_TYPE_SPIN_BUTTON, "Number of pictures")), 2);
  save_preset (self, "two");
  arra_prompt_box_set (self->dialog->prompt, "another prompt");
  open_presets (self);
  case_choose (self, "seven");
  g_assert_cmpfloat (n_pictures (self), ==, 7);
  g_assert_cmpstr (arra_checkpoint_card (arra_checkpoint_box_get (self->dialog->checkpoints))->name, ==, "medical");
  assert_prompt (self, "another prompt");
  open_presets (self);
  case_press (self, "Delete “seven”");
  g_assert_null (find_row (self, "seven"));
  case_choose (self, "two");
  g_assert_cmpfloat (n_pictures (self), ==, 2);
  save_preset (self, "   ");
  g_assert_true (case_shows (self, "A preset needs a name"));
}

int
main (int argc, char **argv)
{
  static const CaseTest cases[] = {
    { "/ui/dialog-prompt/completion", test_completion },
    { "/ui/dialog-prompt/history", test_history },
    { "/ui/dialog-prompt/queue", test_queue },
    { "/ui/dialog-prompt/enter", test_enter },
    { "/ui/dialog-prompt/stop", test_stop },
    { "/ui/dialog-prompt/stop-at-once", test_stop_at_once },
    { "/ui/dialog-prompt/queue-is-bounded", test_queue_is_bounded },
    { "/ui/dialog-prompt/presets", test_presets },
  };

  case_init (&argc, &argv);
  g_test_add_func ("/ui/dialog-prompt/find", test_find);
  return case_run (cases, G_N_ELEMENTS (cases), case_begin, case_end);
}
