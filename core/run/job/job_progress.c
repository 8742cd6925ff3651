/* job_progress.c - what a running job tells: how far it is, how long it will take, and the picture forming
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint.h"
#include "job.h"
#include "job_mosaic.h"

typedef struct
{
  double done, total; /* total 0: not known */
} Amount;

double
arra_job_clock (void)
{
  return (double) g_get_monotonic_time () * 1e-6;
}

static Amount
count_tokens (const ArraJob *job)
{
  Amount tokens = { 0, 0 };

  for (guint i = 0; i < job->n_begun; i++)
    tokens.done += job->answers[i].n_tokens;
  if (job->request.width > 0)
    tokens.total = (double) job->request.count * arra_capacities_kept (&job->capacities);
  return tokens;
}

/* Codes of the pictures that arra_job_decode() will turn into pixels; @decoded: of the one at hand. */
static Amount
count_codes (const ArraJob *job, double decoded)
{
  const double picture = arra_job_is_mosaic (job)
                             ? arra_job_mosaic_decoded (job)
                             : (double) job->capacities.picture_rows * job->capacities.picture_columns;
  Amount codes = { 0, 0 };

  if (job->decoder == NULL || job->request.width == 0)
    return codes;
  codes.done = picture * (job->kept->len + decoded);
  codes.total = picture * job->request.count;
  return codes;
}

static double
fraction_of (ArraJob *job, Amount tokens, Amount codes)
{
  double fraction = arra_pace_fraction (&job->pace, tokens.done, tokens.total, codes.done, codes.total);

  if (tokens.total <= 0)
    {
      guint finished = 0;

      for (guint i = 0; i < job->n_begun; i++)
        finished += job->answers[i].finished ? 1 : 0;
      fraction = (double) finished / job->request.count;
    }
  job->fraction = CLAMP (fraction, job->fraction, 1);
  return job->fraction;
}

void
arra_job_report (ArraJob *job,
                 ArraPhase phase,
                 guint answer,
                 const ArraPicture *preview,
                 double decoded,
                 gboolean always)
{
  const double now = arra_job_clock ();
  const gboolean due = job->progress != NULL && arra_pace_may_report (&job->pace, now);
  Amount tokens, codes;
  ArraProgress progress;

  if (job->progress == NULL || !(due || always || preview != NULL))
    return;
  tokens = count_tokens (job);
  codes = count_codes (job, decoded);
  progress = (ArraProgress) { .phase = phase,
                              .answer = answer,
                              .tokens_done = job->answers[answer].n_tokens,
                              .tokens_total = tokens.total > 0 ? arra_capacities_kept (&job->capacities) : 0,
                              .fraction = fraction_of (job, tokens, codes),
                              .tokens_per_second = arra_pace_tokens_per_second (&job->pace),
                              .seconds_left = -1,
                              .preview = preview };
  if (tokens.total > 0)
    progress.seconds_left
        = arra_pace_left (&job->pace, tokens.total - tokens.done, MAX (codes.total - codes.done, 0), now);
  job->progress (&progress, job->progress_data);
}

void
arra_job_preview (ArraJob *job, guint answer, GCancellable *cancellable)
{
  const ArraAnswer *tokens = &job->answers[answer];
  ArraPictureSpan span;
  ArraPicture picture;

  if (!job->previews || job->progress == NULL || job->decoder == NULL
      || job->session.picture_start < job->prompt_length)
    return;
  if (!arra_answer_find_picture (tokens, job->checkpoint->layout, job->session.picture_start - job->prompt_length,
                                 &span))
    return;
  if (span.begin != job->previewed_begin)
    job->previewed_rows = 0;
  job->previewed_begin = span.begin;
  if (span.rows_finished <= job->previewed_rows || span.rows > job->capacities.picture_rows
      || span.columns > job->capacities.picture_columns
      || !arra_pace_may_preview (&job->pace, span.rows_finished * span.columns, arra_job_clock ()))
    return;
  if (arra_job_decode_span (job, tokens, &span, job->preview, &picture, TRUE, NULL, NULL, cancellable, NULL))
    {
      job->previewed_rows = span.rows_finished;
      arra_job_report (job, ARRA_PHASE_TOKENS, answer, &picture, 0, TRUE);
    }
  arra_pace_mark (&job->pace, arra_job_clock ());
}
