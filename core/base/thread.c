/* thread.c - a thread, or an error where none can be had
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "thread.h"

#include "fail.h"

GThread *
arra_thread_new (const char *name, GThreadFunc func, gpointer data, GError **error)
{
  g_autoptr (GError) fault = NULL;
  GThread *thread = g_thread_try_new (name, func, data, &fault);

  if (thread == NULL)
    arra_fail (
        error, ARRA_ERROR_FAILED,
        "No thread can be started: %s; this user or container may have no more processes (`ulimit -u`), or no more memory",
        fault->message);
  return thread;
}
