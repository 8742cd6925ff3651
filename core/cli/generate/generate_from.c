/* generate_from.c - a picture that is made anew in part: its codes, and which of them stay
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate.h"

#include <stdlib.h>

#include "checkpoint.h"
#include "signals.h"
#include "status.h"

static gboolean
free_rows (const GenerateCodes *codes, guint from_row, gint32 *known, GError **error)
{
  if (from_row > codes->rows)
    return cli_usage_error (error, "--from-row: the picture has only %u rows of tokens", codes->rows);
  for (gsize i = (gsize) (from_row - 1) * codes->columns; i < (gsize) codes->rows * codes->columns; i++)
    known[i] = -1;
  return TRUE;
}

typedef struct
{
  double likelihood;
  guint place;
} Place;

static int
compare (gconstpointer a, gconstpointer b)
{
  const Place *first = a, *second = b;

  if (first->likelihood != second->likelihood)
    return first->likelihood < second->likelihood ? -1 : 1;
  return first->place < second->place ? -1 : 1;
}

/* Those that the model itself finds least likely, with this prompt. */
static gboolean
free_unlikely (const GenerateCodes *codes,
               const GenerateSetup *setup,
               ArraCheckpoint *checkpoint,
               const ArraRequest *request,
               gint32 *known,
               GError **error)
{
  const guint n = codes->rows * codes->columns, n_free = MAX ((guint) (setup->vary * n + 0.5), 1);
  g_autofree double *likelihoods = g_new (double, n);
  g_autofree Place *places = g_new (Place, n);

  if (!arra_checkpoint_likelihood (checkpoint, request, codes->codes, codes->rows, codes->columns, likelihoods, NULL,
                                   NULL, NULL, cli_signals_stage (0), error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    places[i] = (Place) { likelihoods[i], i };
  qsort (places, n, sizeof *places, compare);
  for (guint i = 0; i < n_free; i++)
    known[places[i].place] = -1;
  return TRUE;
}

gint32 *
generate_from (const GenerateOptions *options,
               const GenerateSetup *setup,
               ArraCheckpoint *checkpoint,
               ArraRequest *request,
               GError **error)
{
  const guint patch = arra_checkpoint_patch (checkpoint);
  g_autofree gint32 *known = NULL;
  g_auto (GenerateCodes) codes = { 0 };
  gboolean ok;

  if (!generate_codes_read (options->from != NULL ? options->from : options->resume, setup->request.threads, checkpoint,
                            &codes, error))
    return NULL;
  known = g_memdup2 (codes.codes, (gsize) codes.rows * codes.columns * sizeof *known);
  request->width = codes.columns * patch;
  request->height = codes.rows * patch;
  if (setup->from_row > 0)
    ok = free_rows (&codes, setup->from_row, known, error);
  else
    ok = free_unlikely (&codes, setup, checkpoint, request, known, error);
  request->known = known;
  request->known_rows = codes.rows;
  request->known_columns = codes.columns;
  return ok ? g_steal_pointer (&known) : NULL;
}
