/* evaluation.c - generated pictures measured, beside real ones and reconstructions of real ones
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation.h"

#include <math.h>

#include "clip_score.h"
#include "diversity.h"
#include "fail.h"
#include "frechet_distance.h"
#include "judged_attributes.h"
#include "mem.h"

typedef struct
{
  const ArraEvalRequest *request;
  ArraEvaluation *evaluation;
  ArraSeenSet seen[ARRA_N_EVAL_ROLES];
  ArraEvalProgress progress;
  gpointer user;
  GCancellable *cancellable;
  ArraEvalRole role; /* what is at work now */
  ArraEvalStage stage;
} Work;

const char *
arra_eval_role_name (ArraEvalRole role)
{
  static const char *const names[] = { "generated", "reconstruction", "real" };

  return names[role];
}

/* An ArraItemProgress */
static void
show (guint done, guint count, gpointer user)
{
  const Work *work = user;

  if (work->progress != NULL)
    work->progress (work->role, work->stage, done, count, work->user);
}

static gboolean
judge_set (Work *work, ArraEvalMeasures *measures, GError **error)
{
  const ArraEvalRequest *request = work->request;
  const ArraClassifierConfig *judge = arra_classifier_config (request->encoders.judge);
  const ArraSeenSet *seen = &work->seen[work->role];

  measures->attributes
      = arra_mem_new0 (judge->n_attributes, sizeof *measures->attributes, "the table of attributes", error);
  return measures->attributes != NULL
         && arra_judged_attributes (judge, request->sets[work->role], request->names[work->role], seen->n,
                                    seen->probabilities, measures->attributes, error)
         && arra_judged_score (judge, seen->n, seen->probabilities, &measures->inception, error);
}

static gboolean
measure_set (Work *work, GError **error)
{
  const ArraEvalRequest *request = work->request;
  const ArraEvalEncoders *encoders = &request->encoders;
  const ArraDataset *dataset = request->sets[work->role];
  ArraEvalMeasures *measures = &work->evaluation->sets[work->role];
  ArraSeenSet *seen = &work->seen[work->role];

  measures->n = request->n[work->role];
  work->stage = ARRA_EVAL_SEEING;
  if ((encoders->judge != NULL || encoders->clip != NULL || encoders->features != NULL)
      && !arra_seen_set_init (seen, dataset, measures->n, encoders, show, work, work->cancellable, error))
    return FALSE;
  if (encoders->judge != NULL && !judge_set (work, measures, error))
    return FALSE;
  if (encoders->clip != NULL)
    measures->clip = arra_clip_score (seen->clip_features, seen->texts, seen->n,
                                      arra_vision_encoder_width (encoders->clip, ARRA_VISION_CLS));
  work->stage = ARRA_EVAL_COMPARING;
  return measures->n < 2
         || arra_diversity (dataset, measures->n, request->pool, &measures->similarity, show, work, work->cancellable,
                            error);
}

/* ---- sharpness */

static gboolean
measure_sharpness (Work *work, guint size, GError **error)
{
  const ArraEvalRequest *request = work->request;

  if (request->sets[work->role] == NULL)
    return TRUE;
  work->stage = ARRA_EVAL_SHARPNESS;
  return arra_sharpness_measure (request->sets[work->role], request->n[work->role], size, request->pool,
                                 &work->evaluation->sets[work->role].sharpness, show, work, work->cancellable, error);
}

/* Of all sets; pictures that are too small have none. */
static gboolean
measure_sharpnesses (Work *work, GError **error)
{
  const ArraEvalRequest *request = work->request;
  ArraEvalMeasures *sets = work->evaluation->sets;
  guint size;

  if (!arra_sharpness_size (request->sets, request->n, ARRA_N_EVAL_ROLES, request->pool, &size, work->cancellable,
                            error))
    return FALSE;
  for (guint role = 0; role < ARRA_N_EVAL_ROLES && size > 0; role++)
    {
      work->role = role;
      if (!measure_sharpness (work, size, error))
        return FALSE;
    }
  for (guint role = 0; role < ARRA_EVAL_REAL; role++)
    if (sets[role].sharpness.size > 0 && sets[ARRA_EVAL_REAL].sharpness.size > 0)
      sets[role].bands = arra_sharpness_compare (&sets[role].sharpness, &sets[ARRA_EVAL_REAL].sharpness);
  return TRUE;
}

/* ---- Fréchet distance */

static const float *
features_of (const Work *work, ArraEvalRole role)
{
  const ArraEvalEncoders *encoders = &work->request->encoders;
  const ArraSeenSet *seen = &work->seen[role];

  if (encoders->features == NULL)
    return seen->judge_features;
  return encoders->features == encoders->clip ? seen->clip_features : seen->features;
}

/* Of @n features, every @step-th from @first on. */
static ArraFeatureMoments *
gather (const Work *work, ArraEvalRole role, guint first, guint step, guint n, GError **error)
{
  gsize width = work->evaluation->frechet_width;
  g_autoptr (ArraFeatureMoments) moments = arra_feature_moments_new (width, error);

  for (gsize i = 0; moments != NULL && i < n; i++)
    arra_feature_moments_add (moments, features_of (work, role) + (first + i * step) * width, 1);
  return g_steal_pointer (&moments);
}

/* The pictures of @role (of the real ones: those of the second half) against as many of the first half of the
 * real ones. */
static gboolean
measure_distance (Work *work, ArraEvalRole role, guint n, GError **error)
{
  ArraEvalMeasures *measures = &work->evaluation->sets[role];
  gboolean real = role == ARRA_EVAL_REAL;
  g_autoptr (ArraFeatureMoments) half = gather (work, ARRA_EVAL_REAL, 0, 2, n, error);
  g_autoptr (ArraFeatureMoments) other
      = half != NULL ? gather (work, role, real ? 1 : 0, real ? 2 : 1, n, error) : NULL;

  measures->frechet_n = n;
  return other != NULL && arra_frechet_distance (other, half, &measures->frechet, error);
}

static gboolean
measure_distances (Work *work, GError **error)
{
  const ArraEvalRequest *request = work->request;
  guint half = request->n[ARRA_EVAL_REAL] / 2, n = MIN (request->n[ARRA_EVAL_GENERATED], half);

  if (g_cancellable_set_error_if_cancelled (work->cancellable, error))
    return FALSE;
  work->evaluation->frechet_width = request->encoders.features != NULL
                                        ? arra_vision_encoder_width (request->encoders.features, ARRA_VISION_CLS)
                                        : arra_classifier_width (arra_classifier_config (request->encoders.judge));
  return measure_distance (work, ARRA_EVAL_GENERATED, n, error) && measure_distance (work, ARRA_EVAL_REAL, n, error)
         && (request->sets[ARRA_EVAL_RECONSTRUCTED] == NULL
             || measure_distance (work, ARRA_EVAL_RECONSTRUCTED, MIN (request->n[ARRA_EVAL_RECONSTRUCTED], half),
                                  error));
}

/* ---- all of it */

static gboolean
has_distance (const ArraEvalRequest *request)
{
  return request->sets[ARRA_EVAL_REAL] != NULL
         && (request->encoders.features != NULL || request->encoders.judge != NULL);
}

static gboolean
check (const ArraEvalRequest *request, GError **error)
{
  guint least[ARRA_N_EVAL_ROLES] = { 1, 1, 1 };

  if (has_distance (request))
    {
      least[ARRA_EVAL_GENERATED] = least[ARRA_EVAL_RECONSTRUCTED] = 2;
      least[ARRA_EVAL_REAL] = 4;
    }
  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    if (request->sets[role] != NULL && request->n[role] < least[role])
      return arra_fail (error, ARRA_ERROR_ARGUMENT, "%s: %u pictures are too few: at least %u are needed",
                        request->names[role], request->n[role], least[role]);
  return TRUE;
}

static void
evaluation_init (ArraEvaluation *evaluation, const ArraEvalRequest *request)
{
  *evaluation = (ArraEvaluation) { 0 };
  if (request->encoders.judge != NULL)
    evaluation->n_attributes = arra_classifier_config (request->encoders.judge)->n_attributes;
  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    {
      ArraEvalMeasures *measures = &evaluation->sets[role];

      measures->frechet = measures->inception = measures->similarity = measures->clip = NAN;
      measures->bands = (ArraSharpnessBands) { NAN, NAN };
    }
}

gboolean
arra_evaluate (const ArraEvalRequest *request,
               ArraEvaluation *evaluation,
               ArraEvalProgress progress,
               gpointer user,
               GCancellable *cancellable,
               GError **error)
{
  Work work = {
    .request = request, .evaluation = evaluation, .progress = progress, .user = user, .cancellable = cancellable
  };
  gboolean ok;

  g_return_val_if_fail (request->sets[ARRA_EVAL_GENERATED] != NULL, FALSE);
  evaluation_init (evaluation, request);
  ok = check (request, error);
  for (guint role = 0; ok && role < ARRA_N_EVAL_ROLES; role++)
    {
      work.role = role;
      ok = request->sets[role] == NULL || measure_set (&work, error);
    }
  ok = ok && measure_sharpnesses (&work, error);
  ok = ok && (!has_distance (request) || measure_distances (&work, error));
  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    arra_seen_set_clear (&work.seen[role]);
  if (!ok)
    arra_evaluation_clear (evaluation);
  return ok;
}

void
arra_evaluation_clear (ArraEvaluation *evaluation)
{
  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    {
      arra_mem_free (evaluation->sets[role].attributes);
      arra_sharpness_clear (&evaluation->sets[role].sharpness);
    }
  *evaluation = (ArraEvaluation) { 0 };
}

/* ---- the table of attributes */

gboolean
arra_evaluation_counts (const ArraEvaluation *evaluation, guint attribute)
{
  const ArraEvalMeasures *generated = &evaluation->sets[ARRA_EVAL_GENERATED];

  return generated->attributes != NULL && generated->attributes[attribute].n_present >= 2;
}

double
arra_evaluation_adherence (const ArraEvaluation *evaluation, guint attribute)
{
  const ArraEvalMeasures *generated = &evaluation->sets[ARRA_EVAL_GENERATED];
  const ArraEvalMeasures *reconstructed = &evaluation->sets[ARRA_EVAL_RECONSTRUCTED];

  if (!arra_evaluation_counts (evaluation, attribute) || reconstructed->attributes == NULL
      || reconstructed->attributes[attribute].n == 0)
    return NAN;
  return arra_adherence (generated->attributes[attribute].balanced, reconstructed->attributes[attribute].balanced,
                         generated->attributes[attribute].chance);
}

/* Mean over the attributes that count and that pictures of @role have labels for. */
static double
mean_balanced (const ArraEvaluation *evaluation, ArraEvalRole role)
{
  const ArraAttributeAccuracy *attributes = evaluation->sets[role].attributes;
  double sum = 0;
  guint n = 0;

  for (guint a = 0; attributes != NULL && a < evaluation->n_attributes; a++)
    if (arra_evaluation_counts (evaluation, a) && attributes[a].n > 0)
      {
        sum += attributes[a].balanced;
        n++;
      }
  return n > 0 ? sum / n : NAN;
}

void
arra_evaluation_summary (const ArraEvaluation *evaluation, ArraEvalSummary *summary)
{
  double chance = 0, adherence = 0;
  guint n_adherences = 0;

  *summary = (ArraEvalSummary) { .lowest = NAN };
  for (guint a = 0; a < evaluation->n_attributes; a++)
    {
      double one = arra_evaluation_adherence (evaluation, a);

      if (!arra_evaluation_counts (evaluation, a))
        continue;
      summary->n++;
      chance += evaluation->sets[ARRA_EVAL_GENERATED].attributes[a].chance;
      if (isnan (one))
        continue;
      n_adherences++;
      adherence += one;
      summary->lowest = fmin (summary->lowest, one);
    }
  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    summary->balanced[role] = mean_balanced (evaluation, role);
  summary->chance = summary->n > 0 ? chance / summary->n : NAN;
  summary->adherence = n_adherences > 0 ? adherence / n_adherences : NAN;
}
