/* thread.h - a thread, or an error where none can be had
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

/* As g_thread_new(), which would end the process. FAILED when the system gives no thread. Returns: (transfer full):
 * g_thread_join() or g_thread_unref(). */
GThread *arra_thread_new (const char *name, GThreadFunc func, gpointer data, GError **error);
