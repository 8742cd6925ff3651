/* vary.c - which codes of a picture a variation makes again: those that the model finds least likely
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "checkpoint.h"
#include "fail.h"
#include "mem.h"
#include "mosaic.h"

typedef struct
{
  double likelihood;
  guint place;
} Place;

/* The order is the same whatever sorts. */
static int
compare (gconstpointer a, gconstpointer b)
{
  const Place *first = a, *second = b;

  if (first->likelihood != second->likelihood)
    return first->likelihood < second->likelihood ? -1 : 1;
  return first->place < second->place ? -1 : 1;
}

/* @likelihoods: of @n codes of @known */
static gboolean
free_unlikely (const double *likelihoods, guint n, guint n_free, gint32 *known, GError **error)
{
  g_automem Place *places = arra_mem_new (n, sizeof *places, "a variation", error);

  if (places == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    places[i] = (Place) { likelihoods[i], i };
  qsort (places, n, sizeof *places, compare);
  for (guint i = 0; i < n_free; i++)
    known[places[i].place] = ARRA_CODE_FREE;
  return TRUE;
}

gboolean
arra_checkpoint_vary_sized (ArraCheckpoint *checkpoint,
                            const ArraRequest *request,
                            gsize request_size,
                            const guint32 *codes,
                            guint rows,
                            guint columns,
                            double share,
                            gint32 *known,
                            ArraProgressFunc func,
                            gpointer data,
                            GCancellable *cancellable,
                            GError **error)
{
  const guint n = rows * columns;
  g_automem double *likelihoods = NULL;

  g_return_val_if_fail (checkpoint != NULL && request != NULL && codes != NULL && known != NULL, FALSE);
  if (!(share > 0) || share > 1)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "The share that is made again must be above 0 and at most 1");
  likelihoods = arra_mem_new (n, sizeof *likelihoods, "a variation", error);
  if (likelihoods == NULL
      || !arra_checkpoint_likelihood_sized (checkpoint, request, request_size, codes, rows, columns, likelihoods, NULL,
                                            func, data, cancellable, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    known[i] = (gint32) codes[i];
  return free_unlikely (likelihoods, n, MAX ((guint) (share * n + 0.5), 1), known, error);
}
