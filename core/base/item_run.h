/* item_run.h - many items, each of them one thread's work from begin to end: pictures of a data set, mostly
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "pool.h"

/* Item @i; @worker < arra_pool_threads() tells scratch apart. */
typedef gboolean (*ArraItemFunc) (guint i, guint worker, gpointer user, GError **error);

/* @done of @count items, those that were there before included; on the caller's thread, and more each time. */
typedef void (*ArraItemProgress) (guint done, guint count, gpointer user);

/* Whether an earlier run did item @i */
typedef gboolean (*ArraItemDoneFunc) (guint i, gpointer user);

typedef struct
{
  guint n; /* items 0 .. n - 1 are worked on */
  /* (nullable): leaves them out, but for @progress; asked on the caller's thread, before all work */
  ArraItemDoneFunc done;
  ArraItemFunc work;
  gpointer user;
  ArraItemProgress progress; /* (nullable) */
  gpointer progress_user;
  GCancellable *cancellable; /* (nullable): asked before each item */
} ArraItemRun;

/* Stops at the first error, which is the one that is told; items that other threads are at are finished. @pool:
 * (nullable): the caller alone; @n_new: (nullable): how many were left to do. */
gboolean arra_item_run (ArraPool *pool, const ArraItemRun *run, guint *n_new, GError **error);
