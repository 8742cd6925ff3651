/* classifier_settings.c - how an attribute classifier is trained, as its configuration says
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "classifier_settings.h"

#include "fail.h"
#include "settings.h"

#define MAX_BATCH 4096
#define MAX_HELD 100000
#define MAX_SHIFT 64

static gboolean
read_channels (ArraClassifierConfig *model, const ArraYaml *config, GError **error)
{
  gint64 values[ARRA_CLASSIFIER_LEVELS];
  gsize n;

  if (!arra_yaml_has (config, "model.channels.0") && !arra_yaml_has (config, "model.channels"))
    return TRUE;
  if (!arra_yaml_get_ints (config, "model.channels", ARRA_CLASSIFIER_LEVELS, values, &n, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    model->channels[i] = (guint) CLAMP (values[i], 0, G_MAXUINT16);
  model->n_levels = (guint) n;
  return TRUE;
}

static gboolean
read_model (ArraClassifierSettings *s, const ArraYaml *config, GError **error)
{
  return arra_setting_number (config, "model.size", 1, G_MAXUINT16, &s->model.size, error)
         && arra_setting_number (config, "model.colours", 1, 3, &s->model.colours, error)
         && arra_setting_number (config, "model.norm_groups", 1, G_MAXUINT16, &s->model.norm_groups, error)
         && read_channels (&s->model, config, error)
         && arra_classifier_config_check_shape (&s->model, arra_yaml_path (config), error);
}

static gboolean
read_data (ArraClassifierSettings *s, const ArraYaml *config, GError **error)
{
  return arra_setting_number (config, "data.batch", 1, MAX_BATCH, &s->batch, error)
         && arra_setting_number (config, "data.validation", 0, MAX_HELD, &s->held, error)
         && arra_setting_number (config, "augment.shift", 0, MAX_SHIFT, &s->augment.shift, error)
         && arra_setting_double (config, "augment.brightness", 0, 1, &s->augment.brightness, error)
         && arra_setting_double (config, "augment.contrast", 0, 1, &s->augment.contrast, error)
         && arra_setting_double (config, "augment.blur", 0, 1, &s->augment.blur, error)
         && arra_setting_double (config, "augment.noise", 0, 1, &s->augment.noise, error);
}

static gboolean
read_optimizer (ArraClassifierSettings *s, const ArraYaml *config, GError **error)
{
  return arra_setting_double (config, "loss.balance", 0, 1, &s->balance, error)
         && arra_learner_settings_read (&s->learner, config, error);
}

gboolean
arra_classifier_settings_read (ArraClassifierSettings *settings, const ArraYaml *config, GError **error)
{
  *settings = (ArraClassifierSettings) {
    .model = { .size = 128, .colours = 3, .n_levels = 5, .channels = { 16, 32, 64, 96, 128 }, .norm_groups = 8 },
    .batch = 32,
    .held = 400,
    .augment = { 4, 0.1, 0.15, 0.3, 0.03 },
    .balance = 0.5,
    .learner = { { 0.9, 0.99, 1e-8, 0.01 }, 1, 0.99, 0 },
  };
  return read_model (settings, config, error) && read_data (settings, config, error)
         && read_optimizer (settings, config, error);
}

void
arra_classifier_settings_clear (ArraClassifierSettings *settings)
{
  arra_classifier_config_clear (&settings->model);
}
