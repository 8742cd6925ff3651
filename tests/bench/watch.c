/* watch.c - runs a program and watches how much memory it takes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_EVERY 5000 /* microseconds */

/* A nameless file to print into. */
static int
open_output (void)
{
  g_autofree char *name = NULL;
  int fd = g_file_open_tmp ("arra-watch-XXXXXX", &name, NULL);

  g_assert_cmpint (fd, >=, 0);
  unlink (name);
  return fd;
}

static char *
read_output (int fd)
{
  GString *text = g_string_new (NULL);
  char piece[4096];
  ssize_t n;

  lseek (fd, 0, SEEK_SET);
  while ((n = read (fd, piece, sizeof piece)) > 0)
    g_string_append_len (text, piece, n);
  close (fd);
  return g_string_free (text, FALSE);
}

/* A line of /proc/PID/status in bytes, 0 when it is not there. */
static guint64
status_value (const char *status, const char *key)
{
  const char *at = strstr (status, key);

  return at != NULL ? g_ascii_strtoull (at + strlen (key), NULL, 10) * 1024 : 0;
}

static void
look (pid_t child, Watched *watched)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) child);
  g_autofree char *status = NULL;

  if (!g_file_get_contents (path, &status, NULL, NULL))
    return;
  watched->peak_private = MAX (watched->peak_private, status_value (status, "\nRssAnon:"));
  watched->peak_total = MAX (watched->peak_total, status_value (status, "\nVmHWM:"));
}

static pid_t
start (const char *const *arguments, const char *environment, int out, int err)
{
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child > 0)
    return child;
  dup2 (out, STDOUT_FILENO);
  dup2 (err, STDERR_FILENO);
  if (environment != NULL)
    putenv ((char *) environment);
  execv (arguments[0], (char **) arguments);
  _exit (127);
}

Watched *
watch_run (const char *const *arguments, const char *environment)
{
  Watched *watched = g_new0 (Watched, 1);
  int out = open_output (), err = open_output (), status;
  gint64 begun = g_get_monotonic_time ();
  pid_t child = start (arguments, environment, out, err);

  for (;;)
    {
      /* before waiting: a process that has ended has no memory to look at */
      look (child, watched);
      if (waitpid (child, &status, WNOHANG) == child)
        break;
      g_usleep (LOOK_EVERY);
    }
  watched->seconds = (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC;
  watched->exit_code = WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
  watched->out = read_output (out);
  watched->err = read_output (err);
  return watched;
}

void
watch_free (Watched *watched)
{
  g_free (watched->out);
  g_free (watched->err);
  g_free (watched);
}
