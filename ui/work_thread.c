/* work_thread.c - what the working thread does: open, make tokens, turn them into pixels
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "work_private.h"

#include <arra-prompt.h>
#include <string.h>

#include "gallery.h"

static void
report (const ArraProgress *progress, gpointer data)
{
  ArraWork *work = data;
  ArraWorkState state = { .answer = progress->answer,
                          .count = work->request.count,
                          .fraction = progress->fraction,
                          .left = progress->seconds_left,
                          .height = work->order.task == ARRA_TASK_GENERATE ? work->request.height : 0 };

  if (progress->tokens_per_second > 0)
    work->rate = progress->tokens_per_second;
  state.rate = work->rate;
  state.phase = progress->phase == ARRA_PHASE_PROMPT     ? ARRA_WORK_PROMPT
                : progress->phase == ARRA_PHASE_DECODING ? ARRA_WORK_DECODING
                                                         : ARRA_WORK_TOKENS;
  if (progress->tokens_total == 0 && progress->fraction <= 0)
    state.fraction = -1;
  arra_work_post_state (work, &state, progress->preview);
}

GCancellable *
arra_work_begin_stretch (ArraWork *work)
{
  GCancellable *cancellable = g_cancellable_new ();

  g_mutex_lock (&work->lock);
  g_clear_object (&work->current);
  work->current = g_object_ref (cancellable);
  if (work->stop)
    g_cancellable_cancel (cancellable);
  g_mutex_unlock (&work->lock);
  return cancellable;
}

gboolean
arra_work_open_checkpoint (ArraWork *work,
                           ArraCheckpoint *described,
                           const char *text_encoder,
                           guint count,
                           GError **error)
{
  const ArraWorkState state = { .phase = ARRA_WORK_OPENING, .count = count, .fraction = -1, .left = -1 };
  g_autoptr (GCancellable) cancellable = NULL;

  if (work->checkpoint != NULL
      && strcmp (arra_checkpoint_fingerprint (work->checkpoint), arra_checkpoint_fingerprint (described)) == 0)
    return TRUE;
  arra_work_post_state (work, &state, NULL);
  g_clear_pointer (&work->checkpoint, arra_checkpoint_unref);
  cancellable = arra_work_begin_stretch (work);
  work->checkpoint = arra_checkpoint_open_with_text_encoder (arra_checkpoint_path (described), text_encoder, FALSE,
                                                             cancellable, error);
  return work->checkpoint != NULL;
}

/* What is needed to make it again from one of its rows on. */
static void
add_codes (ArraWork *work, guint answer, guint index, ArraMade *made)
{
  if (work->order.scene != NULL)
    made->scene = arra_scene_ref (work->order.scene);
  else
    made->codes = arra_job_codes (work->making.job, answer, index, &made->code_rows, &made->code_columns);
}

/* A picture that cannot be kept is not lost: it is told all the same, with why. */
static void
keep (ArraWork *work, gboolean finished, ArraMade *made)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  if (work->gallery == NULL || work->order.scene != NULL)
    return;
  id = arra_gallery_add (work->gallery, work->kept_prompt ? made->recipe : made->recipe_bare, made->index, &error);
  if (id == NULL)
    made->lost = g_strdup (error->message);
  else if (!finished)
    g_ptr_array_add (work->stopped_ids, g_steal_pointer (&id));
}

/* The rows of a picture that is told whole now, or with more rows. */
static void
forget_rows (ArraWork *work)
{
  for (guint i = 0; work->gallery != NULL && i < work->stopped_ids->len; i++)
    if (!arra_gallery_is_favourite (work->gallery, work->stopped_ids->pdata[i]))
      arra_gallery_remove (work->gallery, work->stopped_ids->pdata[i], NULL);
  g_ptr_array_set_size (work->stopped_ids, 0);
}

/* Without a score when it is to stop meanwhile. */
static void
add_score (ArraWork *work, guint answer, ArraMade *made)
{
  made->scored = work->request.scored && !arra_made_is_partial (made)
                 && arra_job_score (work->making.job, answer, &made->score, work->current, NULL);
}

static double
measure_pace (const ArraWork *work)
{
  return (double) (g_get_monotonic_time () - work->began) * 1e-6
         / (double) MAX (arra_job_count_tokens (work->making.job) - work->tokens_before, 1);
}

static gboolean
tell_picture (ArraWork *work, guint answer, guint index, gboolean finished, GError **error)
{
  ArraPicture picture;
  ArraMade *made = NULL;

  if (arra_making_picture (&work->making, answer, index, &picture, work->abandon, error))
    made = arra_made_new (&picture, error);
  if (made == NULL)
    return FALSE;
  made->whole_height
      = arra_made_whole_height (&picture, work->order.scene != NULL ? work->order.scene->height : work->request.height);
  made->seamless = work->request.seamless;
  add_codes (work, answer, index, made);
  add_score (work, answer, made);
  made->batch = work->batch;
  made->answer = work->request.first + answer;
  made->index = index;
  made->seed = work->request.seed;
  made->prompt = g_strdup (work->request.prompt);
  made->recipe = arra_job_recipe (work->making.job, answer, TRUE);
  made->recipe_bare = arra_job_recipe (work->making.job, answer, FALSE);
  made->from = arra_checkpoint_ref (work->described);
  made->pace = finished ? measure_pace (work) : 0;
  keep (work, finished, made);
  arra_work_post_made (work, made);
  return TRUE;
}

static gboolean
tell_answer (ArraWork *work, guint answer, gboolean finished, GError **error)
{
  const guint n = arra_job_n_pictures (work->making.job, answer);

  if (n == 0 && finished)
    arra_work_post_said (work, arra_job_text (work->making.job, answer));
  forget_rows (work);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) fault = NULL;

      if (tell_picture (work, answer, i, finished, &fault))
        continue;
      /* a stopped picture may not have a single row */
      if (!finished && g_error_matches (fault, ARRA_ERROR, ARRA_ERROR_NOT_FOUND))
        continue;
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  return TRUE;
}

/* Each picture is shown as soon as it is finished. */
static gboolean
finished (ArraJob *job, guint answer, gpointer data, GError **error)
{
  ArraWork *work = data;

  work->n_told = answer + 1;
  return tell_answer (work, answer, TRUE, error);
}

static void
report_looking (const ArraProgress *progress, gpointer data)
{
  ArraWork *work = data;
  const ArraWorkState state
      = { .phase = ARRA_WORK_LOOKING, .count = work->request.count, .fraction = progress->fraction, .left = -1 };

  arra_work_post_state (work, &state, NULL);
}

static gboolean
make_job (ArraWork *work, GError **error)
{
  g_autoptr (GCancellable) cancellable = NULL;

  if (work->making.job != NULL)
    return TRUE;
  if (!arra_work_open_checkpoint (work, work->described, work->order.text_encoder, work->request.count, error))
    return FALSE;
  cancellable = arra_work_begin_stretch (work);
  if (!arra_making_begin (&work->making, work->checkpoint, &work->request, &work->order, report_looking, work,
                          cancellable, error))
    {
      arra_making_clear (&work->making);
      return FALSE;
    }
  arra_job_set_progress (work->making.job, report, work, TRUE);
  arra_job_set_finished (work->making.job, finished, work);
  return TRUE;
}

/* TRUE when everything is finished. A stopped answer is told as far as it came. */
static gboolean
run (ArraWork *work, GError **error)
{
  g_autoptr (GCancellable) cancellable = arra_work_begin_stretch (work);
  g_autoptr (GError) fault = NULL;
  gboolean told = TRUE;

  if (arra_job_run (work->making.job, cancellable, &fault))
    return TRUE;
  if (g_error_matches (fault, G_IO_ERROR, G_IO_ERROR_CANCELLED) && arra_job_n_answers (work->making.job) > work->n_told)
    told = tell_answer (work, work->n_told, FALSE, error);
  if (told)
    g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

gpointer
arra_work_thread (gpointer data)
{
  ArraWork *work = data;
  GError *error = NULL;

  if (make_job (work, &error))
    {
      work->tokens_before = arra_job_count_tokens (work->making.job);
      work->began = g_get_monotonic_time ();
      run (work, &error);
    }
  arra_work_post_done (work, error);
  return NULL;
}
