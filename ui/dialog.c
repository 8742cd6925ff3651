/* dialog.c - the life of the dialog
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "dialog_private.h"
#include "form.h"

void
arra_dialog_load (ArraDialog *dialog)
{
  arra_prompt_box_set (dialog->prompt, dialog->settings.prompt);
  arra_picture_box_load (dialog->picture, &dialog->settings);
  arra_insert_box_load (dialog->insert_as, &dialog->settings);
  arra_results_set_rank (dialog->results, dialog->settings.rank);
}

/* Where windows know their place, which they do while they are seen. */
static void
store_place (ArraDialog *dialog)
{
  ArraSettings *settings = &dialog->settings;
  int x, y;

  if (!gtk_widget_get_visible (dialog->window))
    return;
  gtk_window_get_position (GTK_WINDOW (dialog->window), &x, &y);
  settings->placed = x >= 0 && y >= 0;
  settings->window_x = x;
  settings->window_y = y;
}

void
arra_dialog_store (ArraDialog *dialog)
{
  ArraSettings *settings = &dialog->settings;
  ArraCheckpoint *checkpoint = arra_checkpoint_box_get (dialog->checkpoints);

  g_free (settings->prompt);
  settings->prompt = arra_prompt_box_get (dialog->prompt);
  if (checkpoint != NULL)
    {
      g_free (settings->checkpoint);
      settings->checkpoint = g_strdup (arra_checkpoint_path (checkpoint));
    }
  arra_picture_box_store (dialog->picture, settings);
  arra_insert_box_store (dialog->insert_as, settings);
  settings->rank = arra_results_get_rank (dialog->results);
  dialog->used = arra_insert_box_mode (dialog->insert_as);
  dialog->cfg_interval = arra_picture_box_cfg_interval (dialog->picture);
  gtk_window_get_size (GTK_WINDOW (dialog->window), &settings->window_width, &settings->window_height);
  settings->divider = gtk_paned_get_position (GTK_PANED (dialog->sides));
  store_place (dialog);
}

void
arra_dialog_save (ArraDialog *dialog)
{
  g_autoptr (GError) error = NULL;

  if (arra_settings_save (&dialog->settings, dialog->host->settings_path, &error))
    return;
  if (dialog->window != NULL)
    arra_dialog_fail (dialog, _ ("The settings could not be saved: %s"), error->message);
}

void
arra_dialog_fail (ArraDialog *dialog, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  arra_notice_show (dialog->notice, GTK_MESSAGE_ERROR, text);
}

/* What would be inserted, and what it is fitted to: what is selected, else what is to be made. */
static void
show_size (ArraDialog *dialog, const GPtrArray *selected)
{
  const ArraMade *made = selected->len > 0 ? selected->pdata[0] : NULL;
  guint width = 0, height = 0;
  ArraRequest request;

  if (dialog->host->task == ARRA_TASK_GENERATE)
    arra_insert_box_target (dialog->insert_as, &width, &height);
  arra_preview_set_target (dialog->preview, width, height);
  arra_picture_box_fill (dialog->picture, &request);
  arra_insert_box_set_picture (dialog->insert_as, made != NULL ? made->picture.width : request.width,
                               made != NULL ? made->whole_height : request.height);
}

/* @making: pictures, of which the one shown is not whole yet */
static void
show_map_items (ArraDialog *dialog, gboolean making)
{
  const ArraMade *current = arra_results_current (dialog->results);

  arra_map_box_set_possible (dialog->map, current != NULL && !making,
                             current != NULL && arra_checkpoint_classes (current->from) == NULL);
}

/* (transfer full): says so when it is not what the preview shows, as after new pictures, which take no selection
 * away. */
static char *
insert_words (ArraDialog *dialog, const GPtrArray *selected)
{
  if (selected->len == 1 && selected->pdata[0] != arra_results_current (dialog->results))
    return g_strdup (_ ("Inse_rt the Selected"));
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Inse_rt", "Inse_rt %u Pictures", MAX (selected->len, 1)),
                          selected->len);
}

void
arra_dialog_update (ArraDialog *dialog)
{
  const gboolean running = arra_work_is_running (dialog->work), stopped = arra_work_can_continue (dialog->work);
  g_autoptr (GPtrArray) selected = arra_results_selected (dialog->results);
  g_autofree char *insert = insert_words (dialog, selected);
  g_autofree char *redo = g_strdup_printf (_ ("_Four Alternatives from Row %u"), dialog->redo_row);

  gtk_widget_set_sensitive (dialog->generate, running ? !arra_work_is_stopping (dialog->work)
                                                      : arra_checkpoint_box_get (dialog->checkpoints) != NULL);
  arra_form_set_button (GTK_BUTTON (dialog->generate), running ? _ ("_Stop")
                                                       : arra_results_length (dialog->results) > 0
                                                           ? _ ("_Generate Again")
                                                           : _ ("_Generate"));
  gtk_widget_set_tooltip_text (dialog->generate, running ? _ ("Escape does the same") : _ ("Enter does the same"));
  gtk_widget_set_visible (dialog->proceed, stopped);
  gtk_widget_set_visible (dialog->next, running);
  gtk_window_set_default (GTK_WINDOW (dialog->window), running ? dialog->next : dialog->generate);
  gtk_widget_set_sensitive (dialog->insert, selected->len > 0);
  arra_form_set_button (GTK_BUTTON (dialog->insert), insert);
  show_size (dialog, selected);
  show_map_items (dialog, running && arra_work_asks (dialog->work) == NULL);
  gtk_widget_set_visible (dialog->redo, dialog->redo_row > 0 && !running);
  arra_form_set_button (GTK_BUTTON (dialog->redo), redo);
  gtk_widget_set_sensitive (dialog->reuse, dialog->place.has_recipe);
}

/* The widgets are still there, but not for long. */
static void
destroyed (GtkWidget *window, gpointer data)
{
  ArraDialog *dialog = data;

  g_clear_handle_id (&dialog->alive_source, g_source_remove);
  g_cancellable_cancel (dialog->finding);
  g_clear_pointer (&dialog->work, arra_work_free);
  arra_dialog_store (dialog);
  dialog->window = NULL;
  if (dialog->loop != NULL)
    g_main_loop_quit (dialog->loop);
}

/* Closing must not seem to hang while the last token is being made. */
static gboolean
closing (GtkWidget *window, GdkEvent *event, gpointer data)
{
  ArraDialog *dialog = data;

  arra_dialog_store (dialog);
  gtk_widget_hide (window);
  return GDK_EVENT_PROPAGATE;
}

static gboolean
check_alive (gpointer data)
{
  ArraDialog *dialog = data;

  if (dialog->host->is_alive (dialog->host->data))
    return G_SOURCE_CONTINUE;
  dialog->alive_source = 0;
  gtk_widget_destroy (dialog->window);
  return G_SOURCE_REMOVE;
}

/* What is filled or varied was perhaps made here, and says what it shows. */
static void
propose_prompt (ArraDialog *dialog)
{
  char *prompt = dialog->host->task != ARRA_TASK_GENERATE ? arra_dialog_prompt_of_layer (dialog->host) : NULL;

  if (prompt == NULL)
    return;
  g_free (dialog->settings.prompt);
  dialog->settings.prompt = prompt;
}

ArraDialog *
arra_dialog_new (const ArraDialogHost *host)
{
  ArraDialog *dialog = g_new0 (ArraDialog, 1);

  g_return_val_if_fail (host != NULL && host->insert != NULL && host->settings_path != NULL, dialog);
  dialog->host = host;
  arra_settings_init (&dialog->settings);
  arra_settings_load (&dialog->settings, host->settings_path);
  if (!dialog->settings.keep_seed)
    arra_settings_throw_seed (&dialog->settings);
  propose_prompt (dialog);
  dialog->work = arra_work_new (&arra_dialog_work_funcs, dialog);
  arra_dialog_build (dialog);
  arra_dialog_load (dialog);
  arra_prompt_box_forget_changes (dialog->prompt);
  g_signal_connect (dialog->window, "delete-event", G_CALLBACK (closing), dialog);
  g_signal_connect (dialog->window, "destroy", G_CALLBACK (destroyed), dialog);
  arra_dialog_look_around (dialog);
  arra_dialog_find_checkpoints (dialog);
  arra_dialog_update (dialog);
  return dialog;
}

guint
arra_dialog_run (ArraDialog *dialog)
{
  g_return_val_if_fail (dialog != NULL, 0);
  if (dialog->window == NULL)
    return dialog->inserted;
  if (dialog->host->is_alive != NULL)
    dialog->alive_source = g_timeout_add_seconds (1, check_alive, dialog);
  gtk_window_present (GTK_WINDOW (dialog->window));
  arra_prompt_box_focus (dialog->prompt);
  dialog->loop = g_main_loop_new (NULL, FALSE);
  g_main_loop_run (dialog->loop);
  g_clear_pointer (&dialog->loop, g_main_loop_unref);
  arra_dialog_save (dialog);
  return dialog->inserted;
}

void
arra_dialog_get_choices (ArraDialog *dialog, ArraDialogChoices *choices)
{
  const ArraSettings *settings = &dialog->settings;

  if (dialog->window != NULL)
    arra_dialog_store (dialog);
  *choices = (ArraDialogChoices) { .checkpoint = settings->checkpoint,
                                   .around_layer = settings->around_layer,
                                   .vary = settings->vary,
                                   .cfg_interval = dialog->cfg_interval,
                                   .text_top_k = -1,
                                   .keep_seed = settings->keep_seed,
                                   .mode = dialog->used,
                                   .record = settings->record,
                                   .remember = settings->remember };
  arra_request_init (&choices->request, NULL);
  choices->request.prompt = settings->remember ? settings->prompt : NULL;
  choices->request.width = settings->width;
  choices->request.height = settings->height;
  choices->request.seamless = settings->seamless;
  choices->request.count = settings->count;
  choices->request.seed = settings->seed;
  choices->request.first = settings->first;
  choices->request.guidance_scale = settings->guidance_scale;
  choices->request.temperature = settings->temperature;
  choices->request.top_k = settings->top_k;
  choices->request.top_p = settings->top_p;
  if (dialog->reused != NULL)
    choices->text_top_k = (int) arra_dialog_text_top_k (dialog->reused);
}

GtkWindow *
arra_dialog_window (ArraDialog *dialog)
{
  return dialog->window != NULL ? GTK_WINDOW (dialog->window) : NULL;
}

void
arra_dialog_destroy (ArraDialog *dialog)
{
  if (dialog == NULL)
    return;
  if (dialog->window != NULL)
    gtk_widget_destroy (dialog->window);
  g_clear_object (&dialog->finding);
  g_free (dialog->added_folder);
  g_free (dialog->last_folder);
  g_clear_pointer (&dialog->reused, arra_recipe_free);
  arra_dialog_forget_answer (dialog);
  arra_made_free (dialog->mapped);
  arra_settings_clear (&dialog->settings);
  g_free (dialog);
}
