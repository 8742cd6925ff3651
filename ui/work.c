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
  work->stopped_ids = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&work->lock);
  return work;
}

void
arra_work_ask (ArraWork *work, ArraQuestion *question)
{
  GError *error = NULL;

  g_return_if_fail (work->thread == NULL);
  arra_question_free (work->question);
  work->question = question;
  work->stop = FALSE;
  work->thread = g_thread_try_new ("arra-ask", arra_work_ask_thread, work, &error);
  if (work->thread == NULL)
    arra_work_post_answer (work, NULL, error);
}

const ArraQuestion *
arra_work_asks (const ArraWork *work)
{
  return work->thread != NULL ? work->question : NULL;
}

static void
launch (ArraWork *work)
{
  GError *error = NULL;

  g_clear_pointer (&work->question, arra_question_free);
  work->stop = FALSE;
  work->stopped = FALSE;
  work->thread = g_thread_try_new ("arra-work", arra_work_thread, work, &error);
  if (work->thread == NULL)
    arra_work_post_done (work, error);
}

void
arra_work_drop (ArraWork *work)
{
  g_return_if_fail (work->thread == NULL);
  work->stopped = FALSE;
  arra_making_clear (&work->making);
}

/* What is in a ticket is borrowed from it. */
static void
take (ArraWork *work, ArraTicket *ticket)
{
  g_clear_pointer (&work->ticket, arra_ticket_free);
  work->ticket = ticket;
  work->described = ticket->described;
  work->request = ticket->request;
  work->order = ticket->order;
}

void
arra_work_begin (ArraWork *work, ArraTicket *ticket)
{
  g_return_if_fail (work->thread == NULL);
  arra_work_drop (work);
  take (work, ticket);
  g_ptr_array_set_size (work->stopped_ids, 0);
  work->batch++;
  work->n_told = 0;
  work->rate = 0;
  launch (work);
}

void
arra_work_set_gallery (ArraWork *work, const char *folder, gboolean with_prompt)
{
  g_return_if_fail (work->thread == NULL);
  g_free (work->gallery);
  work->gallery = g_strdup (folder);
  work->kept_prompt = with_prompt;
}

void
arra_work_start (ArraWork *work, ArraCheckpoint *described, const ArraRequest *request, const ArraOrder *order)
{
  arra_work_begin (work, arra_ticket_new (described, request, order));
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

const ArraRequest *
arra_work_request (const ArraWork *work)
{
  return &work->request;
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
  g_clear_object (&work->current);
  g_object_unref (work->abandon);
  g_mutex_clear (&work->lock);
  arra_ticket_free (work->ticket);
  arra_question_free (work->question);
  g_ptr_array_unref (work->stopped_ids);
  g_free (work->gallery);
  g_free (work);
}
