/* dialog_work.c - Generate, Stop and Continue, and what is seen meanwhile
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "dialog_private.h"
#include "words.h"

#define REDO_COUNT 4 /* alternatives from a row on */

static void
say (ArraDialog *dialog, const char *text)
{
  gtk_label_set_text (GTK_LABEL (dialog->status), text);
}

static gboolean
is_medical (const ArraCheckpoint *checkpoint)
{
  return arra_checkpoint_card (checkpoint)->medical;
}

/* ---- Generate */

/* Generate again means other pictures, unless the seed is to be kept or was changed by hand. */
static void
renew_seed (ArraDialog *dialog)
{
  ArraSettings *settings = &dialog->settings;

  if (settings->keep_seed || !dialog->seed_used || settings->seed != dialog->last_seed)
    return;
  arra_settings_throw_seed (settings);
  arra_picture_box_set_seed (dialog->picture, settings->seed);
}

guint
arra_dialog_text_top_k (const ArraRecipe *recipe)
{
  const ArraRequest *reused = arra_recipe_request (recipe);

  return reused->greedy ? 1 : MIN (reused->text_top_k, (guint) arra_field (ARRA_FIELD_TEXT_TOP_K)->most);
}

/* What a recipe says that the dialog has no widget for. Codes that were known belong to pictures of that size. */
static void
fill_from_recipe (const ArraRecipe *recipe, ArraRequest *request)
{
  const ArraRequest *reused = arra_recipe_request (recipe);

  request->tries = reused->tries;
  if (request->width == reused->width && request->height == reused->height)
    {
      request->known = reused->known;
      request->known_rows = reused->known_rows;
      request->known_columns = reused->known_columns;
    }

  request->prompt_template = reused->prompt_template;
  request->text_top_k = arra_dialog_text_top_k (recipe);
  request->max_tokens = reused->max_tokens;
}

void
arra_dialog_fill_request (ArraDialog *dialog, ArraCheckpoint *checkpoint, ArraRequest *request)
{
  ArraRequest own;

  arra_request_init (request, checkpoint);
  own = *request;
  arra_picture_box_fill (dialog->picture, request);
  if (dialog->reused != NULL)
    fill_from_recipe (dialog->reused, request);
  if (dialog->host->task == ARRA_TASK_GENERATE)
    return;
  request->width = own.width;
  request->height = own.height;
  request->seamless = 0;
  request->known = NULL;
}

static gboolean
fill_request (ArraDialog *dialog, ArraCheckpoint *checkpoint, ArraRequest *request)
{
  ArraSettings *settings = &dialog->settings;

  arra_dialog_store (dialog);
  if (*settings->prompt == '\0')
    {
      arra_dialog_fail (dialog, _ ("Write into the prompt what the picture should show."));
      arra_prompt_box_focus (dialog->prompt);
      return FALSE;
    }
  if (!arra_picture_box_store (dialog->picture, settings))
    {
      arra_dialog_fail (dialog,
                        _ ("The seed must be a whole number from 0 to 18446744073709551615. The die throws one."));
      return FALSE;
    }
  renew_seed (dialog);
  arra_dialog_fill_request (dialog, checkpoint, request);
  request->prompt = settings->prompt;
  request->seed = settings->seed;
  request->first = settings->first;
  request->scored = settings->rank && request->count > 1 && request->width > 0;
  return TRUE;
}

/* Says what lacks. */
static void
tell_short (ArraDialog *dialog, const ArraMemoryPlan *plan)
{
  g_autofree char *needed = arra_words_bytes (plan->total), *there = arra_words_bytes (plan->available);

  arra_dialog_fail (dialog,
                    _ ("Not enough memory: %s are needed, %s are free. Choose a smaller size or checkpoint, "
                       "or close other programs."),
                    needed, there);
}

/* Says what is wrong with the request, or what memory it lacks: that of one that has to wait is judged when it is its
 * turn. */
static gboolean
check_request (ArraDialog *dialog, ArraCheckpoint *checkpoint, const ArraRequest *request)
{
  g_autoptr (GError) error = NULL;
  ArraMemoryPlan plan;

  if (arra_checkpoint_plan (checkpoint, request, &plan, &error))
    return TRUE;
  if (g_error_matches (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY))
    {
      if (arra_work_is_running (dialog->work))
        return TRUE;
      /* what the last pictures still hold may be enough */
      arra_work_drop (dialog->work);
      g_clear_error (&error);
      if (arra_checkpoint_plan (checkpoint, request, &plan, &error))
        return TRUE;
    }
  if (g_error_matches (error, ARRA_ERROR, ARRA_ERROR_NO_MEMORY) && plan.available > 0)
    tell_short (dialog, &plan);
  else
    arra_dialog_fail (dialog, "%s", error->message);
  return FALSE;
}

/* What of the image the picture is made from. FALSE when there is nothing of that. */
static gboolean
look_at_scene (ArraDialog *dialog, ArraCheckpoint *checkpoint, ArraOrder *order)
{
  const ArraDialogHost *host = dialog->host;
  ArraDialogLook look = { .layer = dialog->settings.around_layer };
  g_autoptr (GError) error = NULL;
  ArraRequest own;

  *order = (ArraOrder) { .task = host->task,
                         .vary = dialog->settings.vary,
                         .guided = arra_making_guided (arra_picture_box_cfg_interval (dialog->picture)),
                         .text_encoder = dialog->settings.text_encoder };
  if (host->task == ARRA_TASK_GENERATE)
    return TRUE;
  arra_request_init (&own, checkpoint);
  look.across = own.width;
  look.down = own.height;
  order->scene = host->look (&look, host->data, &error);
  if (order->scene == NULL)
    arra_dialog_fail (dialog, "%s", error->message);
  return order->scene != NULL;
}

/* @ticket: (transfer full) */
static void
start (ArraDialog *dialog, ArraTicket *ticket)
{
  const ArraScene *scene = ticket->order.scene;

  arra_dialog_save (dialog);
  arra_results_begin (dialog->results);
  arra_preview_set_frame (dialog->preview, scene != NULL ? scene->width : ticket->request.width,
                          scene != NULL ? scene->height : ticket->request.height, is_medical (ticket->described));
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (dialog->progress), 0);
  arra_dialog_keep (dialog);
  arra_work_begin (dialog->work, ticket);
  arra_dialog_update (dialog);
}

/* The next press of Generate takes another seed. */
static void
use_seed (ArraDialog *dialog, const ArraRequest *request)
{
  dialog->last_seed = request->seed;
  dialog->seed_used = TRUE;
}

/* (transfer full) (nullable): what the form asks for; what is wrong with it is told */
static ArraTicket *
new_ticket (ArraDialog *dialog, ArraCheckpoint *checkpoint)
{
  ArraTicket *ticket;
  ArraRequest request;
  ArraOrder order;

  if (!fill_request (dialog, checkpoint, &request) || !check_request (dialog, checkpoint, &request)
      || !look_at_scene (dialog, checkpoint, &order))
    return NULL;
  if (dialog->settings.remember)
    arra_history_add (dialog->settings.history, request.prompt);
  use_seed (dialog, &request);
  ticket = arra_ticket_new (checkpoint, &request, &order);
  g_clear_pointer (&order.scene, arra_scene_unref);
  return ticket;
}

/* While pictures are being made, the next ones wait. */
void
arra_dialog_generate (gpointer data)
{
  ArraDialog *dialog = data;
  ArraCheckpoint *checkpoint = arra_checkpoint_box_get (dialog->checkpoints);
  ArraTicket *ticket;

  if (checkpoint == NULL)
    return;
  arra_notice_hide (dialog->notice);
  ticket = new_ticket (dialog, checkpoint);
  if (ticket == NULL)
    return;
  if (!arra_work_is_running (dialog->work))
    {
      start (dialog, ticket);
      return;
    }
  if (arra_work_asks (dialog->work) != NULL) /* pictures come first */
    arra_work_stop (dialog->work);
  if (!arra_queue_box_add (dialog->queue, ticket))
    arra_dialog_fail (dialog, _ ("%d prompts wait already."), ARRA_QUEUE_MAX);
}

/* What has waited longest, unless it cannot be made: that is told, and the one behind it is next. */
void
arra_dialog_start_next (ArraDialog *dialog)
{
  ArraTicket *ticket;

  while (!arra_work_is_running (dialog->work) && (ticket = arra_queue_box_take (dialog->queue)) != NULL)
    {
      if (check_request (dialog, ticket->described, &ticket->request))
        {
          start (dialog, ticket);
          return;
        }
      arra_ticket_free (ticket);
    }
}

/* ---- from a row on */

void
arra_dialog_row_chosen (guint row, gpointer data)
{
  ArraDialog *dialog = data;

  dialog->redo_row = row;
  arra_dialog_update (dialog);
}

void
arra_dialog_redo (gpointer data)
{
  ArraDialog *dialog = data;
  const ArraOrder order = { .task = ARRA_TASK_GENERATE,
                            .guided = arra_making_guided (arra_picture_box_cfg_interval (dialog->picture)),
                            .text_encoder = dialog->settings.text_encoder };
  const ArraMade *made = arra_results_current (dialog->results);
  const guint patch = made != NULL ? arra_checkpoint_patch (made->from) : 1;
  g_autoptr (ArraCheckpoint) from = NULL;
  g_autofree char *prompt = NULL;
  g_autofree gint32 *known = NULL;
  ArraRequest request;

  if (arra_work_is_running (dialog->work) || dialog->redo_row == 0 || made == NULL || made->codes == NULL)
    return;
  arra_notice_hide (dialog->notice);
  from = arra_checkpoint_ref (made->from);
  prompt = g_strdup (made->prompt != NULL ? made->prompt : dialog->settings.prompt);
  arra_dialog_store (dialog);
  renew_seed (dialog);
  arra_dialog_fill_request (dialog, from, &request);
  request.prompt = prompt;
  request.seed = dialog->settings.seed;
  request.count = REDO_COUNT;
  request.scored = dialog->settings.rank;
  request.width = made->picture.width;
  request.height = made->whole_height;
  request.seamless = made->seamless;
  request.known_rows = (request.height + patch - 1) / patch;
  request.known_columns = (request.width + patch - 1) / patch;
  request.known = known = g_new (gint32, (gsize) request.known_rows * request.known_columns);
  arra_making_keep_above (made->codes, made->code_rows, made->code_columns, dialog->redo_row, known, request.known_rows,
                          request.known_columns);
  if (!check_request (dialog, from, &request))
    return;
  use_seed (dialog, &request);
  start (dialog, arra_ticket_new (from, &request, &order));
}

void
arra_dialog_press (gpointer data)
{
  ArraDialog *dialog = data;

  if (!arra_work_is_running (dialog->work))
    {
      arra_dialog_generate (dialog);
      return;
    }
  if (arra_work_asks (dialog->work) != NULL)
    arra_map_box_turn_off (dialog->map);
  arra_work_stop (dialog->work);
  say (dialog, _ ("Stopping…"));
  arra_dialog_update (dialog);
}

void
arra_dialog_proceed (gpointer data)
{
  ArraDialog *dialog = data;

  if (!arra_work_can_continue (dialog->work))
    return;
  arra_notice_hide (dialog->notice);
  arra_dialog_keep (dialog);
  arra_work_continue (dialog->work);
  arra_dialog_update (dialog);
}

/* ---- what is seen meanwhile */

static const char *
phase_words (ArraWorkPhase phase)
{
  switch (phase)
    {
    case ARRA_WORK_OPENING:
      return _ ("Opening the checkpoint…");
    case ARRA_WORK_LOOKING:
      return _ ("Looking at what is there");
    case ARRA_WORK_PROMPT:
      return _ ("Reading the prompt");
    case ARRA_WORK_DECODING:
      return _ ("Turning tokens into pixels");
    case ARRA_WORK_ASKING:
      return _ ("Asking how likely it is");
    case ARRA_WORK_TOKENS:
    default:
      return _ ("Making the picture");
    }
}

static void
progress (const ArraWorkState *state, const ArraPicture *preview, gpointer data)
{
  ArraDialog *dialog = data;
  GtkProgressBar *bar = GTK_PROGRESS_BAR (dialog->progress);
  g_autofree char *line
      = arra_words_progress (phase_words (state->phase), state->answer, state->count, state->rate, state->left);

  if (preview != NULL)
    {
      const ArraPreviewLook look = { .medical = is_medical (arra_work_checkpoint (dialog->work)),
                                     .whole_height = arra_made_whole_height (preview, state->height) };

      arra_preview_set_picture (dialog->preview, preview, &look);
    }
  if (!arra_work_is_stopping (dialog->work))
    say (dialog, line);
  if (state->fraction >= 0)
    gtk_progress_bar_set_fraction (bar, state->fraction);
  else
    gtk_progress_bar_pulse (bar);
}

static void
show (ArraDialog *dialog, const ArraMade *picture)
{
  const ArraPreviewLook look = { .medical = is_medical (picture->from),
                                 .whole_height = picture->whole_height,
                                 .seamless = picture->seamless,
                                 .row_height = picture->codes != NULL ? arra_checkpoint_patch (picture->from) : 0 };

  arra_preview_set_picture (dialog->preview, &picture->picture, &look);
}

/* How long the next pictures will take: where nothing of them is there already. */
static void
learn_pace (ArraDialog *dialog, const ArraMade *picture)
{
  const ArraRequest *request = arra_work_request (dialog->work);

  if (dialog->host->task != ARRA_TASK_GENERATE || picture->pace <= 0 || request->known != NULL)
    return;
  arra_settings_set_pace (&dialog->settings, arra_checkpoint_fingerprint (picture->from),
                          arra_dialog_pace_kind (picture->from, request), picture->pace);
  arra_dialog_show_needs (dialog);
}

static void
made (ArraMade *picture, gpointer data)
{
  ArraDialog *dialog = data;

  show (dialog, picture);
  learn_pace (dialog, picture);
  if (picture->lost != NULL)
    {
      g_autofree char *words = g_strdup_printf (_ ("The gallery could not keep the picture: %s"), picture->lost);

      arra_notice_show (dialog->notice, GTK_MESSAGE_WARNING, words);
    }
  arra_results_add (dialog->results, picture);
}

static void
said (const char *text, gpointer data)
{
  ArraDialog *dialog = data;
  g_autofree char *plain = arra_words_plain (text, 300);
  g_autofree char *words = g_strdup_printf (_ ("The model answered in words instead of a picture: “%s”. "
                                               "Choose a size to have a picture always."),
                                            plain);

  arra_notice_show (dialog->notice, GTK_MESSAGE_INFO, words);
}

/* There may be no row yet, nor an open checkpoint. */
static void
show_stopped (ArraDialog *dialog)
{
  const ArraMade *current = arra_results_current (dialog->results);

  say (dialog, current != NULL && current->batch == arra_work_batch (dialog->work)
                   ? _ ("Stopped. Finished rows are kept: insert them, or continue.")
                   : _ ("Stopped"));
}

static void
done (const GError *error, gpointer data)
{
  ArraDialog *dialog = data;

  if (error == NULL)
    {
      gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (dialog->progress), 1);
      say (dialog, _ ("Finished"));
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_stopped (dialog);
  else
    {
      say (dialog, _ ("Nothing more was made"));
      arra_dialog_fail (dialog, "%s", error->message);
    }
  arra_dialog_start_next (dialog);
  arra_dialog_show_map (dialog);
  arra_dialog_update (dialog);
}

const ArraWorkFuncs arra_dialog_work_funcs = { progress, made, said, done, arra_dialog_answered };

void
arra_dialog_rank_chosen (gpointer data)
{
  ArraDialog *dialog = data;
  const ArraMade *current = arra_results_current (dialog->results);

  arra_notice_hide (dialog->notice);
  if (current != NULL && !current->scored && arra_results_get_rank (dialog->results))
    arra_notice_show (dialog->notice, GTK_MESSAGE_INFO,
                      _ ("The next pictures are ranked, where several are made at once. Those that are here are not."));
}

void
arra_dialog_show_selected (gpointer data)
{
  ArraDialog *dialog = data;
  const ArraMade *current = arra_results_current (dialog->results);

  if ((!arra_work_is_running (dialog->work) || arra_work_asks (dialog->work) != NULL) && current != NULL)
    show (dialog, current);
  arra_dialog_show_map (dialog);
  arra_dialog_update (dialog);
}
