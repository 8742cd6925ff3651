/* job_mosaic.c - the loop from token to token through the windows of a mosaic
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "job_mosaic.h"

#include <string.h>

#include "checkpoint.h"
#include "fail.h"
#include "job.h"
#include "mem.h"

#define TRY_SHIFT 27    /* numbers of pictures lie below */
#define BORDER_TRIES 16 /* tries beside edges have noise of their own */

/* The window at hand. */
typedef struct
{
  ArraJob *job;
  ArraAnswer *answer;
  guint index; /* of the answer */
  const ArraMosaicStage *stage;
  guint n;      /* codes of a window */
  guint place;  /* the next of them */
  guint cursor; /* of the mosaic's cells: the next that is made here */
  GCancellable *cancellable;
} Walk;

static guint
cell_of (const Walk *walk, guint place)
{
  return arra_mosaic_cell (&walk->job->mosaic, walk->stage->row, walk->stage->column, place);
}

/* Codes from the place at hand on that are made one after another. */
static guint
run_length (const Walk *walk)
{
  const ArraMosaic *mosaic = &walk->job->mosaic;
  guint n = 0;

  while (walk->cursor + n < walk->stage->end && walk->place + n < walk->n
         && mosaic->cells[walk->cursor + n] == cell_of (walk, walk->place + n))
    n++;
  return n;
}

/* The known codes behind a run of @n: as many as a row has, and none that is still to be made here. */
static guint
followers (const Walk *walk, guint n, guint32 *codes)
{
  const ArraMosaic *mosaic = &walk->job->mosaic;
  const guint next = walk->cursor + n;
  guint count = 0;

  for (guint place = walk->place + n; place < walk->n && count < mosaic->window_columns; place++)
    {
      const guint cell = cell_of (walk, place);

      if (next < walk->stage->end && mosaic->cells[next] == cell)
        break;
      codes[count++] = mosaic->codes[cell];
    }
  return count;
}

static void
report_reading (guint done, guint total, gpointer data)
{
  const Walk *walk = data;

  arra_job_report (walk->job, ARRA_PHASE_PROMPT, walk->index, NULL, 0, FALSE);
}

/* The next code by the noise of @try, appended to the sequence. */
static gboolean
make_code (Walk *walk, guint cell, guint try, guint32 *code, GError **error)
{
  ArraJob *job = walk->job;
  const ArraLayout *layout = job->checkpoint->layout;
  const guint32 picture = (job->request.first + walk->index) | (guint32) try << TRY_SHIFT;
  const guint64 position = layout->class->place (layout, job->mosaic.columns, cell);
  guint32 id;

  if (!arra_session_pass_between (&job->session, error)
      || !arra_session_next (&job->session, &job->sampling, picture, (guint32) position, &id, report_reading, walk,
                             walk->cancellable, error))
    return FALSE;
  *code = (guint32) arra_layout_code (layout, id);
  arra_pace_token (&job->pace, arra_job_clock ());
  arra_job_report (job, ARRA_PHASE_TOKENS, walk->index, NULL, 0, FALSE);
  return arra_session_push (&job->session, id, error);
}

static guint
noise_of (const Walk *walk, guint try)
{
  return walk->stage->begin >= walk->job->mosaic.n_first ? BORDER_TRIES +
  try : try
    ;
}

/* A code that stays. */
static void
keep_code (Walk *walk, guint32 code)
{
  ArraMosaic *mosaic = &walk->job->mosaic;

  mosaic->codes[mosaic->cells[walk->cursor++]] = code;
  walk->answer->tokens[walk->answer->n_tokens++] = code;
  walk->place++;
}

/* One try of a run, and how likely it makes what follows. The sequence ends behind the run. */
static gboolean
try_run (Walk *walk, guint n, guint try, guint n_following, guint32 *codes, double *sum, GError **error)
{
  ArraJob *job = walk->job;

  for (guint i = 0; i < n; i++)
    if (!make_code (walk, job->mosaic.cells[walk->cursor + i], noise_of (walk, try), &codes[i], error))
      return FALSE;
  *sum = 0;
  if (n_following == 0)
    return TRUE;
  if (!arra_session_likelihood (&job->session, &job->room, job->following, n_following, job->sampling.guidance_scale,
                                job->likelihoods, walk->cancellable, error))
    return FALSE;
  for (guint i = 0; i < n_following; i++)
    *sum += job->likelihoods[i].guided;
  return TRUE;
}

/* Of several tries of a run the one stays that makes what follows likeliest. */
static gboolean
make_run (Walk *walk, guint n, GError **error)
{
  ArraJob *job = walk->job;
  const guint begin = job->session.n_ids, n_following = followers (walk, n, job->following);
  const guint n_tries = n_following > 0 ? job->n_tries : 1;
  guint32 *best = job->tried, *codes = job->tried + walk->n;
  double best_sum = 0;

  for (guint try = 0; try < n_tries; try++)
    {
      double sum;

      if (!try_run (walk, n, try, n_following, codes, &sum, error))
        return FALSE;
      if (try == 0 || sum > best_sum)
        {
          memcpy (best, codes, n * sizeof *best);
          best_sum = sum;
        }
      arra_session_rewind (&job->session, begin);
    }
  for (guint i = 0; i < n; i++)
    {
      if (!arra_session_push_code (&job->session, best[i], error))
        return FALSE;
      keep_code (walk, best[i]);
    }
  return TRUE;
}

static gboolean
make_next (Walk *walk, guint n, GError **error)
{
  guint32 code;

  if (walk->stage->ranked)
    return make_run (walk, n, error);
  if (!make_code (walk, walk->job->mosaic.cells[walk->cursor], noise_of (walk, 0), &code, error))
    return FALSE;
  keep_code (walk, code);
  return TRUE;
}

/* What an earlier run made, and what is known, is read. */
static gboolean
step (Walk *walk, GError **error)
{
  const guint n = run_length (walk);

  if (n > 0 && walk->cursor >= walk->answer->n_tokens)
    return make_next (walk, n, error);
  if (!arra_session_push_code (&walk->job->session, walk->job->mosaic.codes[cell_of (walk, walk->place)], error))
    return FALSE;
  walk->cursor += n > 0 ? 1 : 0;
  walk->place++;
  return TRUE;
}

static gboolean
run_stage (Walk *walk, GError **error)
{
  ArraJob *job = walk->job;

  walk->cursor = walk->stage->begin;
  walk->place = 0;
  if (!arra_session_begin_picture (&job->session, job->prompt_length, job->mosaic.window_rows,
                                   job->mosaic.window_columns, error))
    return FALSE;
  arra_pace_mark (&job->pace, arra_job_clock ());
  while (walk->cursor < walk->stage->end)
    if (!step (walk, error))
      return FALSE;
  return TRUE;
}

gboolean
arra_job_mosaic_run (ArraJob *job, guint index, GCancellable *cancellable, GError **error)
{
  ArraMosaic *mosaic = &job->mosaic;
  ArraAnswer *answer = &job->answers[index];
  Walk walk = { .job = job,
                .answer = answer,
                .index = index,
                .n = mosaic->window_rows * mosaic->window_columns,
                .cancellable = cancellable };

  arra_job_mosaic_restore (job, index);
  job->n_begun = MAX (job->n_begun, index + 1);
  arra_job_mosaic_preview (job, index, NULL, cancellable);
  arra_job_report (job, ARRA_PHASE_PROMPT, index, NULL, 0, TRUE);
  for (guint i = 0; i < mosaic->n_stages; i++)
    {
      walk.stage = &mosaic->stages[i];
      if (walk.stage->end <= answer->n_tokens)
        continue;
      if (!run_stage (&walk, error))
        return FALSE;
      arra_job_mosaic_preview (job, index, walk.stage, cancellable);
    }
  answer->finished = TRUE;
  arra_job_report (job, ARRA_PHASE_TOKENS, index, NULL, 0, TRUE);
  return TRUE;
}
