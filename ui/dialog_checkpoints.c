/* dialog_checkpoints.c - finding checkpoints without holding the window up, and what the chosen one needs
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "dialog_private.h"
#include "form.h"
#include "get_window.h"
#include "words.h"

typedef struct
{
  char **folders;
  char *text_encoder; /* (nullable) */
} Places;

static void
free_places (gpointer data)
{
  Places *places = data;

  g_strfreev (places->folders);
  g_free (places->text_encoder);
  g_free (places);
}

static gpointer
find (gpointer data)
{
  g_autoptr (GTask) task = data;
  const Places *places = g_task_get_task_data (task);
  GPtrArray *found = arra_checkpoints_find ((const char *const *) places->folders, g_task_get_cancellable (task));

  arra_dialog_add_text_encoder (found, places->text_encoder);
  g_task_return_pointer (task, found, (GDestroyNotify) g_ptr_array_unref);
  return NULL;
}

/* A checkpoint of the folder that the user has just added. */
static gboolean
select_added (ArraDialog *dialog, const GPtrArray *found)
{
  for (guint i = 0; i < found->len; i++)
    {
      const ArraFound *item = found->pdata[i];

      if (g_str_has_prefix (item->path, dialog->added_folder)
          && arra_checkpoint_box_select (dialog->checkpoints, item->path, NULL))
        return TRUE;
    }
  return FALSE;
}

static void
tell_none (ArraDialog *dialog, const GPtrArray *found)
{
  g_autofree char *folder = arra_checkpoints_folder ();

  if (found->len == 0)
    arra_dialog_fail (
        dialog,
        _ ("No checkpoint was found. Choose Get Checkpoints or Add Folder in the list of checkpoints, or put one into %s."),
        folder);
  else
    arra_dialog_fail (dialog, _ ("None of the checkpoints that were found can be used: the list says why."));
}

static void
choose (ArraDialog *dialog, const GPtrArray *found)
{
  const gboolean added = dialog->added_folder != NULL;

  if (added && !select_added (dialog, found))
    arra_dialog_fail (dialog,
                      _ ("%s holds no checkpoint that can be used: neither GGUF files of this program nor "
                         "folders with a model that it knows and its image tokenizer."),
                      dialog->added_folder);
  if (arra_checkpoint_box_get (dialog->checkpoints) == NULL
      && !(dialog->settings.checkpoint != NULL
           && arra_checkpoint_box_select (dialog->checkpoints, dialog->settings.checkpoint, NULL))
      && !arra_checkpoint_box_select_first (dialog->checkpoints) && !added)
    tell_none (dialog, found);
  g_clear_pointer (&dialog->added_folder, g_free);
}

static void
was_found (GObject *source, GAsyncResult *result, gpointer data)
{
  ArraDialog *dialog = data;
  g_autoptr (GPtrArray) found = NULL;
  gboolean none;

  /* then the dialog may be gone */
  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;
  g_clear_object (&dialog->finding);
  found = g_task_propagate_pointer (G_TASK (result), NULL);
  none = arra_checkpoint_box_get (dialog->checkpoints) == NULL;
  if (!arra_checkpoint_box_set_found (dialog->checkpoints, found) && dialog->added_folder == NULL)
    return;
  choose (dialog, found);
  if (none && arra_checkpoint_box_get (dialog->checkpoints) != NULL)
    arra_notice_hide (dialog->notice);
  arra_dialog_show_checkpoint (dialog);
}

static Places *
all_places (const ArraDialog *dialog)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  Places *places = g_new (Places, 1);

  if (dialog->host->folders != NULL)
    g_strv_builder_addv (builder, (const char **) dialog->host->folders);
  g_strv_builder_addv (builder, (const char **) dialog->settings.folders);
  *places = (Places) { g_strv_builder_end (builder), g_strdup (dialog->settings.text_encoder) };
  g_strv_builder_unref (builder);
  return places;
}

void
arra_dialog_find_checkpoints (gpointer data)
{
  ArraDialog *dialog = data;
  g_autoptr (GTask) task = NULL;
  GThread *thread;

  g_cancellable_cancel (dialog->finding);
  g_clear_object (&dialog->finding);
  dialog->finding = g_cancellable_new ();
  task = g_task_new (NULL, dialog->finding, was_found, dialog);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, all_places (dialog), free_places);
  thread = g_thread_try_new ("arra-find", find, g_object_ref (task), NULL);
  if (thread == NULL)
    find (task); /* the window waits, then */
  else
    g_thread_unref (thread);
}

void
arra_dialog_show_shape (ArraDialog *dialog)
{
  const ArraDialogPlace *place = &dialog->place;

  arra_picture_box_set_checkpoint (dialog->picture, arra_checkpoint_box_get (dialog->checkpoints),
                                   place->has_selection ? place->selection_width : place->canvas_width,
                                   place->has_selection ? place->selection_height : place->canvas_height);
  arra_dialog_show_needs (dialog);
}

void
arra_dialog_show_checkpoint (ArraDialog *dialog)
{
  ArraCheckpoint *checkpoint = arra_checkpoint_box_get (dialog->checkpoints);
  const ArraCard *card = checkpoint != NULL ? arra_checkpoint_card (checkpoint) : NULL;

  arra_card_view_set (dialog->card, card);
  arra_prompt_box_set_checkpoint (dialog->prompt, checkpoint);
  arra_dialog_show_shape (dialog);
  arra_dialog_update (dialog);
}

void
arra_dialog_checkpoint_chosen (gpointer data)
{
  ArraDialog *dialog = data;

  arra_picture_box_forget (dialog->picture);
  g_clear_pointer (&dialog->reused, arra_recipe_free);
  arra_notice_hide (dialog->notice);
  arra_dialog_show_checkpoint (dialog);
}

/* ---- what the chosen settings need */

ArraPaceKind
arra_dialog_pace_kind (const ArraCheckpoint *checkpoint, const ArraRequest *request)
{
  if (request->seamless != 0)
    return ARRA_PACE_SEAMLESS;
  return request->width > 0 && arra_checkpoint_makes_parts (checkpoint, request) ? ARRA_PACE_PARTS : ARRA_PACE_WHOLE;
}

static double
pace_of (ArraDialog *dialog, ArraCheckpoint *checkpoint, const ArraRequest *request)
{
  return arra_settings_get_pace (&dialog->settings, arra_checkpoint_fingerprint (checkpoint),
                                 arra_dialog_pace_kind (checkpoint, request));
}

/* "about 4 s"; (transfer full) (nullable): NULL when it is not known */
static char *
time_brief (ArraDialog *dialog, ArraCheckpoint *checkpoint, const ArraRequest *request)
{
  const double pace = pace_of (dialog, checkpoint, request);
  const double seconds = pace * request->count * (double) arra_checkpoint_count_tokens (checkpoint, request);
  g_autofree char *duration = NULL;

  if (seconds <= 0)
    return NULL;
  duration = arra_words_duration (seconds);
  return seconds < 1 ? g_steal_pointer (&duration) : g_strdup_printf (_ ("about %s"), duration);
}

/* (nullable): nothing where it is not measured either */
static char *
time_words (ArraDialog *dialog, ArraCheckpoint *checkpoint, const ArraRequest *request, const char *brief)
{
  const double pace = pace_of (dialog, checkpoint, request);

  if (brief != NULL)
    return g_strdup_printf (_ ("%s on this computer"), brief);
  if (pace <= 0)
    return dialog->host->task == ARRA_TASK_GENERATE ? g_strdup (_ ("not measured on this computer yet")) : NULL;
  return g_strdup_printf (_ ("%.0f tokens/s on this computer"), 1 / pace);
}

static char *
memory_words (const ArraMemoryPlan *plan)
{
  g_autofree char *needed = arra_words_bytes (plan->total), *there = arra_words_bytes (plan->available);

  if (plan->total == 0)
    return NULL;
  if (plan->available == 0)
    return g_strdup (needed);
  return g_strdup_printf (_ ("%s needed, %s free"), needed, there);
}

/* What would be refused is not quoted: the reason stands there instead. */
static void
show_needs_of (ArraDialog *dialog, ArraCheckpoint *checkpoint, const ArraRequest *request)
{
  g_autofree char *memory = NULL, *time = NULL, *total = NULL, *brief = NULL;
  g_autoptr (GError) error = NULL;
  ArraCardNeeds needs;
  ArraMemoryPlan plan;

  if (!arra_checkpoint_plan (checkpoint, request, &plan, &error)
      && !g_error_matches (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY))
    {
      arra_card_view_refuse (dialog->card, error->message);
      return;
    }
  memory = memory_words (&plan);
  total = plan.total > 0 ? arra_words_bytes (plan.total) : NULL;
  brief = time_brief (dialog, checkpoint, request);
  time = time_words (dialog, checkpoint, request, brief);
  needs = (ArraCardNeeds) { .memory = memory,
                            .time = time,
                            .memory_brief = error != NULL ? memory : total,
                            .time_brief = brief,
                            .short_of = error != NULL };
  arra_card_view_set_needs (dialog->card, &needs);
}

/* (transfer full) (nullable): why the prompt cannot be read; else which of its words were never learnt. *@readable: it
 * can be, or would be if it were written; what else is wrong with a text is said where the needs stand. */
static char *
remark_of (const ArraCheckpoint *checkpoint, const char *prompt, gboolean *readable)
{
  g_autoptr (GError) error = NULL;

  *readable
      = arra_checkpoint_check_prompt (checkpoint, *prompt != '\0' ? prompt : NULL, &error)
        || (arra_checkpoint_classes (checkpoint) == NULL && g_error_matches (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT));
  return *readable ? arra_checkpoint_unknown_text (checkpoint, prompt) : g_strdup (error->message);
}

void
arra_dialog_show_needs (gpointer data)
{
  ArraDialog *dialog = data;
  ArraCheckpoint *checkpoint = arra_checkpoint_box_get (dialog->checkpoints);
  g_autofree char *prompt = arra_prompt_box_get (dialog->prompt), *remark = NULL;
  gboolean readable = FALSE;
  ArraRequest request;

  arra_preview_set_ready (dialog->preview, *prompt != '\0');
  remark = checkpoint != NULL ? remark_of (checkpoint, prompt, &readable) : NULL;
  arra_prompt_box_set_remark (dialog->prompt, arra_prompt_box_is_searching (dialog->prompt) ? NULL : remark);
  if (checkpoint == NULL)
    {
      arra_card_view_set_needs (dialog->card, &(ArraCardNeeds) { 0 });
      return;
    }
  arra_dialog_fill_request (dialog, checkpoint, &request);
  request.prompt = readable && *prompt != '\0' ? prompt : NULL;
  show_needs_of (dialog, checkpoint, &request);
  arra_dialog_update (dialog);
}

/* ---- more places to look */

static void
was_got (const char *path, gpointer data)
{
  ArraDialog *dialog = data;

  g_free (dialog->added_folder);
  dialog->added_folder = g_strdup (path);
  arra_dialog_find_checkpoints (dialog);
}

void
arra_dialog_get_checkpoints (gpointer data)
{
  ArraDialog *dialog = data;

  arra_get_window_new (GTK_WINDOW (dialog->window), was_got, dialog);
}

static void
folder_chosen (GtkDialog *chooser, int response, gpointer data)
{
  ArraDialog *dialog = data;
  g_autofree char *folder
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (chooser)) : NULL;

  gtk_widget_destroy (GTK_WIDGET (chooser));
  if (folder == NULL)
    return;
  arra_settings_add_folder (&dialog->settings, folder);
  g_free (dialog->last_folder);
  dialog->last_folder = g_strdup (folder);
  g_free (dialog->added_folder);
  dialog->added_folder = g_steal_pointer (&folder);
  arra_dialog_store (dialog);
  arra_dialog_find_checkpoints (dialog);
}

void
arra_dialog_add_folder (gpointer data)
{
  ArraDialog *dialog = data;
  GtkWidget *chooser
      = arra_form_choose_file (GTK_WINDOW (dialog->window), _ ("Add a folder with checkpoints"),
                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Add"), G_CALLBACK (folder_chosen), dialog);

  if (dialog->last_folder != NULL)
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), dialog->last_folder);
}
