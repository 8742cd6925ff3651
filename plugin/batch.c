/* batch.c - a call without a dialog: a thread makes the pictures, the main thread alone talks to GIMP
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "run.h"

#include <glib/gi18n-lib.h>

#include "insert.h"
#include "look.h"
#include "made.h"

#define TICK_MILLISECONDS 100

typedef struct
{
  PluginSettings *settings;
  ArraRequest request;
  ArraCheckpoint *checkpoint;
  ArraOrder order; /* its scene is counted */
  ArraMaking making;
  GArray *pictures; /* of InsertPicture */
  GPtrArray *made;  /* of ArraMade: whose pictures they are */
  GPtrArray *recipes;
  GArray *scores; /* of double: of the pictures that were compared */
  guint8 *map;    /* of PLUGIN_TASK_MAP: [height][width] of the scene */
  GMainLoop *loop;
  GMutex lock;     /* over what follows */
  double fraction; /* below 0: not known yet */
} Batch;

static void
batch_init (Batch *batch, ArraTask task, PluginSettings *settings)
{
  *batch = (Batch) { .settings = settings, .order = { .task = task }, .fraction = -1 };
  batch->pictures = g_array_new (FALSE, FALSE, sizeof (InsertPicture));
  batch->made = g_ptr_array_new_with_free_func ((GDestroyNotify) arra_made_free);
  batch->recipes = g_ptr_array_new_with_free_func (g_free);
  batch->scores = g_array_new (FALSE, FALSE, sizeof (double));
  batch->loop = g_main_loop_new (NULL, FALSE);
  g_mutex_init (&batch->lock);
}

static void
batch_clear (Batch *batch)
{
  g_array_unref (batch->pictures);
  g_ptr_array_unref (batch->recipes);
  g_array_unref (batch->scores);
  arra_making_clear (&batch->making);
  g_free (batch->map);
  g_clear_pointer (&batch->order.scene, arra_scene_unref);
  g_ptr_array_unref (batch->made);
  g_clear_pointer (&batch->checkpoint, arra_checkpoint_unref);
  g_main_loop_unref (batch->loop);
  g_mutex_clear (&batch->lock);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Batch, batch_clear)

/* ---- in the thread that makes the pictures */

static void
note_progress (const ArraProgress *progress, gpointer data)
{
  Batch *batch = data;

  g_mutex_lock (&batch->lock);
  batch->fraction = progress->fraction;
  g_mutex_unlock (&batch->lock);
}

/* (nullable): NULL for what was left empty */
static const char *
named (const char *path)
{
  return path != NULL && *path != '\0' ? path : NULL;
}

static ArraCheckpoint *
open_checkpoint (const PluginSettings *settings, gboolean metadata_only, GError **error)
{
  ArraOpenOptions options = ARRA_OPEN_OPTIONS_INIT;

  options.vqgan = named (settings->vqgan);
  options.text_encoder = named (settings->text_encoder);
  options.threads = (guint) settings->threads;
  options.metadata_only = metadata_only;
  return arra_checkpoint_open (settings->checkpoint, &options, NULL, error);
}

/* Refuses what cannot work before the weights are read. */
static gboolean
check (const PluginSettings *settings, GError **error)
{
  g_autoptr (ArraCheckpoint) head = open_checkpoint (settings, TRUE, error);
  ArraRequest request;
  ArraMemoryPlan plan;

  if (head == NULL)
    return FALSE;
  plugin_settings_request (settings, head, &request);
  return arra_checkpoint_plan (head, &request, &plan, error);
}

static const char *
add_recipe (Batch *batch, guint answer)
{
  char *recipe = arra_job_recipe (batch->making.job, answer, batch->settings->include_prompt);

  g_ptr_array_add (batch->recipes, recipe);
  return recipe;
}

/* NULL with @error set */
static const ArraPicture *
take_picture (Batch *batch, guint answer, guint index, GError **error)
{
  ArraPicture picture;
  ArraMade *made;

  if (!arra_making_picture (&batch->making, answer, index, &picture, NULL, error))
    return NULL;
  made = arra_made_new (&picture, error);
  if (made == NULL)
    return NULL;
  g_ptr_array_add (batch->made, made);
  return &made->picture;
}

static gboolean
take_answer (Batch *batch, guint answer, GError **error)
{
  const PluginSettings *settings = batch->settings;

  for (guint i = 0; i < arra_job_n_pictures (batch->making.job, answer); i++)
    {
      InsertPicture item = { .picture = take_picture (batch, answer, i, error),
                             .medical = arra_checkpoint_card (batch->checkpoint)->medical,
                             .scene = batch->order.scene };

      if (item.picture == NULL)
        return FALSE;
      if (settings->include_prompt)
        item.prompt = settings->prompt;
      if (settings->include_recipe)
        item.recipe = add_recipe (batch, answer);
      g_array_append_val (batch->pictures, item);
    }
  return TRUE;
}

/* @ranks: of ArraRank; becomes those that are kept, the nearest to the prompt first */
static gboolean
rank (Batch *batch, GArray *ranks, GError **error)
{
  if (!arra_job_rank (batch->making.job, ranks, NULL, error))
    return FALSE;
  g_array_set_size (ranks, MIN (ranks->len, (guint) batch->settings->keep));
  for (guint i = 0; i < ranks->len; i++)
    g_array_append_val (batch->scores, g_array_index (ranks, ArraRank, i).score);
  return TRUE;
}

static gboolean
take_all (Batch *batch, GError **error)
{
  g_autoptr (GArray) ranks = g_array_new (FALSE, FALSE, sizeof (ArraRank));
  const gboolean ranked = batch->settings->keep > 0;
  guint n;

  if (ranked && !rank (batch, ranks, error))
    return FALSE;
  n = ranked ? ranks->len : arra_job_n_answers (batch->making.job);
  for (guint i = 0; i < n; i++)
    if (!take_answer (batch, ranked ? g_array_index (ranks, ArraRank, i).answer : i, error))
      return FALSE;
  if (batch->pictures->len > 0)
    return TRUE;
  g_set_error_literal (error, ARRA_ERROR, ARRA_ERROR_FAILED, _ ("The model answered without a picture"));
  return FALSE;
}

static gboolean
make_map (Batch *batch, GError **error)
{
  const ArraScene *scene = batch->order.scene;
  const ArraSeen seen = { .pixels = scene->pixels, .width = scene->width, .height = scene->height };
  ArraLikeliness likeliness = { 0 };

  if (!arra_making_map (batch->checkpoint, &batch->request, plugin_settings_phrase (batch->settings), &seen,
                        &likeliness, note_progress, batch, NULL, error))
    return FALSE;
  batch->map = likeliness.grey;
  return TRUE;
}

static gboolean
make_pictures (Batch *batch, GError **error)
{
  if (batch->order.task != PLUGIN_TASK_MAP && !check (batch->settings, error))
    return FALSE;
  batch->checkpoint = open_checkpoint (batch->settings, FALSE, error);
  if (batch->checkpoint == NULL)
    return FALSE;
  plugin_settings_request (batch->settings, batch->checkpoint, &batch->request);
  if (batch->order.task == PLUGIN_TASK_MAP)
    return make_map (batch, error);
  if (!arra_making_begin (&batch->making, batch->checkpoint, &batch->request, &batch->order, note_progress, batch, NULL,
                          error))
    return FALSE;
  arra_job_set_progress (batch->making.job, note_progress, batch, FALSE);
  return arra_job_run (batch->making.job, NULL, error) && take_all (batch, error);
}

static gpointer
run_in_thread (gpointer data)
{
  GTask *task = data;
  GError *error = NULL;

  if (make_pictures (g_task_get_task_data (task), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  return NULL;
}

/* ---- in the main thread */

/* NULL when there is none: then the task has its error. */
static GThread *
start_thread (GTask *task)
{
  GError *error = NULL;
  GThread *thread = g_thread_try_new ("arra-batch", run_in_thread, task, &error);

  if (thread == NULL)
    g_task_return_error (task, error);
  return thread;
}

static gboolean
show_progress (gpointer data)
{
  Batch *batch = data;
  double fraction;

  g_mutex_lock (&batch->lock);
  fraction = batch->fraction;
  g_mutex_unlock (&batch->lock);
  if (fraction < 0)
    gimp_progress_pulse ();
  else
    gimp_progress_update (fraction);
  return G_SOURCE_CONTINUE;
}

static void
end_loop (GObject *source, GAsyncResult *result, gpointer data)
{
  g_main_loop_quit (((Batch *) data)->loop);
}

static gboolean
wait_for_pictures (Batch *batch, GError **error)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, end_loop, batch);
  GThread *thread;
  guint tick;

  gimp_progress_init (batch->order.task == PLUGIN_TASK_MAP ? _ ("Asking how likely it is")
                                                           : _ ("Generating from text"));
  g_task_set_task_data (task, batch, NULL);
  thread = start_thread (task);
  tick = g_timeout_add (TICK_MILLISECONDS, show_progress, batch);
  g_main_loop_run (batch->loop);
  g_source_remove (tick);
  gimp_progress_end ();
  g_clear_pointer (&thread, g_thread_join);
  return g_task_propagate_boolean (task, error);
}

/* As much around a hole as the model sees at once. */
static ArraScene *
look_at_surroundings (const PluginCall *call, HostLayer layer, GError **error)
{
  g_autoptr (ArraCheckpoint) head = open_checkpoint (&call->settings, TRUE, error);
  const gboolean alone = call->settings.around == PLUGIN_AROUND_LAYER;
  ArraRequest own;

  if (head == NULL)
    return NULL;
  arra_request_init (&own, head);
  return look_at_hole (call->image, alone ? layer : HOST_NONE, own.width, own.height, error);
}

static gboolean
look (Batch *batch, const PluginCall *call, GError **error)
{
  const gboolean is_there = call->image != HOST_NONE && gimp_image_is_valid (call->image);
  const HostLayer layer = call->layer != HOST_NONE || !is_there ? call->layer : host_active_layer (call->image);

  batch->order.vary = call->settings.vary;
  batch->order.from_row = (guint) call->settings.from_row;
  batch->order.guided = arra_making_guided (call->settings.cfg_interval);
  if (call->task == ARRA_TASK_GENERATE)
    return insert_check_place (call->image, (ArraInsertMode) call->settings.insert, error);
  batch->order.scene = call->task == ARRA_TASK_FILL ? look_at_surroundings (call, layer, error)
                                                    : look_at_layer (call->image, layer, error);
  return batch->order.scene != NULL;
}

gboolean
run_batch (PluginCall *call, GError **error)
{
  PluginSettings *settings = &call->settings;
  g_auto (Batch) batch;
  InsertTarget target = { .image = call->image, .own = HOST_NONE };

  batch_init (&batch, call->task, settings);
  if (!plugin_settings_settle (settings, call->task, error) || !look (&batch, call, error)
      || !wait_for_pictures (&batch, error))
    return FALSE;
  call->described = plugin_settings_describe (settings, call->task, &batch.request, batch.checkpoint, batch.scores);
  if (call->task == PLUGIN_TASK_MAP)
    return insert_map (call, batch.order.scene, batch.map, arra_checkpoint_card (batch.checkpoint)->medical, error);
  target.place = (ArraInsertMode) settings->insert;
  target.label = settings->include_recipe;
  target.display = call->mode != GIMP_RUN_NONINTERACTIVE;
  return insert_pictures (&target, (const InsertPicture *) (gpointer) batch.pictures->data, batch.pictures->len,
                          call->layers, error);
}
