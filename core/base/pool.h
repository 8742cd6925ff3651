/* pool.h - one thread pool per session: the caller is worker 0
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>

typedef struct _ArraPool ArraPool;

/* Works on items @begin..@end-1. @worker < arra_pool_threads() tells scratch buffers apart. */
typedef void (*ArraPoolFunc) (gsize begin, gsize end, guint worker, gpointer data);

/* @threads: 1..64, 0 for arra_cpu_count(). Returns: (transfer full): free with arra_pool_free(). */
ArraPool *arra_pool_new (guint threads, GError **error);
void arra_pool_free (ArraPool *pool); /* nullable */
guint arra_pool_threads (const ArraPool *pool);

/* Splits 0..@n_items into chunks of @grain (the last may be shorter), hands them out to the workers and returns when
 * all are done. The borders of chunks depend on @n_items and @grain only, never on the number of threads. Not
 * reentrant. A NULL
 * @pool runs on the caller alone. */
void arra_pool_run (ArraPool *pool, gsize n_items, gsize grain, ArraPoolFunc func, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArraPool, arra_pool_free)
