/* diversity.c - how alike the pictures of one set are
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "diversity.h"

#include "fail.h"
#include "mem.h"
#include "ms_ssim.h"

#define MAX_SIZE 256
#define PAIRS_PER_THREAD 4

typedef struct
{
  const ArraDataset *dataset;
  guint apart; /* from the first picture of a pair to the second */
  guint size;
  guint first; /* pair of the batch */
  double *similarities;
  GCancellable *cancellable;
  GMutex mutex;
  GError *error; /* the first one */
} Work;

guint
arra_diversity_pairs (guint n)
{
  return MIN (n / 2, ARRA_DIVERSITY_PAIRS);
}

static gboolean
load (const Work *work, guint item, ArraRaster *raster, GError **error)
{
  return arra_raster_init (raster, work->size, work->size, 3, error)
         && arra_dataset_load (work->dataset, item, work->size, raster->pixels, error);
}

static gboolean
measure (const Work *work, guint pair, GError **error)
{
  g_autoraster ArraRaster a = { 0 }, b = { 0 };

  if (g_cancellable_set_error_if_cancelled (work->cancellable, error) || !load (work, pair, &a, error)
      || !load (work, pair + work->apart, &b, error))
    return FALSE;
  if (arra_ms_ssim (&a, &b, &work->similarities[pair], error))
    return TRUE;
  g_prefix_error (error, "%s: ", arra_dataset_picture (work->dataset, pair));
  return FALSE;
}

/* An ArraPoolFunc */
static void
measure_some (gsize begin, gsize end, guint worker, gpointer data)
{
  Work *work = data;

  for (gsize i = begin; i < end; i++)
    {
      GError *fault = NULL;

      if (measure (work, work->first + (guint) i, &fault))
        continue;
      g_mutex_lock (&work->mutex);
      if (work->error == NULL)
        work->error = g_steal_pointer (&fault);
      g_mutex_unlock (&work->mutex);
      g_clear_error (&fault);
    }
}

static gboolean
measure_all (
    Work *work, guint n_pairs, ArraPool *pool, ArraItemProgress progress, gpointer user, GError **error)
{
  guint batch = PAIRS_PER_THREAD * (pool != NULL ? arra_pool_threads (pool) : 1);

  for (work->first = 0; work->first < n_pairs && work->error == NULL; work->first += batch)
    {
      guint n = MIN (batch, n_pairs - work->first);

      arra_pool_run (pool, n, 1, measure_some, work);
      if (progress != NULL && work->error == NULL)
        progress (work->first + n, n_pairs, user);
    }
  if (work->error == NULL)
    return TRUE;
  g_propagate_error (error, work->error);
  return FALSE;
}

static gboolean
choose_size (Work *work, GError **error)
{
  g_autoraster ArraRaster first = { 0 };

  if (!arra_raster_load (&first, arra_dataset_picture (work->dataset, 0), error))
    return FALSE;
  work->size = (guint) MIN (MIN (first.width, first.height), MAX_SIZE);
  return TRUE;
}

gboolean
arra_diversity (const ArraDataset *dataset,
                guint n,
                ArraPool *pool,
                double *similarity,
                ArraItemProgress progress,
                gpointer user,
                GCancellable *cancellable,
                GError **error)
{
  guint n_pairs = arra_diversity_pairs (n);
  Work work = { .dataset = dataset, .apart = n / 2, .cancellable = cancellable };
  g_automem double *similarities = NULL;
  gboolean ok;

  g_return_val_if_fail (n <= arra_dataset_size (dataset), FALSE);
  if (n_pairs == 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "how alike pictures are takes at least two of them");
  if (!choose_size (&work, error)
      || (similarities = arra_mem_new (n_pairs, sizeof *similarities, "similarities", error)) == NULL)
    return FALSE;
  work.similarities = similarities;
  g_mutex_init (&work.mutex);
  ok = measure_all (&work, n_pairs, pool, progress, user, error);
  g_mutex_clear (&work.mutex);
  *similarity = 0;
  for (guint i = 0; ok && i < n_pairs; i++)
    *similarity += similarities[i] / n_pairs;
  return ok;
}
