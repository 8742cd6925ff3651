/* job_mosaic.c - the loop from token to token through the windows of a mosaic
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "job_mosaic.h"

#include <string.h>

#include "checkpoint.h"
#include "fail.h"
#include "job.h"
#include "mem.h"
#include "session_together.h"

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

/* Of the noise of @try. */
static guint32
picture_of (const Walk *walk, guint try)
{
  const guint border = walk->stage->begin >= walk->job->mosaic.n_first ? BORDER_TRIES : 0;

  return (walk->job->request.first + walk->index) | (guint32) (border + try) << TRY_SHIFT;
}

static guint32
position_of (const ArraJob *job, guint cell)
{
  const ArraLayout *layout = job->checkpoint->layout;

  return (guint32) layout->class->place (layout, job->mosaic.columns, cell);
}

/* The next code by the noise of @try, appended to the sequence. */
static gboolean
make_code (Walk *walk, guint cell, guint try, guint32 *code, GError **error)
{
  ArraJob *job = walk->job;
  guint32 id;

  if (!arra_session_pass_between (&job->session, error)
      || !arra_session_next (&job->session, &job->sampling, picture_of (walk, try), position_of (job, cell), &id,
                             report_reading, walk, walk->cancellable, error))
    return FALSE;
  *code = (guint32) arra_layout_code (job->checkpoint->layout, id);
  arra_pace_token (&job->pace, arra_job_clock ());
  arra_job_report (job, ARRA_PHASE_TOKENS, walk->index, NULL, 0, FALSE);
  return arra_session_push (&job->session, id, error);
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

/* Tries of a run that are made side by side. */
typedef struct
{
  guint first, n; /* tries */
  guint length;   /* codes of the run */
  ArraSession *sessions[ARRA_MOST_TOGETHER];
  guint32 pictures[ARRA_MOST_TOGETHER]; /* of the noise */
} Tries;

static guint32 *
codes_of (const Walk *walk, guint place)
{
  return walk->job->tried + (gsize) (1 + place) * walk->n;
}

/* All of them begin where the job's session is. */
static gboolean
begin_tries (Walk *walk, Tries *tries, GError **error)
{
  ArraJob *job = walk->job;

  if (!arra_session_read_ahead (&job->session, walk->cancellable, error))
    return FALSE;
  for (guint i = 0; i < tries->n; i++)
    {
      tries->sessions[i] = i == 0 ? &job->session : &job->branches[i - 1];
      tries->pictures[i] = picture_of (walk, tries->first + i);
      if (i > 0)
        arra_session_follow (tries->sessions[i], &job->session);
    }
  return TRUE;
}

/* Code @index of the run, of each try. */
static gboolean
make_codes (Walk *walk, Tries *tries, guint index, GError **error)
{
  ArraJob *job = walk->job;
  const guint cell = job->mosaic.cells[walk->cursor + index];
  guint32 ids[ARRA_MOST_TOGETHER];

  for (guint i = 0; i < tries->n; i++)
    if (!arra_session_pass_between (tries->sessions[i], error))
      return FALSE;
  if (!arra_sessions_next (tries->sessions, tries->n, &job->sampling, tries->pictures, position_of (job, cell), ids,
                           walk->cancellable, error))
    return FALSE;
  for (guint i = 0; i < tries->n; i++)
    {
      codes_of (walk, i)[index] = (guint32) arra_layout_code (job->checkpoint->layout, ids[i]);
      arra_pace_token (&job->pace, arra_job_clock ());
      if (!arra_session_push (tries->sessions[i], ids[i], error))
        return FALSE;
    }
  arra_job_report (job, ARRA_PHASE_TOKENS, walk->index, NULL, 0, FALSE);
  return TRUE;
}

static gboolean
make_tries (Walk *walk, Tries *tries, GError **error)
{
  if (tries->n > 1)
    {
      if (!begin_tries (walk, tries, error))
        return FALSE;
      for (guint i = 0; i < tries->length; i++)
        if (!make_codes (walk, tries, i, error))
          return FALSE;
      return TRUE;
    }
  tries->sessions[0] = &walk->job->session;
  for (guint i = 0; i < tries->length; i++)
    if (!make_code (walk, walk->job->mosaic.cells[walk->cursor + i], tries->first, &codes_of (walk, 0)[i], error))
      return FALSE;
  return TRUE;
}

/* How likely what follows is behind a try. */
static gboolean
rank_try (Walk *walk, ArraSession *session, guint n_following, double *sum, GError **error)
{
  ArraJob *job = walk->job;

  *sum = 0;
  if (n_following == 0)
    return TRUE;
  if (!arra_session_likelihood (session, &job->room, job->following, n_following, job->sampling.guidance_scale,
                                job->likelihoods, walk->cancellable, error))
    return FALSE;
  for (guint i = 0; i < n_following; i++)
    *sum += job->likelihoods[i].guided;
  return TRUE;
}

/* Makes tries, and puts the best of them and of those before into job->tried. */
static gboolean
compare_tries (Walk *walk, Tries *tries, guint n_following, double *best, GError **error)
{
  if (!make_tries (walk, tries, error))
    return FALSE;
  for (guint i = 0; i < tries->n; i++)
    {
      double sum;

      if (!rank_try (walk, tries->sessions[i], n_following, &sum, error))
        return FALSE;
      if (tries->first + i > 0 && sum <= *best)
        continue;
      memcpy (walk->job->tried, codes_of (walk, i), tries->length * sizeof (guint32));
      *best = sum;
    }
  return TRUE;
}

/* Of several tries of a run the one stays that makes what follows likeliest. */
static gboolean
make_run (Walk *walk, guint n, GError **error)
{
  ArraJob *job = walk->job;
  const guint begin = job->session.n_ids, n_following = followers (walk, n, job->following);
  const guint n_tries = n_following > 0 ? job->n_tries : 1;
  double best = 0;

  for (guint first = 0; first < n_tries; first += job->n_together)
    {
      Tries tries = { .first = first, .n = MIN (job->n_together, n_tries - first), .length = n };

      if (!compare_tries (walk, &tries, n_following, &best, error))
        return FALSE;
      arra_session_rewind (&job->session, begin);
    }
  for (guint i = 0; i < n; i++)
    {
      if (!arra_session_push_code (&job->session, job->tried[i], error))
        return FALSE;
      keep_code (walk, job->tried[i]);
    }
  return TRUE;
}

static gboolean
make_next (Walk *walk, guint n, GError **error)
{
  guint32 code;

  if (walk->stage->ranked)
    return make_run (walk, n, error);
  if (!make_code (walk, walk->job->mosaic.cells[walk->cursor], 0, &code, error))
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
