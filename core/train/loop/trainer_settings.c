/* trainer_settings.c - what a configuration says to the trainer
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "trainer.h"

#include "fail.h"
#include "settings.h"

#define MAX_STEPS 1000000000u
#define MAX_MINUTES 1e6

enum
{
  COSINE,
  CONSTANT,
};

static gboolean
read_schedule (const ArraYaml *config, ArraTrainerSettings *settings, GError **error)
{
  static const char *const names[] = { "cosine", "constant", NULL };
  ArraLrSchedule *schedule = &settings->schedule;
  guint kind = COSINE;

  if (!arra_yaml_get_double (config, "training.learning_rate", 0, 1e3, &schedule->rate, error)
      || !arra_setting_choice (config, "training.schedule", names, &kind, error)
      || !arra_setting_double (config, "training.warmup", 0, MAX_STEPS, &schedule->warmup, error))
    return FALSE;
  if (kind == CONSTANT)
    schedule->min_rate = schedule->rate;
  else if (!arra_setting_double (config, "training.min_learning_rate", 0, schedule->rate, &schedule->min_rate, error))
    return FALSE;
  schedule->epochs = (double) settings->steps;
  if (schedule->warmup >= schedule->epochs)
    {
      settings->cut_warmup = schedule->warmup;
      schedule->warmup = schedule->epochs / 2;
    }
  return TRUE;
}

static gboolean
read_periods (const ArraYaml *config, ArraTrainerSettings *settings, GError **error)
{
  return arra_setting_uint (config, "training.log_every", 1, MAX_STEPS, &settings->log_every, error)
         && arra_setting_uint (config, "training.validate_every", 0, MAX_STEPS, &settings->validate_every, error)
         && arra_setting_uint (config, "training.patience", 0, MAX_STEPS, &settings->patience, error)
         && arra_setting_uint (config, "training.checkpoint_every", 0, MAX_STEPS, &settings->checkpoint_every, error)
         && arra_setting_double (config, "training.checkpoint_minutes", 0, MAX_MINUTES, &settings->checkpoint_minutes,
                                 error)
         && arra_setting_uint (config, "training.sample_every", 0, MAX_STEPS, &settings->sample_every, error)
         && arra_setting_double (config, "training.max_minutes", 0, MAX_MINUTES, &settings->max_minutes, error);
}

gboolean
arra_trainer_settings_read (const ArraYaml *config, ArraTrainerSettings *settings, GError **error)
{
  gint64 steps;

  *settings = (ArraTrainerSettings) { .seed = 1, .log_every = 10, .checkpoint_minutes = 5 };
  if (!arra_yaml_get_int (config, "training.steps", 1, MAX_STEPS, &steps, error)
      || !arra_setting_uint (config, "seed", 0, G_MAXINT64, &settings->seed, error)
      || !arra_setting_path (config, "output", &settings->output, error))
    return FALSE;
  settings->steps = (guint64) steps;
  if (settings->output == NULL)
    return arra_fail (error, ARRA_ERROR_NOT_FOUND, "%s: \"output\" is missing: name a folder there, or with --output",
                      arra_yaml_path (config));
  if (read_schedule (config, settings, error) && read_periods (config, settings, error))
    return TRUE;
  arra_trainer_settings_clear (settings);
  return FALSE;
}

void
arra_trainer_settings_clear (ArraTrainerSettings *settings)
{
  g_clear_pointer (&settings->output, g_free);
}
