/* train_show.c - what `arra train` shows while it trains: a line on a terminal, some lines elsewhere
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <unistd.h>

#include "fail.h"
#include "settings.h"
#include "status.h"
#include "train.h"
#include "values.h"

#define DRAW_EVERY (G_USEC_PER_SEC / 10)
#define LINE_EVERY (20 * G_USEC_PER_SEC) /* where there is no terminal */

static gboolean
read_samples (CliTraining *training, const ArraYaml *config, const ArraTrainerSettings *settings, GError **error)
{
  gsize n = arra_yaml_items (config, "samples.prompts");

  if (settings->sample_every > 0 && n == 0)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND,
                      "%s: \"training.sample_every\" asks for pictures, but \"samples.prompts\" is missing: say "
                      "there what they show",
                      arra_yaml_path (config));
  training->prompts = g_new0 (char *, n + 1);
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("samples.prompts.%" G_GSIZE_FORMAT, i);
      const char *prompt = arra_yaml_get_string (config, key, error);

      if (prompt == NULL)
        return FALSE;
      training->prompts[i] = g_strdup (prompt);
    }
  training->seed = 1;
  return arra_setting_uint (config, "samples.seed", 0, G_MAXINT64, &training->seed, error)
         && arra_setting_double (config, "samples.guidance_scale", 1, 100, &training->guidance_scale, error);
}

gboolean
cli_training_init (CliTraining *training,
                   const ArraYaml *config,
                   const ArraTrainerSettings *settings,
                   guint threads,
                   gboolean quiet,
                   GError **error)
{
  training->output = settings->output;
  training->quiet = quiet;
  training->progress = cli_progress_new (!quiet, 1, NULL);
  training->terminal = cli_progress_is_shown (training->progress);
  training->exec.kernels = arra_kernels_default (error);
  if (training->exec.kernels == NULL)
    return FALSE;
  training->exec.pool = arra_pool_new (threads, error);
  return training->exec.pool != NULL && read_samples (training, config, settings, error);
}

void
cli_training_clear (CliTraining *training)
{
  cli_progress_free (training->progress);
  arra_pool_free (training->exec.pool);
  g_strfreev (training->prompts);
}

void
cli_training_clear_line (CliTraining *training)
{
  cli_progress_clear (training->progress);
}

char *
cli_training_line (const ArraTrainNews *news, const ArraTraineeClass *klass)
{
  g_autofree char *loss = cli_format_double (news->metrics[0], 4);
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, "step %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT "  %s %s", news->step, news->steps,
                          klass->metrics[0], loss);
  if (!isnan (news->valid))
    {
      g_autofree char *valid = cli_format_double (news->valid, 4);
      g_string_append_printf (line, "  validation %s", valid);
    }
  if (news->samples_per_second > 0)
    {
      g_autofree char *rate = news->samples_per_second < 10 ? cli_format_double (news->samples_per_second, 1)
                                                            : cli_format_count ((guint64) news->samples_per_second);
      g_string_append_printf (line, "  %s %s/s", rate, klass->samples != NULL ? klass->samples : "samples");
    }
  return g_string_free (line, FALSE);
}

static void
draw (CliTraining *training, const char *label, double fraction, double seconds_left)
{
  ArraProgress state = { .phase = ARRA_PHASE_DECODING, .fraction = fraction, .seconds_left = seconds_left };

  cli_progress_set_label (training->progress, label);
  cli_progress_update (&state, training->progress);
}

void
cli_training_preparing (const char *what, double fraction, gpointer data)
{
  draw (data, what, fraction, -1);
}

/* A line that stays: after each validation, at the end, and now and then where no other is seen. */
static void
say (CliTraining *training, const ArraTrainNews *news, const char *line)
{
  g_autofree char *left = news->seconds_left > 0 ? cli_format_seconds (news->seconds_left) : NULL;

  cli_progress_clear (training->progress);
  cli_note ("%s%s%s%s", line, left != NULL ? "  " : "", left != NULL ? left : "", left != NULL ? " left" : "");
  training->said_at = g_get_monotonic_time ();
}

void
cli_training_stepped (const ArraTrainNews *news, gpointer data)
{
  CliTraining *training = data;
  gint64 now = g_get_monotonic_time ();
  gboolean quiet_long = !training->terminal && now - training->said_at >= LINE_EVERY;
  g_autofree char *line = NULL;

  if (training->quiet)
    return;
  line = cli_training_line (news, training->klass);
  if (news->validated || quiet_long || (!training->terminal && news->step == news->steps))
    say (training, news, line);
  if (!training->terminal || now - training->drawn_at < DRAW_EVERY)
    return;
  training->drawn_at = now;
  draw (training, line, (double) news->step / (double) news->steps, news->seconds_left);
}
