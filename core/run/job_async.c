/* job_async.c - running a job in a thread of its own
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <arra.h>

static void
run_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (arra_job_run (data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
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
  g_task_run_in_thread (task, run_in_thread);
}

gboolean
arra_job_run_finish (ArraJob *job, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  g_return_val_if_fail (g_task_get_task_data (G_TASK (result)) == job, FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
