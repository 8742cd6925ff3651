/* job_mosaic.c - the loop from token to token through the windows of a mosaic
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "job_mosaic.h"

#include <string.h>

#include "checkpoint.h"
#include "fail.h"
#include "job.h"
#include "mem.h"
#include "request_mosaic.h"
#include "session_together.h"

#define TRY_SHIFT 27    /* numbers of pictures lie below */
#define BORDER_TRIES 16 /* tries beside edges have noise of their own */
#define LAST_CODES 2    /* of a run: they decide how well it meets what follows */

/* The window at hand. */
typedef struct
{
  ArraJob *job;
  ArraAnswer *answer;
  guint index;          /* of the answer */
  ArraSession *session; /* through which the window is seen */
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

/* The known codes behind a run of @n that touch it, and those between: of its row, and of the next one to below its
 * end. What is still to be made here ends them. */
static guint
followers (const Walk *walk, guint n, guint32 *codes)
{
  const ArraMosaic *mosaic = &walk->job->mosaic;
  const guint next = walk->cursor + n, begin = walk->place + n, columns = mosaic->window_columns;
  const guint row_end = (begin + columns - 1) / columns * columns, below = MIN (begin + columns, walk->n);
  const guint stop = next < walk->stage->end ? mosaic->cells[next] : G_MAXUINT;
  guint end = begin;

  while (end < below && cell_of (walk, end) != stop)
    end++;
  if (end < begin + columns)
    end = MIN (end, row_end);
  for (guint place = begin; place < end; place++)
    codes[place - begin] = mosaic->codes[cell_of (walk, place)];
  return end - begin;
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

  if (!arra_session_pass_between (walk->session, error)
      || !arra_session_next (walk->session, &job->sampling, picture_of (walk, try), position_of (job, cell), &id,
                             report_reading, walk, walk->cancellable, error))
    return FALSE;
  *code = (guint32) arra_layout_code (job->checkpoint->layout, id);
  arra_pace_token (&job->pace, arra_job_clock ());
  arra_job_report (job, ARRA_PHASE_TOKENS, walk->index, NULL, 0, FALSE);
  return arra_session_push (walk->session, id, error);
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
      tries->sessions[i] = i + 1 < tries->n ? &job->branches[i] : &job->session;
      tries->pictures[i] = picture_of (walk, tries->first + i);
      if (i + 1 < tries->n)
        arra_session_continue (tries->sessions[i], &job->session);
    }
  return TRUE;
}

/* The next code of each of @n sessions, for a cell of its own, by the noise of a picture of its own. */
static gboolean
next_codes (const Walk *walk,
            ArraSession *const *sessions,
            guint n,
            const guint *cells,
            const guint32 *pictures,
            guint32 *codes,
            GError **error)
{
  ArraJob *job = walk->job;
  guint32 ids[ARRA_MOST_TOGETHER], positions[ARRA_MOST_TOGETHER] = { 0 };

  for (guint i = 0; i < n; i++)
    {
      positions[i] = position_of (job, cells[i]);
      if (!arra_session_pass_between (sessions[i], error))
        return FALSE;
    }
  if (!arra_sessions_next (sessions, n, &job->sampling, pictures, positions, ids, walk->cancellable, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      codes[i] = (guint32) arra_layout_code (job->checkpoint->layout, ids[i]);
      arra_pace_token (&job->pace, arra_job_clock ());
      if (!arra_session_push (sessions[i], ids[i], error))
        return FALSE;
    }
  return TRUE;
}

/* Code @index of the run, of each try. */
static gboolean
make_codes (Walk *walk, Tries *tries, guint index, GError **error)
{
  guint cells[ARRA_MOST_TOGETHER];
  guint32 codes[ARRA_MOST_TOGETHER];

  for (guint i = 0; i < tries->n; i++)
    cells[i] = walk->job->mosaic.cells[walk->cursor + index];
  if (!next_codes (walk, tries->sessions, tries->n, cells, tries->pictures, codes, error))
    return FALSE;
  for (guint i = 0; i < tries->n; i++)
    codes_of (walk, i)[index] = codes[i];
  arra_job_report (walk->job, ARRA_PHASE_TOKENS, walk->index, NULL, 0, FALSE);
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
  if (!arra_session_likelihood (session, &job->room, job->following, n_following, job->sampling.guidance_scale, TRUE,
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

/* Rows above the last one of a hole are chosen without a look at what is below it: the last one makes up for them. */
static gboolean
is_above_known (const Walk *walk, guint n_following)
{
  return n_following == walk->job->mosaic.window_columns;
}

static guint
tries_of (const Walk *walk, guint n_following)
{
  const ArraJob *job = walk->job;

  if (n_following == 0)
    return 1;
  return is_above_known (walk, n_following) ? arra_request_most_tries (&job->request) : job->n_tries;
}

/* Of several tries of a run the one stays that makes what follows likeliest. */
static gboolean
choose_run (Walk *walk, guint n, GError **error)
{
  ArraJob *job = walk->job;
  const guint begin = job->session.n_ids, n_following = followers (walk, n, job->following);
  const guint n_tries = tries_of (walk, n_following);
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

/* Only the last codes of a row touch what follows beside it: what lies before them is made once. A row with nothing
 * before it has seen nothing of what goes on in what follows: all of it is tried. */
static gboolean
make_run (Walk *walk, guint n, GError **error)
{
  const guint n_following = followers (walk, n, walk->job->following);
  const gboolean begins_row = walk->place % walk->job->mosaic.window_columns == 0;

  return choose_run (walk, n > LAST_CODES && !begins_row && !is_above_known (walk, n_following) ? n - LAST_CODES : n,
                     error);
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

/* Reads what an earlier run made, and what is known, up to the next code that is to be made, if there is one. */
static gboolean
read_known (Walk *walk, GError **error)
{
  const ArraMosaic *mosaic = &walk->job->mosaic;

  while (walk->cursor < walk->stage->end)
    {
      const guint cell = cell_of (walk, walk->place);
      const gboolean made = mosaic->cells[walk->cursor] == cell;

      if (made && mosaic->turns[walk->cursor] >= walk->answer->n_tokens)
        break;
      if (!arra_session_push_code (walk->session, mosaic->codes[cell], error))
        return FALSE;
      walk->cursor += made ? 1 : 0;
      walk->place++;
    }
  return TRUE;
}

static gboolean
begin_stage (Walk *walk, const ArraMosaicStage *stage, GError **error)
{
  const ArraMosaic *mosaic = &walk->job->mosaic;

  walk->stage = stage;
  walk->cursor = stage->begin;
  walk->place = 0;
  return arra_session_begin_picture (walk->session, walk->job->prompt_length, mosaic->window_rows,
                                     mosaic->window_columns, error);
}

/* One window alone. */
static gboolean
run_stage (Walk *walk, const ArraMosaicStage *stage, GError **error)
{
  if (!begin_stage (walk, stage, error))
    return FALSE;
  arra_pace_mark (&walk->job->pace, arra_job_clock ());
  while (read_known (walk, error))
    {
      if (walk->cursor == stage->end)
        return TRUE;
      if (!make_next (walk, run_length (walk), error))
        return FALSE;
    }
  return FALSE;
}

/* Windows side by side. */
typedef struct
{
  Walk walks[ARRA_MOST_TOGETHER];
  guint n;
} Wave;

static gboolean
begin_wave (Wave *wave, const Walk *walk, const ArraMosaicStage *stages, GError **error)
{
  ArraJob *job = walk->job;

  wave->n = stages[0].together;
  for (guint i = 0; i < wave->n; i++)
    {
      wave->walks[i] = *walk;
      wave->walks[i].session = i == 0 ? &job->session : &job->branches[i - 1];
      if (i > 0)
        arra_session_follow (wave->walks[i].session, &job->session);
      if (!begin_stage (&wave->walks[i], &stages[i], error))
        return FALSE;
      if (i == 0 && !arra_session_read_ahead (&job->session, walk->cancellable, error))
        return FALSE;
    }
  return TRUE;
}

/* Those windows whose turn it is: each makes a code, the first of them the next one of the picture. Returns how
 * many. */
static gboolean
read_wave (Wave *wave, Walk **next, guint *n_next, GError **error)
{
  *n_next = 0;
  for (guint i = 0; i < wave->n; i++)
    {
      Walk *walk = &wave->walks[i];

      if (!read_known (walk, error))
        return FALSE;
      if (walk->cursor < walk->stage->end && walk->job->mosaic.turns[walk->cursor] == walk->answer->n_tokens + *n_next)
        next[(*n_next)++] = walk;
    }
  return TRUE;
}

static gboolean
make_wave (Walk *const *walks, guint n, GError **error)
{
  ArraSession *sessions[ARRA_MOST_TOGETHER];
  guint cells[ARRA_MOST_TOGETHER];
  guint32 pictures[ARRA_MOST_TOGETHER], codes[ARRA_MOST_TOGETHER];

  for (guint i = 0; i < n; i++)
    {
      sessions[i] = walks[i]->session;
      cells[i] = walks[i]->job->mosaic.cells[walks[i]->cursor];
      pictures[i] = picture_of (walks[i], 0);
    }
  if (!next_codes (walks[0], sessions, n, cells, pictures, codes, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    keep_code (walks[i], codes[i]);
  arra_job_report (walks[0]->job, ARRA_PHASE_TOKENS, walks[0]->index, NULL, 0, FALSE);
  return TRUE;
}

static gboolean
run_wave (const Walk *walk, const ArraMosaicStage *stages, GError **error)
{
  Walk *next[ARRA_MOST_TOGETHER];
  Wave wave;
  guint n;

  if (!begin_wave (&wave, walk, stages, error))
    return FALSE;
  arra_pace_mark (&walk->job->pace, arra_job_clock ());
  while (read_wave (&wave, next, &n, error))
    {
      if (n == 0)
        return TRUE;
      if (!make_wave (next, n, error))
        return FALSE;
    }
  return FALSE;
}

gboolean
arra_job_mosaic_run (ArraJob *job, guint index, GCancellable *cancellable, GError **error)
{
  ArraMosaic *mosaic = &job->mosaic;
  ArraAnswer *answer = &job->answers[index];
  Walk walk = { .job = job,
                .answer = answer,
                .index = index,
                .session = &job->session,
                .n = mosaic->window_rows * mosaic->window_columns,
                .cancellable = cancellable };

  arra_job_mosaic_restore (job, index);
  job->n_begun = MAX (job->n_begun, index + 1);
  arra_job_mosaic_preview (job, index, NULL, cancellable);
  arra_job_report (job, ARRA_PHASE_PROMPT, index, NULL, 0, TRUE);
  for (guint i = 0; i < mosaic->n_stages; i += mosaic->stages[i].together)
    {
      const ArraMosaicStage *stages = &mosaic->stages[i];
      const guint n = stages[0].together;

      if (stages[n - 1].end <= answer->n_tokens)
        continue;
      if (!(n > 1 ? run_wave (&walk, stages, error) : run_stage (&walk, stages, error)))
        return FALSE;
      for (guint stage = 0; stage < n; stage++)
        arra_job_mosaic_preview (job, index, &stages[stage], cancellable);
    }
  answer->finished = TRUE;
  arra_job_report (job, ARRA_PHASE_TOKENS, index, NULL, 0, TRUE);
  return TRUE;
}
