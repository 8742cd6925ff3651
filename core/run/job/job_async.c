/* job_async.c - running a job in a thread of its own
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra.h>

#include "thread.h"

static gpointer
run_in_thread (gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (arra_job_run (g_task_get_task_data (task), g_task_get_cancellable (task), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  return NULL;
}

/* Not in one of GTask's threads: where those cannot be had, the process ends. */
static void
start_thread (GTask *task)
{
  GError *error = NULL;
  GThread *thread = arra_thread_new ("arra-job", run_in_thread, g_object_ref (task), &error);

  if (thread != NULL)
    {
      g_thread_unref (thread);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

void
arra_job_run_async (ArraJob *job, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (job != NULL);
  task = g_task_new (NULL, cancellable, callback, data);
  g_task_set_source_tag (task, arra_job_run_async);
  g_task_set_task_data (task, job, NULL);
  /* a job that finished before it saw the cancellation has finished */
  g_task_set_check_cancellable (task, FALSE);
  start_thread (task);
}

gboolean
arra_job_run_finish (ArraJob *job, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  g_return_val_if_fail (g_task_get_task_data (G_TASK (result)) == job, FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
