/* classifier_model.c - the model of a classifier in training as a folder
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "classifier_trainee_private.h"

gboolean
arra_classifier_trainee_save (gpointer self, const char *directory, GError **error)
{
  const ArraClassifierTrainee *t = self;
  g_autofree char *weights = g_build_filename (directory, "model.safetensors", NULL);
  g_autofree char *config = g_build_filename (directory, "config.json", NULL);

  return arra_parameters_save (t->parameters, arra_learner_weights (&t->learner), weights, error)
         && arra_classifier_config_save (&t->settings.model, config, error);
}
