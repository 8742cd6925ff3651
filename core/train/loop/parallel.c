/* parallel.c - one training shared by several processes
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel.h"

#include <string.h>

#include "fail.h"
#include "mem.h"

#define CHUNK 65536 /* numbers that are exchanged at once */
#define GRAIN 4096  /* of them that a thread adds up at once */
#define MESSAGE 252

static gboolean
is_alone (const ArraParallel *parallel)
{
  return parallel == NULL || parallel->size == 1;
}

gboolean
arra_parallel_leads (const ArraParallel *parallel)
{
  return is_alone (parallel) || parallel->rank == 0;
}

void
arra_parallel_part (const ArraParallel *parallel, guint n, guint *first, guint *end)
{
  guint rank = parallel != NULL ? parallel->rank : 0, size = parallel != NULL ? parallel->size : 1;

  *first = (guint) ((guint64) n * rank / size);
  *end = (guint) ((guint64) n * (rank + 1) / size);
}

/* ------------------------------------------------------------------ sums */

typedef struct
{
  const float *all; /* [size][n] */
  float *sum;
  gsize n;
  guint size;
} Sum;

static void
add_items (gsize begin, gsize end, guint worker, gpointer data)
{
  const Sum *sum = data;

  memcpy (sum->sum + begin, sum->all + begin, (end - begin) * sizeof (float));
  for (guint rank = 1; rank < sum->size; rank++)
    for (gsize i = begin; i < end; i++)
      sum->sum[i] += sum->all[rank * sum->n + i];
}

gboolean
arra_parallel_add (const ArraParallel *parallel, const ArraExec *exec, float *values, gsize n, GError **error)
{
  g_automem float *all = NULL;

  if (is_alone (parallel))
    return TRUE;
  all = arra_mem_new ((gsize) parallel->size * CHUNK, sizeof *all, "everybody's gradients", error);
  for (gsize first = 0; all != NULL && first < n; first += CHUNK)
    {
      Sum sum = { all, values + first, MIN (CHUNK, n - first), parallel->size };

      parallel->gather (sum.sum, sum.n * sizeof (float), all, parallel->user);
      arra_pool_run (exec->pool, sum.n, GRAIN, add_items, &sum);
    }
  return all != NULL;
}

void
arra_parallel_add_doubles (const ArraParallel *parallel, double *values, guint n)
{
  g_autofree double *all = NULL;

  if (is_alone (parallel))
    return;
  all = g_new (double, (gsize) parallel->size *n);
  parallel->gather (values, n * sizeof *values, all, parallel->user);
  memcpy (values, all, n * sizeof *values);
  for (guint rank = 1; rank < parallel->size; rank++)
    for (guint i = 0; i < n; i++)
      values[i] += all[rank * n + i];
}

/* ------------------------------------------------------------------ agreement */

guint
arra_parallel_largest (const ArraParallel *parallel, guint own)
{
  g_autofree guint *all = NULL;
  guint largest = own;

  if (is_alone (parallel))
    return own;
  all = g_new (guint, parallel->size);
  parallel->gather (&own, sizeof own, all, parallel->user);
  for (guint rank = 0; rank < parallel->size; rank++)
    largest = MAX (largest, all[rank]);
  return largest;
}

gboolean
arra_parallel_is_same (const ArraParallel *parallel, const void *own, gsize n_bytes)
{
  g_autofree guint8 *all = NULL;

  if (is_alone (parallel))
    return TRUE;
  all = g_new (guint8, parallel->size * n_bytes);
  parallel->gather (own, n_bytes, all, parallel->user);
  for (guint rank = 1; rank < parallel->size; rank++)
    if (memcmp (all, all + rank * n_bytes, n_bytes) != 0)
      return FALSE;
  return TRUE;
}

typedef enum
{
  WELL,
  CANCELLED,
  FAILED,
} State;

typedef struct
{
  guint32 state;
  char message[MESSAGE];
} Report;

static void
report_of (const GError *fault, Report *report)
{
  memset (report, 0, sizeof *report);
  if (fault == NULL)
    return;
  report->state = g_error_matches (fault, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? CANCELLED : FAILED;
  g_strlcpy (report->message, fault->message, sizeof report->message);
}

static void
tell (const Report *report, guint rank, GError **error)
{
  g_autofree char *message = g_utf8_make_valid (report->message, -1); /* it may be cut within a letter */

  if (report->state == CANCELLED)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s", message);
  else
    arra_fail (error, ARRA_ERROR_FAILED, "Process %u: %s", rank, message);
}

gboolean
arra_parallel_agree (const ArraParallel *parallel, GError *fault, GError **error)
{
  g_autofree Report *all = NULL;
  Report own;
  guint bad = 0;

  if (!is_alone (parallel))
    {
      report_of (fault, &own);
      all = g_new (Report, parallel->size);
      parallel->gather (&own, sizeof own, all, parallel->user);
      while (bad < parallel->size && all[bad].state == WELL)
        bad++;
    }
  if (fault != NULL)
    g_propagate_error (error, fault);
  else if (all != NULL && bad < parallel->size)
    tell (&all[bad], bad, error);
  else
    return TRUE;
  return FALSE;
}
