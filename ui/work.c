/* work.c - the thread that makes pictures, as the main loop's thread sees it
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "work_private.h"

ArraWork *
arra_work_new (const ArraWorkFuncs *funcs, gpointer data)
{
  ArraWork *work = g_new0 (ArraWork, 1);

  work->funcs = funcs;
  work->data = data;
  work->abandon = g_cancellable_new ();
  g_mutex_init (&work->lock);
  return work;
}

static void
launch (ArraWork *work)
{
  GError *error = NULL;

  work->stop = FALSE;
  work->stopped = FALSE;
  work->thread = g_thread_try_new ("arra-work", arra_work_thread, work, &error);
  if (work->thread == NULL)
    arra_work_post_done (work, error, 0);
}

void
arra_work_drop (ArraWork *work)
{
  g_return_if_fail (work->thread == NULL);
  work->stopped = FALSE;
  arra_making_clear (&work->making);
}

static void
free_request (ArraWork *work)
{
  g_clear_pointer (&work->prompt, g_free);
  g_clear_pointer (&work->prompt_template, g_free);
  g_clear_pointer (&work->known, g_free);
  g_clear_pointer (&work->order.scene, arra_scene_unref);
}

static void
copy_request (ArraWork *work, const ArraRequest *request)
{
  const gsize n = (gsize) request->known_rows * request->known_columns;

  work->prompt = g_strdup (request->prompt);
  work->prompt_template = g_strdup (request->prompt_template);
  work->known = request->known != NULL ? g_memdup2 (request->known, n * sizeof *work->known) : NULL;
  work->request = *request;
  work->request.prompt = work->prompt;
  work->request.prompt_template = work->prompt_template;
  work->request.known = work->known;
}

void
arra_work_start (ArraWork *work, ArraCheckpoint *described, const ArraRequest *request, const ArraOrder *order)
{
  g_return_if_fail (work->thread == NULL);
  arra_work_drop (work);
  arra_checkpoint_ref (described);
  g_clear_pointer (&work->described, arra_checkpoint_unref);
  work->described = described;
  free_request (work);
  copy_request (work, request);
  work->order = order != NULL ? *order : (ArraOrder) { .task = ARRA_TASK_GENERATE };
  if (work->order.scene != NULL)
    arra_scene_ref (work->order.scene);
  work->batch++;
  work->n_told = 0;
  work->rate = 0;
  launch (work);
}

void
arra_work_continue (ArraWork *work)
{
  g_return_if_fail (arra_work_can_continue (work));
  launch (work);
}

static void
ask_to_stop (ArraWork *work)
{
  g_mutex_lock (&work->lock);
  work->stop = TRUE;
  if (work->current != NULL)
    g_cancellable_cancel (work->current);
  g_mutex_unlock (&work->lock);
}

void
arra_work_stop (ArraWork *work)
{
  if (work->thread != NULL)
    ask_to_stop (work);
}

gboolean
arra_work_is_running (const ArraWork *work)
{
  return work->thread != NULL;
}

gboolean
arra_work_is_stopping (const ArraWork *work)
{
  return work->thread != NULL && work->stop;
}

gboolean
arra_work_can_continue (const ArraWork *work)
{
  return work->thread == NULL && work->stopped;
}

guint
arra_work_batch (const ArraWork *work)
{
  return work->batch;
}

ArraCheckpoint *
arra_work_checkpoint (const ArraWork *work)
{
  return work->described;
}

void
arra_work_free (ArraWork *work)
{
  if (work == NULL)
    return;
  g_cancellable_cancel (work->abandon);
  ask_to_stop (work);
  if (work->thread != NULL)
    g_thread_join (work->thread);
  if (work->source != 0)
    g_source_remove (work->source);
  arra_work_mail_clear (&work->mail);
  arra_making_clear (&work->making);
  g_clear_pointer (&work->checkpoint, arra_checkpoint_unref);
  g_clear_pointer (&work->described, arra_checkpoint_unref);
  g_clear_object (&work->current);
  g_object_unref (work->abandon);
  g_mutex_clear (&work->lock);
  free_request (work);
  g_free (work);
}
