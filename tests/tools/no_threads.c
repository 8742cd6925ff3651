/* no_threads.c - a process that is given no more threads
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "no_threads.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

void
no_threads_from_here (void)
{
  const struct rlimit none = { 0, 0 };

  if (geteuid () == 0 && (setgid (NOBODY) != 0 || setuid (NOBODY) != 0))
    _exit (1);
  if (setrlimit (RLIMIT_NPROC, &none) != 0)
    _exit (1);
}

gboolean
no_threads_check (gboolean (*check) (gpointer data), gpointer data)
{
  const pid_t child = fork ();
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      no_threads_from_here ();
      _exit (check (data) ? 0 : 2);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}
