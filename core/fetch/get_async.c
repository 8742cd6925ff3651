/* get_async.c - asking the hub, and getting a checkpoint, in a thread of their own
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra-get.h>

#include "thread.h"

typedef gboolean (*Work) (ArraGet *get, GCancellable *cancellable, GError **error);

typedef struct
{
  ArraGet *get; /* borrowed */
  Work work;
} Call;

static gpointer
work_in_thread (gpointer data)
{
  g_autoptr (GTask) task = data;
  const Call *call = g_task_get_task_data (task);
  g_autoptr (GMainContext) context = g_main_context_new ();
  GError *error = NULL;
  gboolean done;

  g_main_context_push_thread_default (context);
  done = call->work (call->get, g_task_get_cancellable (task), &error);
  g_main_context_pop_thread_default (context);
  if (done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  return NULL;
}

static void
start (ArraGet *get, Work work, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Call *call = g_new (Call, 1);
  GError *error = NULL;
  GThread *thread;

  *call = (Call) { get, work };
  g_task_set_task_data (task, call, g_free);
  /* what finished before it saw the cancellation has finished */
  g_task_set_check_cancellable (task, FALSE);
  thread = arra_thread_new ("arra-get", work_in_thread, g_object_ref (task), &error);
  if (thread != NULL)
    {
      g_thread_unref (thread);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static gboolean
finish (ArraGet *get, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  g_return_val_if_fail (((const Call *) g_task_get_task_data (G_TASK (result)))->get == get, FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
arra_get_ask_async (ArraGet *get, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_return_if_fail (get != NULL);
  start (get, arra_get_ask, cancellable, callback, data);
}

gboolean
arra_get_ask_finish (ArraGet *get, GAsyncResult *result, GError **error)
{
  return finish (get, result, error);
}

void
arra_get_run_async (ArraGet *get, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_return_if_fail (get != NULL);
  start (get, arra_get_run, cancellable, callback, data);
}

gboolean
arra_get_run_finish (ArraGet *get, GAsyncResult *result, GError **error)
{
  return finish (get, result, error);
}
