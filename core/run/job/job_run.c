/* job_run.c - the loop from token to token, over all answers
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint.h"
#include "fail.h"
#include "job.h"
#include "job_mosaic.h"
#include "mem.h"

typedef struct
{
  ArraJob *job;
  guint answer;
} Reading;

static gboolean
is_fixed (const ArraJob *job)
{
  return job->request.width > 0;
}

static void
report_reading (guint done, guint total, gpointer data)
{
  const Reading *reading = data;

  arra_job_report (reading->job, ARRA_PHASE_PROMPT, reading->answer, NULL, 0, FALSE);
}

/* What the model says can be unreadable; then the message must not read as a fault of ours. */
static gboolean
append (ArraJob *job, ArraAnswer *answer, guint32 id, GError **error)
{
  g_autoptr (GError) fault = NULL;

  if (!arra_session_push (&job->session, id, &fault))
    return arra_fail (error, ARRA_ERROR_FAILED, "%s gave an answer that is no picture: %s", job->checkpoint->path,
                      fault->message);
  answer->tokens[answer->n_tokens++] = id;
  return TRUE;
}

/* What a picture of the size asked for begins with. */
static gboolean
begin_fixed (ArraJob *job, ArraAnswer *answer, GError **error)
{
  guint32 head[ARRA_LAYOUT_HEAD];
  const guint n
      = arra_layout_head (job->checkpoint->layout, job->capacities.picture_rows, job->capacities.picture_columns, head);

  for (guint i = 0; i < n; i++)
    if (!append (job, answer, head[i], error))
      return FALSE;
  return TRUE;
}

/* Brings the session to the end of what the answer has, which is nothing at first. */
static gboolean
enter (ArraJob *job, guint index, GError **error)
{
  ArraAnswer *answer = &job->answers[index];

  if (job->current == index)
    return TRUE;
  job->current = ARRA_NO_ANSWER;
  arra_session_rewind (&job->session, job->prompt_length);
  for (guint i = 0; i < answer->n_tokens; i++)
    if (!arra_session_push (&job->session, answer->tokens[i], error))
      return FALSE;
  if (answer->n_tokens == 0 && is_fixed (job) && !begin_fixed (job, answer, error))
    return FALSE;
  job->n_begun = MAX (job->n_begun, index + 1);
  job->current = index;
  job->previewed_rows = 0;
  return TRUE;
}

static gboolean
is_complete (const ArraJob *job, const ArraAnswer *answer)
{
  if (answer->n_tokens >= job->capacities.answer_tokens)
    return TRUE;
  return (is_fixed (job) || !arra_layout_has_text (job->checkpoint->layout))
         && job->session.grammar.expect == ARRA_EXPECT_TEXT;
}

gboolean
arra_job_step (ArraJob *job, guint index, GCancellable *cancellable, GError **error)
{
  ArraAnswer *answer = &job->answers[index];
  Reading reading = { job, index };
  guint32 id;

  if (!enter (job, index, error))
    return FALSE;
  if (!arra_session_next (&job->session, &job->sampling, job->request.first + index, answer->n_tokens, &id,
                          report_reading, &reading, cancellable, error))
    return FALSE;
  if (arra_grammar_ends (&job->session.grammar, id))
    {
      answer->finished = TRUE;
      return TRUE;
    }
  if (!append (job, answer, id, error))
    return FALSE;
  answer->finished = is_complete (job, answer);
  return TRUE;
}

static gboolean
write_answer (ArraJob *job, guint index, GCancellable *cancellable, GError **error)
{
  ArraAnswer *answer = &job->answers[index];
  gboolean read = FALSE;

  if (arra_job_is_mosaic (job))
    return arra_job_mosaic_run (job, index, cancellable, error);
  if (!enter (job, index, error))
    return FALSE;
  arra_job_report (job, ARRA_PHASE_PROMPT, index, NULL, 0, TRUE);
  while (!answer->finished)
    {
      if (!arra_job_step (job, index, cancellable, error))
        return FALSE;
      /* the first step reads the prompt: it says nothing about the speed of tokens */
      if (read)
        arra_pace_token (&job->pace, arra_job_clock ());
      else
        arra_pace_mark (&job->pace, arra_job_clock ());
      arra_job_report (job, ARRA_PHASE_TOKENS, index, NULL, 0, !read || answer->finished);
      read = TRUE;
      arra_job_preview (job, index, cancellable);
    }
  return TRUE;
}

static gboolean
read_text (ArraJob *job, guint index, GCancellable *cancellable, GError **error)
{
  if (job->text != NULL)
    arra_job_report (job, ARRA_PHASE_PROMPT, index, NULL, 0, TRUE);
  return arra_job_read_text (job, cancellable, error);
}

gboolean
arra_job_run (ArraJob *job, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (job != NULL, FALSE);
  g_ptr_array_set_size (job->kept, 0);
  arra_pace_start (&job->pace, arra_job_clock ());
  for (guint index = 0; index < job->request.count; index++)
    {
      if (job->answers[index].finished)
        continue;
      if (job->session.ids == NULL)
        return arra_fail (error, ARRA_ERROR_ARGUMENT,
                          "The saved tokens hold no prompt, so the answer cannot be continued");
      if (!read_text (job, index, cancellable, error) || !write_answer (job, index, cancellable, error)
          || (job->finished != NULL && !job->finished (job, index, job->finished_data, error)))
        return FALSE;
    }
  return TRUE;
}
