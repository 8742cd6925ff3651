/* job_score.c - how much of a finished picture its prompt explains
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "checkpoint.h"
#include "fail.h"
#include "job.h"
#include "job_mosaic.h"
#include "mem.h"
#include "request_mosaic.h"

/* The picture that an answer is, with the windows through which the model sees it. */
static ArraMosaicShape
shape_of (const ArraCheckpoint *checkpoint, const ArraRequest *request, const ArraCapacities *capacities)
{
  ArraMosaicShape shape = { .rows = capacities->picture_rows,
                            .columns = capacities->picture_columns,
                            .window_rows = capacities->picture_rows,
                            .window_columns = capacities->picture_columns };

  if (capacities->mosaic_codes > 0)
    {
      const ArraMosaicShape whole = arra_request_mosaic (request, checkpoint);

      shape.rows = whole.rows;
      shape.columns = whole.columns;
    }
  return shape;
}

guint64
arra_job_score_bytes (const ArraCheckpoint *checkpoint, const ArraRequest *request, const ArraCapacities *capacities)
{
  const ArraMosaicShape shape = shape_of (checkpoint, request, capacities);

  if (!request->scored)
    return 0;
  return arra_scorer_bytes (&shape, checkpoint->decoder.shape.n_logits, capacities->threads)
         + request->count * sizeof (double);
}

gboolean
arra_job_score_init (ArraJob *job, GError **error)
{
  const ArraMosaicShape shape = shape_of (job->checkpoint, &job->request, &job->capacities);

  if (!job->request.scored || job->session.ids == NULL)
    return TRUE;
  job->scores = arra_mem_new (job->request.count, sizeof *job->scores, "scores of pictures", error);
  if (job->scores == NULL)
    return FALSE;
  for (guint i = 0; i < job->request.count; i++)
    job->scores[i] = NAN;
  return arra_scorer_init (&job->scorer, &job->session, &shape, error);
}

static gboolean
measure (ArraJob *job, guint answer, GCancellable *cancellable, GError **error)
{
  guint rows, columns;
  g_autofree guint32 *codes = arra_job_codes (job, answer, 0, &rows, &columns);

  if (!arra_job_read_text (job, cancellable, error))
    return FALSE;
  job->current = ARRA_NO_ANSWER;
  return arra_scorer_measure (&job->scorer, &job->session, job->prompt_length, codes, NULL, NULL, &job->scores[answer],
                              NULL, NULL, cancellable, error);
}

gboolean
arra_job_score (ArraJob *job, guint answer, double *score, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (job != NULL && answer < job->n_begun && score != NULL, FALSE);
  if (job->scores == NULL)
    return arra_fail (error, ARRA_ERROR_ARGUMENT, "This job was not made to compare its pictures with the prompt");
  if (!job->answers[answer].finished)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "Answer %u is not finished", answer);
  if (isnan (job->scores[answer]) && !measure (job, answer, cancellable, error))
    return FALSE;
  *score = job->scores[answer];
  return TRUE;
}

static int
compare_ranks (gconstpointer a, gconstpointer b)
{
  const ArraRank *first = a, *second = b;

  if (first->score != second->score)
    return first->score > second->score ? -1 : 1;
  return first->answer < second->answer ? -1 : 1;
}

gboolean
arra_job_rank (ArraJob *job, GArray *ranks, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (job != NULL && ranks != NULL, FALSE);
  for (guint i = 0; i < arra_job_n_answers (job); i++)
    {
      ArraRank rank = { .answer = i };

      if (!arra_job_score (job, i, &rank.score, cancellable, error))
        return FALSE;
      g_array_append_val (ranks, rank);
    }
  g_array_sort (ranks, compare_ranks);
  return TRUE;
}
