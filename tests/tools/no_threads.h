/* no_threads.h - a process that is given no more threads
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* From now on no thread can be started in this process and those that it becomes. For a child of a test: root, whom no
 * limit holds, becomes nobody who may read and write what root may. No function of GLib is called, so it may stand
 * between fork and exec. */
void no_threads_from_here (void);

/* Whether @check, called in a child that is given no threads, returns TRUE. */
gboolean no_threads_check (gboolean (*check) (gpointer data), gpointer data);
