/* trainer.c - the loop that every training runs in
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "trainer.h"

#include <math.h>
#include <string.h>

#include "fail.h"
#include "loss_plot.h"
#include "metrics_file.h"
#include "model_folder.h"
#include "training_state.h"

typedef struct
{
  const ArraTrainee *trainee;
  const ArraYaml *config;
  const ArraTrainerSettings *settings;
  const ArraTrainCalls *calls;
  char *state_path, *model_path, *plot_path, *sample_path;
  ArraTrainingFolder *folder, *own_folder; /* the latter is NULL when the caller has claimed it */
  ArraMetricsFile *metrics;
  ArraTrainingProgress progress;
  ArraMetricsRow row;       /* of the step at hand */
  double valid;             /* the last validation loss */
  gboolean validated;       /* after the step at hand */
  gint64 started, saved_at; /* monotonic time */
  guint64 first_step;       /* of this run */
  double seconds_before;    /* of the runs before */
} Trainer;

/* ------------------------------------------------------------------ helpers */

static double
seconds_since (gint64 time)
{
  return (double) (g_get_monotonic_time () - time) * 1e-6;
}

static gboolean
is_due (guint64 step, guint64 every)
{
  return every > 0 && step % every == 0;
}

static guint
n_metrics (const Trainer *t)
{
  return g_strv_length ((char **) t->trainee->klass->metrics);
}

static guint
n_valid_metrics (const Trainer *t)
{
  const char *const *names = t->trainee->klass->valid_metrics;

  return names != NULL ? g_strv_length ((char **) names) : 0;
}

/* Whether this process writes. */
static gboolean
leads (const Trainer *t)
{
  return arra_parallel_leads (t->calls->parallel);
}

static gboolean
can_validate (const Trainer *t)
{
  return t->trainee->klass->validate != NULL;
}

static gboolean
is_over (const Trainer *t)
{
  return t->progress.step >= t->settings->steps
         || (t->settings->patience > 0 && t->progress.n_worse >= t->settings->patience);
}

/* ------------------------------------------------------------------ what is kept */

static gboolean
draw_plot (Trainer *t, GError **error)
{
  g_autofree char *title = g_strdup_printf ("%s: %s", t->trainee->klass->kind, t->trainee->klass->metrics[0]);
  ArraLossPlot plot = { .title = title };

  plot.training = arra_metrics_file_training (t->metrics, &plot.n_training);
  plot.validation = arra_metrics_file_validation (t->metrics, &plot.n_validation);
  return arra_loss_plot_write (&plot, t->plot_path, error);
}

/* Without validation, and before the first, the last model is the model. It is saved before the state: a
 * training killed in between makes it once more. */
static gboolean
save (Trainer *t, GError **error)
{
  t->progress.seconds = t->seconds_before + seconds_since (t->started);
  if (!leads (t))
    return TRUE;
  if (t->progress.n_validated == 0 && !arra_model_folder_save (t->model_path, t->trainee, error))
    return FALSE;
  if (!arra_training_state_save (t->state_path, t->trainee, t->config, &t->progress, error))
    return FALSE;
  arra_training_folder_saved (t->folder);
  t->saved_at = g_get_monotonic_time ();
  return draw_plot (t, error);
}

static gboolean
validate (Trainer *t, GError **error)
{
  ArraTrainingProgress *progress = &t->progress;

  if (!t->trainee->klass->validate (t->trainee->self, t->row.valid_metrics, t->calls->cancel, error))
    return FALSE;
  t->valid = t->row.valid_metrics[0];
  t->validated = TRUE;
  if (!isfinite (t->valid))
    return arra_fail (error, ARRA_ERROR_FAILED,
                      "The validation loss is not a finite number after step %" G_GUINT64_FORMAT
                      "; %s keeps what was saved before",
                      progress->step, t->settings->output);
  if (progress->n_validated++ > 0 && t->valid >= progress->best)
    {
      progress->n_worse++;
      return TRUE;
    }
  progress->best = t->valid;
  progress->best_step = progress->step;
  progress->n_worse = 0;
  return !leads (t) || arra_model_folder_save (t->model_path, t->trainee, error);
}

static gboolean
write_row (Trainer *t, GError **error)
{
  ArraTrainingProgress *progress = &t->progress;

  for (guint i = 0; i < n_metrics (t); i++)
    {
      t->row.metrics[i] = progress->sums[i] / (double) progress->n_summed;
      progress->sums[i] = 0;
    }
  progress->n_summed = 0;
  t->row.step = progress->step;
  t->row.seconds = t->seconds_before + seconds_since (t->started);
  return !leads (t) || arra_metrics_file_add (t->metrics, &t->row, error);
}

static gboolean
sample (Trainer *t, GError **error)
{
  if (t->calls->sample == NULL || !leads (t) || !is_due (t->progress.step, t->settings->sample_every))
    return TRUE;
  return arra_model_folder_save (t->sample_path, t->trainee, error)
         && t->calls->sample (t->sample_path, t->progress.step, t->calls->user, error)
         && arra_folder_remove (t->sample_path, error);
}

/* ------------------------------------------------------------------ a step */

static gboolean
check_finite (const Trainer *t, const double *metrics, GError **error)
{
  for (guint i = 0; i < n_metrics (t); i++)
    if (!isfinite (metrics[i]))
      return arra_fail (
          error, ARRA_ERROR_FAILED,
          "Step %" G_GUINT64_FORMAT
          ": \"%s\" is not a finite number. A lower learning rate may help; %s keeps what was saved before",
          t->progress.step + 1, t->trainee->klass->metrics[i], t->settings->output);
  return TRUE;
}

/* One step of the trainee. The schedule counts from one, so that no step has the rate 0 of a warm-up's begin.
 */
static gboolean
make_step (Trainer *t, double *metrics, GError **error)
{
  ArraTrainingProgress *progress = &t->progress;
  ArraTrainStep step = { .index = progress->step,
                         .learning_rate = arra_lr_at (&t->settings->schedule, (double) (progress->step + 1)),
                         .seed = t->settings->seed };

  if (!t->trainee->klass->step (t->trainee->self, &step, metrics, t->calls->cancel, error)
      || !check_finite (t, metrics, error))
    return FALSE;
  for (guint i = 0; i < n_metrics (t); i++)
    progress->sums[i] += metrics[i];
  progress->n_summed++;
  progress->step++;
  t->row.learning_rate = step.learning_rate;
  return TRUE;
}

static void
tell (Trainer *t, const double *metrics)
{
  double spent = seconds_since (t->started), made = (double) (t->progress.step - t->first_step);
  ArraTrainNews news = { .step = t->progress.step,
                         .steps = t->settings->steps,
                         .learning_rate = t->row.learning_rate,
                         .metrics = metrics,
                         .valid = t->valid,
                         .validated = t->validated };

  if (t->calls->stepped == NULL)
    return;
  if (t->trainee->klass->samples_per_step != NULL)
    news.samples_per_second
        = made * (double) t->trainee->klass->samples_per_step (t->trainee->self) / MAX (spent, 1e-6);
  news.seconds_left = spent / made * (double) (t->settings->steps - t->progress.step);
  if (t->settings->max_minutes > 0)
    news.seconds_left = MIN (news.seconds_left, MAX (t->settings->max_minutes * 60 - spent, 0));
  t->calls->stepped (&news, t->calls->user);
}

/* Everything that follows a step, in an order that leaves OUTPUT sound at any moment: rows, then models, then
 * the state. */
static gboolean
follow_up (Trainer *t, const double *metrics, GError **error)
{
  const ArraTrainerSettings *s = t->settings;
  guint64 step = t->progress.step;
  gboolean last = step >= s->steps;

  t->validated = FALSE;
  for (guint i = 0; i < n_valid_metrics (t); i++)
    t->row.valid_metrics[i] = NAN;
  if (can_validate (t) && (last || is_due (step, s->validate_every)) && !validate (t, error))
    return FALSE;
  if ((last || t->validated || is_due (step, s->log_every)) && !write_row (t, error))
    return FALSE;
  tell (t, metrics);
  if (!sample (t, error))
    return FALSE;
  if (is_over (t) || is_due (step, s->checkpoint_every)
      || (s->checkpoint_minutes > 0 && seconds_since (t->saved_at) >= s->checkpoint_minutes * 60))
    return save (t, error);
  return TRUE;
}

/* Whether to stop before all is done: when any of the processes wants to. */
static gboolean
should_stop (const Trainer *t, ArraTrainEnd *end)
{
  enum
  {
    GO_ON,
    TIME,
    STOPPED,
  } wish
      = GO_ON;
  double limit = t->settings->max_minutes * 60;

  if (g_cancellable_is_cancelled (t->calls->stop))
    wish = STOPPED;
  else if (limit > 0 && seconds_since (t->started) >= limit)
    wish = TIME;
  wish = arra_parallel_largest (t->calls->parallel, wish);
  *end = wish == STOPPED ? ARRA_TRAINED_STOPPED : ARRA_TRAINED_TIME;
  return wish != GO_ON;
}

/* A model that is gone does not come back by itself: the one at hand takes its place. */
static gboolean
bring_back_model (const Trainer *t, GError **error)
{
  return !leads (t) || g_file_test (t->model_path, G_FILE_TEST_EXISTS)
         || arra_model_folder_save (t->model_path, t->trainee, error);
}

static gboolean
run_steps (Trainer *t, ArraTrainEnd *end, GError **error)
{
  double metrics[ARRA_TRAIN_METRICS] = { 0 };

  while (!is_over (t))
    {
      if (should_stop (t, end))
        return save (t, error);
      if (!make_step (t, metrics, error) || !follow_up (t, metrics, error))
        return FALSE;
    }
  *end = t->progress.step >= t->settings->steps ? ARRA_TRAINED_ALL : ARRA_TRAINED_EARLY;
  return bring_back_model (t, error);
}

/* ------------------------------------------------------------------ begin and end */

static gboolean
load (Trainer *t, GError **error)
{
  /* What does not change the parameters after a step, and where things lie: what is learnt from them is hashed. */
  static const char *const ignored[] = { "output",
                                         "data.path",
                                         "data.paths.",
                                         "data.tokens",
                                         "data.features",
                                         "model.tokenizer",
                                         "model.vqgan",
                                         "model.card",
                                         "model.from",
                                         "samples.",
                                         "training.log_every",
                                         "training.validate_every",
                                         "training.patience",
                                         "training.checkpoint_every",
                                         "training.checkpoint_minutes",
                                         "training.sample_every",
                                         "training.max_minutes",
                                         NULL,
                                         NULL };
  const char *all[G_N_ELEMENTS (ignored)];

  memcpy (all, ignored, sizeof ignored);
  if (t->settings->schedule.min_rate >= t->settings->schedule.rate)
    all[G_N_ELEMENTS (ignored) - 2] = "training.steps"; /* a constant rate does not look ahead */
  if (!arra_training_state_load (t->state_path, t->trainee, t->config, all, &t->progress, error))
    return FALSE;
  if (!g_file_test (t->model_path, G_FILE_TEST_EXISTS))
    t->progress.n_validated = t->progress.n_worse = 0; /* the best model is gone: the next one is the best there is */
  if (t->progress.n_validated > 0)
    t->valid = t->progress.best;
  return TRUE;
}

static gboolean
open_output (Trainer *t, gboolean resume, GError **error)
{
  return arra_training_folder_begin (t->folder, resume, error)
         && (!arra_training_folder_is_begun (t->folder) || load (t, error));
}

static void
set_paths (Trainer *t)
{
  const char *output = t->settings->output;

  t->own_folder = t->calls->folder == NULL ? arra_training_folder_new (output) : NULL;
  t->folder = t->own_folder != NULL ? t->own_folder : t->calls->folder;
  t->state_path = g_build_filename (output, ARRA_TRAINING_STATE, NULL);
  t->model_path = g_build_filename (output, "model", NULL);
  t->plot_path = g_build_filename (output, "loss.png", NULL);
  t->sample_path = g_build_filename (output, "model.sample", NULL);
}

static void
clear (Trainer *t)
{
  g_free (t->state_path);
  g_free (t->model_path);
  g_free (t->plot_path);
  g_free (t->sample_path);
  arra_metrics_file_free (t->metrics);
  arra_training_folder_free (t->own_folder);
}

/* Two configurations, or states, would be averaged to nonsense. */
static gboolean
check_same (Trainer *t, GError **error)
{
  guint8 digest[ARRA_TRAINING_HASH];
  GError *fault = NULL;

  if (t->calls->parallel == NULL || t->calls->parallel->size == 1)
    return TRUE;
  arra_training_state_hash (t->trainee, t->config, &t->progress, digest, &fault);
  if (!arra_parallel_agree (t->calls->parallel, fault, error))
    return FALSE;
  if (arra_parallel_is_same (t->calls->parallel, digest, sizeof digest))
    return TRUE;
  return arra_fail (error, ARRA_ERROR_ARGUMENT,
                    "The processes do not begin alike: give all of them one configuration, and an output "
                    "that all of them see");
}

/* The first process opens the output; the others read what it has found there, before it writes. */
static gboolean
open_together (Trainer *t, gboolean resume, GError **error)
{
  const ArraParallel *parallel = t->calls->parallel;
  GError *fault = NULL;

  if (leads (t))
    open_output (t, resume, &fault);
  if (!arra_parallel_agree (parallel, fault, error))
    return FALSE;
  fault = NULL;
  if (!leads (t) && arra_training_folder_is_begun (t->folder))
    load (t, &fault);
  return arra_parallel_agree (parallel, fault, error) && check_same (t, error);
}

/* With @resume a training that has no checkpoint yet begins anew. */
static gboolean
begin (Trainer *t, gboolean resume, GError **error)
{
  g_autofree char *csv = g_build_filename (t->settings->output, "metrics.csv", NULL);

  arra_training_progress_hash_data (&t->progress, t->trainee);
  if (!open_together (t, resume, error))
    return FALSE;
  if (leads (t) && (t->metrics = arra_metrics_file_open (csv, t->trainee->klass, t->progress.step, error)) == NULL)
    return FALSE;
  t->started = t->saved_at = g_get_monotonic_time ();
  t->first_step = t->progress.step;
  t->seconds_before = t->progress.seconds;
  return TRUE;
}

gboolean
arra_train (const ArraTrainee *trainee,
            const ArraYaml *config,
            const ArraTrainerSettings *settings,
            gboolean resume,
            const ArraTrainCalls *calls,
            ArraTrainOutcome *outcome,
            GError **error)
{
  Trainer t = { .trainee = trainee, .config = config, .settings = settings, .calls = calls, .valid = NAN };
  gboolean ok;

  set_paths (&t);
  ok = begin (&t, resume, error) && run_steps (&t, &outcome->end, error);
  outcome->step = t.progress.step;
  outcome->best_step = can_validate (&t) ? t.progress.best_step : t.progress.step;
  outcome->best = t.progress.n_validated > 0 ? t.progress.best : NAN;
  outcome->seconds = t.seconds_before + (t.started > 0 ? seconds_since (t.started) : 0);
  clear (&t);
  return ok;
}
