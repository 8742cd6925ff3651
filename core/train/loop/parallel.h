/* parallel.h - one training shared by several processes, each of which computes its part of every batch
 *
 * Everybody holds the whole model. What they have found is added up by each of them in the order of ranks, so that all
 * have the same bits afterwards, and the same at every run. The first one writes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arra.h>
#include "exec.h"

typedef struct
{
  guint rank, size;
  /* Everybody's @own, in the order of ranks: @all is [size][n_bytes]. All call it equally often, with equally many
   * bytes. NULL when @size is 1. */
  void (*gather) (const void *own, gsize n_bytes, void *all, gpointer user);
  gpointer user;
} ArraParallel;

/* In all functions @parallel is nullable: one process alone. */

gboolean arra_parallel_leads (const ArraParallel *parallel); /* who writes files */
/* Items @first .. @end - 1 of @n are this process's part, as even as can be. */
void arra_parallel_part (const ArraParallel *parallel, guint n, guint *first, guint *end);

/* The sum of everybody's @values, in place. Fails when memory is short. */
gboolean arra_parallel_add (const ArraParallel *parallel, const ArraExec *exec, float *values, gsize n, GError **error);
void arra_parallel_add_doubles (const ArraParallel *parallel, double *values, guint n);
guint arra_parallel_largest (const ArraParallel *parallel, guint own);
/* Whether everybody has the same @n_bytes. */
gboolean arra_parallel_is_same (const ArraParallel *parallel, const void *own, gsize n_bytes);

/* Whether nobody has a @fault (nullable; taken). Else @error is this process's own or, with its rank, that of the first
 * which has one; CANCELLED stays that. */
gboolean arra_parallel_agree (const ArraParallel *parallel, GError *fault, GError **error);
