/* diversity.c - how alike the pictures of one set are
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "diversity.h"

#include "fail.h"
#include "mem.h"
#include "ms_ssim.h"

#define MAX_SIZE 256

typedef struct
{
  const ArraDataset *dataset;
  guint apart; /* from the first picture of a pair to the second */
  guint size;
  double *similarities;
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

/* An ArraItemFunc */
static gboolean
measure (guint pair, guint worker, gpointer user, GError **error)
{
  const Work *work = user;
  g_autoraster ArraRaster a = { 0 }, b = { 0 };

  if (!load (work, pair, &a, error) || !load (work, pair + work->apart, &b, error))
    return FALSE;
  if (arra_ms_ssim (&a, &b, &work->similarities[pair], error))
    return TRUE;
  g_prefix_error (error, "%s: ", arra_dataset_picture (work->dataset, pair));
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
  Work work = { .dataset = dataset, .apart = n / 2 };
  const ArraItemRun run = { .n = n_pairs,
                            .work = measure,
                            .user = &work,
                            .progress = progress,
                            .progress_user = user,
                            .cancellable = cancellable };
  g_automem double *similarities = NULL;
  gboolean ok;

  g_return_val_if_fail (n <= arra_dataset_size (dataset), FALSE);
  if (n_pairs == 0)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "how alike pictures are takes at least two of them");
  if (!choose_size (&work, error)
      || (similarities = arra_mem_new (n_pairs, sizeof *similarities, "similarities", error)) == NULL)
    return FALSE;
  work.similarities = similarities;
  ok = arra_item_run (pool, &run, NULL, error);
  *similarity = 0;
  for (guint i = 0; ok && i < n_pairs; i++)
    *similarity += similarities[i] / n_pairs;
  return ok;
}
