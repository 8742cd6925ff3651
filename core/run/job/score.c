/* score.c - how likely the codes of a whole picture are, with its prompt and with none, window by window
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "score.h"

#include "mem.h"

/* A picture on its way through the windows. */
typedef struct
{
  ArraScorer *scorer;
  ArraSession *session;
  const guint32 *codes; /* of the whole picture */
  double *with, *without;
  double gain;
  guint cursor; /* of the windows' cells: the next to be measured */
  GCancellable *cancellable;
} Walk;

guint64
arra_scorer_bytes (const ArraMosaicShape *shape, guint32 n_logits, guint threads)
{
  return arra_mosaic_bytes (shape, shape->rows * shape->columns)
         + arra_likelihood_room_bytes (n_logits, shape->window_columns, TRUE, threads)
         + shape->window_columns * (sizeof (ArraLikelihood) + sizeof (guint32));
}

gboolean
arra_scorer_init (ArraScorer *scorer, const ArraSession *session, const ArraMosaicShape *shape, GError **error)
{
  if (!arra_mosaic_init (&scorer->windows, shape, error)
      || !arra_likelihood_room_init (&scorer->room, session, shape->window_columns, error))
    return FALSE;
  scorer->row = arra_mem_new (shape->window_columns, sizeof *scorer->row, "scores of tokens", error);
  if (scorer->row == NULL)
    return FALSE;
  scorer->codes = arra_mem_new (shape->window_columns, sizeof *scorer->codes, "tokens", error);
  return scorer->codes != NULL;
}

void
arra_scorer_clear (ArraScorer *scorer)
{
  arra_mosaic_clear (&scorer->windows);
  arra_likelihood_room_clear (&scorer->room);
  arra_mem_free (scorer->row);
  arra_mem_free (scorer->codes);
  *scorer = (ArraScorer) { 0 };
}

/* A code that no earlier window has measured. */
static void
take (Walk *walk, guint cell, const ArraLikelihood *likelihood)
{
  walk->cursor++;
  walk->gain += likelihood->cond - likelihood->uncond;
  if (walk->with != NULL)
    walk->with[cell] = likelihood->cond;
  if (walk->without != NULL)
    walk->without[cell] = likelihood->uncond;
}

/* A row of the window: measured, then read. */
static gboolean
measure_row (Walk *walk, const ArraMosaicStage *stage, guint row, GError **error)
{
  ArraScorer *scorer = walk->scorer;
  const ArraMosaic *windows = &scorer->windows;
  const guint n = windows->window_columns;

  for (guint i = 0; i < n; i++)
    scorer->codes[i] = walk->codes[arra_mosaic_cell (windows, stage->row, stage->column, row * n + i)];
  if (!arra_session_likelihood (walk->session, &scorer->room, scorer->codes, n, 1, FALSE, scorer->row,
                                walk->cancellable, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const guint cell = arra_mosaic_cell (windows, stage->row, stage->column, row * n + i);

      if (!arra_session_push_code (walk->session, scorer->codes[i], error))
        return FALSE;
      if (walk->cursor < stage->end && windows->cells[walk->cursor] == cell)
        take (walk, cell, &scorer->row[i]);
    }
  return TRUE;
}

gboolean
arra_scorer_measure (ArraScorer *scorer,
                     ArraSession *session,
                     guint n_prompt,
                     const guint32 *codes,
                     double *with,
                     double *without,
                     double *gain,
                     ArraScoreProgress progress,
                     gpointer data,
                     GCancellable *cancellable,
                     GError **error)
{
  const ArraMosaic *windows = &scorer->windows;
  Walk walk = { scorer, session, codes, with, without, 0, 0, cancellable };

  for (guint i = 0; i < windows->n_stages; i++)
    {
      const ArraMosaicStage *stage = &windows->stages[i];

      if (!arra_session_begin_picture (session, n_prompt, windows->window_rows, windows->window_columns, error))
        return FALSE;
      for (guint row = 0; row < windows->window_rows && walk.cursor < stage->end; row++)
        {
          if (progress != NULL)
            progress ((double) walk.cursor / windows->n_cells, data);
          if (!measure_row (&walk, stage, row, error))
            return FALSE;
        }
    }
  if (progress != NULL)
    progress (1, data);
  if (gain != NULL)
    *gain = walk.gain;
  return TRUE;
}
