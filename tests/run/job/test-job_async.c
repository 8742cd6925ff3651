/* test-job_async.c - a job in a thread of its own
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models.h"

#include <string.h>

#include "no_threads.h"

static char *tiny;
static ArraCheckpoint *checkpoint;

typedef struct
{
  GMainLoop *loop;
  ArraJob *job;
  gboolean done;
  GError *error;
} Waiting;

static void
finished (GObject *source, GAsyncResult *result, gpointer data)
{
  Waiting *waiting = data;

  waiting->done = arra_job_run_finish (waiting->job, result, &waiting->error);
  g_main_loop_quit (waiting->loop);
}

static gboolean
run (ArraJob *job, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Waiting waiting = { loop, job, FALSE, NULL };

  arra_job_run_async (job, cancellable, finished, &waiting);
  g_main_loop_run (loop);
  if (waiting.error != NULL)
    g_propagate_error (error, waiting.error);
  return waiting.done;
}

static void
note_thread (const ArraProgress *progress, gpointer data)
{
  GThread **thread = data;

  *thread = g_thread_self ();
}

static void
test_runs (void)
{
  const guint grid = arra_checkpoint_grid (checkpoint);
  const ArraRequest request = models_request (checkpoint, 2 * grid, grid);
  g_autoptr (ArraJob) whole = models_run (checkpoint, &request), job = models_job (checkpoint, &request);
  g_autoptr (GError) error = NULL;
  GThread *thread = NULL;

  arra_job_set_progress (job, note_thread, &thread, FALSE);
  g_assert_true (run (job, NULL, &error));
  g_assert_no_error (error);
  g_assert_nonnull (thread);
  g_assert_true (thread != g_thread_self ());
  models_assert_same_tokens (whole, job);
}

static void
cancel (const ArraProgress *progress, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

static void
test_cancel (void)
{
  const guint grid = arra_checkpoint_grid (checkpoint);
  const ArraRequest request = models_request (checkpoint, 2 * grid, grid);
  g_autoptr (ArraJob) whole = models_run (checkpoint, &request), job = models_job (checkpoint, &request);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  arra_job_set_progress (job, cancel, cancellable, FALSE);
  g_assert_false (run (job, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (run (job, NULL, &error));
  g_assert_no_error (error);
  models_assert_same_tokens (whole, job);
  /* finished before it sees the cancellation is finished */
  g_assert_true (run (job, cancellable, &error));
  g_assert_no_error (error);
}

static gboolean
has_no_thread (gpointer job)
{
  g_autoptr (GError) error = NULL;

  return !run (job, NULL, &error) && g_error_matches (error, ARRA_ERROR, ARRA_ERROR_FAILED)
         && strstr (error->message, "No thread") != NULL;
}

static void
test_no_thread (void)
{
  const guint grid = arra_checkpoint_grid (checkpoint);
  ArraRequest request = models_request (checkpoint, 2 * grid, grid);
  g_autoptr (ArraJob) job = NULL;

  request.threads = 1;
  job = models_job (checkpoint, &request);
  g_assert_true (no_threads_check (has_no_thread, job));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tiny = models_write_tiny ();
  checkpoint = models_open (tiny, ARRA_QUANT_AS_STORED);
  g_test_add_func ("/job-async/runs", test_runs);
  g_test_add_func ("/job-async/cancel", test_cancel);
  g_test_add_func ("/job-async/no-thread", test_no_thread);
  result = g_test_run ();
  arra_checkpoint_unref (checkpoint);
  models_remove (tiny);
  return result;
}
