/* signals.c - Ctrl-C as cancellation, in stages
 *
 * Libraries may have threads that are older than main(), so the signals cannot be blocked everywhere and waited for:
 * the handler writes a byte into a pipe, whichever thread it runs on, and a thread of ours reads it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "status.h"
#include "thread.h"

static GCancellable *stages[CLI_N_STAGES];
static int pipe_ends[2];

static void
tell (int signal_number)
{
  int saved = errno;
  ssize_t written = write (pipe_ends[1], "", 1);

  (void) written; /* a full pipe has said enough */
  errno = saved;
}

static gpointer
listen_to_pipe (gpointer data)
{
  guint stage = 0;
  char byte;

  for (;;)
    {
      ssize_t n = read (pipe_ends[0], &byte, 1);
      if (n < 0 && errno == EINTR)
        continue;
      if (n != 1)
        return NULL;
      if (stage >= CLI_N_STAGES)
        _exit (CLI_CANCELLED);
      g_cancellable_cancel (stages[stage++]);
    }
}

static void
handle (int signal_number)
{
  struct sigaction action, before;

  if (sigaction (signal_number, NULL, &before) != 0 || before.sa_handler == SIG_IGN)
    return;
  action = (struct sigaction) { .sa_handler = tell, .sa_flags = SA_RESTART };
  sigemptyset (&action.sa_mask);
  sigaction (signal_number, &action, NULL);
}

gboolean
cli_signals_start (GError **error)
{
  GThread *thread;

  g_assert (stages[0] == NULL);
  for (guint i = 0; i < CLI_N_STAGES; i++)
    stages[i] = g_cancellable_new ();
  if (pipe2 (pipe_ends, O_CLOEXEC) != 0)
    return TRUE; /* then the signals end the process, as they do by default */
  fcntl (pipe_ends[1], F_SETFL, O_NONBLOCK);
  thread = arra_thread_new ("signals", listen_to_pipe, NULL, error);
  if (thread == NULL)
    return FALSE;
  g_thread_unref (thread);
  handle (SIGINT);
  handle (SIGTERM);
  handle (SIGHUP);
  return TRUE;
}

GCancellable *
cli_signals_stage (guint stage)
{
  g_assert (stage < CLI_N_STAGES);
  return stages[stage];
}
