/* learner.c - what a step does with gradients, for every kind of training
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "learner.h"

#include <math.h>

#include "settings.h"

gboolean
arra_learner_settings_read_method (ArraLearnerSettings *settings, const ArraYaml *config, GError **error)
{
  static const char *const methods[] = { "adamw", "muon", NULL };
  double momentum = ARRA_MUON_MOMENTUM;
  guint method = settings->muon > 0;

  if (!arra_setting_choice (config, "optimizer.method", methods, &method, error)
      || !arra_setting_double (config, "optimizer.momentum", 1e-6, 0.999999, &momentum, error))
    return FALSE;
  settings->muon = method == 1 ? momentum : 0;
  return TRUE;
}

gboolean
arra_learner_settings_read (ArraLearnerSettings *settings, const ArraYaml *config, GError **error)
{
  ArraAdamWSettings *adamw = &settings->adamw;

  return arra_setting_double (config, "optimizer.beta1", 0, 0.9999, &adamw->beta1, error)
         && arra_setting_double (config, "optimizer.beta2", 0, 0.9999999, &adamw->beta2, error)
         && arra_setting_double (config, "optimizer.weight_decay", 0, 1, &adamw->weight_decay, error)
         && arra_setting_double (config, "optimizer.clip", 0, 1e9, &settings->clip, error)
         && arra_setting_double (config, "model.average", 0, 0.9999999, &settings->average, error);
}

gboolean
arra_learner_init (ArraLearner *learner,
                   const ArraLearnerSettings *settings,
                   ArraParameters *parameters,
                   const ArraExec *exec,
                   GError **error)
{
  const ArraMuonSettings muon = { settings->muon, settings->adamw.weight_decay };

  learner->parameters = parameters;
  learner->clip = settings->clip;
  learner->adamw = arra_adamw_new (&settings->adamw, parameters, error);
  if (learner->adamw == NULL)
    return FALSE;
  learner->muon = settings->muon > 0 ? arra_muon_new (&muon, parameters, exec, error) : NULL;
  if (settings->muon > 0 && learner->muon == NULL)
    return FALSE;
  learner->adamw->left_out = learner->muon != NULL ? learner->muon->takes : NULL;
  learner->average = settings->average > 0 ? arra_average_new (settings->average, parameters, error) : NULL;
  return settings->average == 0 || learner->average != NULL;
}

void
arra_learner_clear (ArraLearner *learner)
{
  g_clear_pointer (&learner->adamw, arra_adamw_free);
  g_clear_pointer (&learner->muon, arra_muon_free);
  g_clear_pointer (&learner->average, arra_average_free);
}

double
arra_learner_change (ArraLearner *learner, const ArraExec *exec, const ArraTrainStep *step)
{
  double norm = arra_clip_gradients (exec, learner->parameters, learner->clip > 0 ? learner->clip : HUGE_VAL);

  if (!isfinite (norm)) /* the trainer ends here, and nothing is to be spoilt */
    return norm;
  arra_adamw_step (learner->adamw, exec, step->learning_rate, learner->parameters);
  if (learner->muon != NULL)
    arra_muon_step (learner->muon, exec, step->learning_rate, learner->parameters, learner->adamw->mean);
  return norm;
}

void
arra_learner_follow (ArraLearner *learner, const ArraExec *exec, const ArraTrainStep *step)
{
  if (learner->average != NULL)
    arra_average_update (learner->average, exec, step->index, learner->parameters);
}

double
arra_learner_step (ArraLearner *learner, const ArraExec *exec, const ArraTrainStep *step)
{
  double norm = arra_learner_change (learner, exec, step);

  if (isfinite (norm))
    arra_learner_follow (learner, exec, step);
  return norm;
}

gboolean
arra_learner_visit (ArraLearner *learner, ArraStateFunc func, gpointer user, GError **error)
{
  ArraAdamW *adamw = learner->adamw;
  gsize size = learner->parameters->size;

  return func ("parameters", ARRA_F32, size, learner->parameters->data, user, error)
         && func ("adamw.mean", ARRA_F32, size, adamw->mean, user, error)
         && func ("adamw.square", ARRA_F32, size, adamw->square, user, error)
         && func ("adamw.step", ARRA_I64, 1, &adamw->step, user, error)
         && (learner->average == NULL || func ("average", ARRA_F32, size, learner->average->data, user, error));
}

const float *
arra_learner_weights (const ArraLearner *learner)
{
  return learner->average != NULL ? learner->average->data : learner->parameters->data;
}

void
arra_learner_swap (ArraLearner *learner)
{
  if (learner->average != NULL)
    arra_average_swap (learner->average, learner->parameters);
}
