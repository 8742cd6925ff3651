/* test-evaluation.c - all measures of three sets at once, against the measures one by one
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "clip_score.h"
#include "encoders.h"
#include "evaluation.h"
#include "fixture.h"
#include "frechet_distance.h"
#include "mem.h"
#include "small_set.h"

static char size[] = "size", colour[] = "colour", small[] = "small", large[] = "large", red[] = "red",
            green[] = "green", blue[] = "blue";
static char *sizes[] = { small, large, NULL };
static char *colours[] = { red, green, blue, NULL };
static ArraClassifierAttribute attributes[] = { { size, sizes }, { colour, colours } };

typedef struct
{
  char *folder;
  ArraDataset *sets[ARRA_N_EVAL_ROLES];
  ArraExec exec;
  ArraEvalRequest request;
} Case;

static char *
inside (const Case *c, const char *name)
{
  return g_build_filename (c->folder, name, NULL);
}

/* 10 generated, 7 reconstructed and 17 real pictures. */
static void
case_init (Case *c)
{
  static const guint counts[] = { 10, 7, 17 };
  g_autofree char *judge = NULL, *clip = NULL;
  g_autoptr (GError) error = NULL;

  *c = (Case) { .folder = fixture_directory (), .exec = { arra_kernels_default (NULL), NULL } };
  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    {
      g_autofree char *path = inside (c, arra_eval_role_name (role));

      c->request.sets[role] = c->sets[role] = small_set_make (path, role, counts[role], 24);
      c->request.names[role] = arra_eval_role_name (role);
      c->request.n[role] = counts[role];
    }
  judge = inside (c, "judge");
  clip = inside (c, "clip");
  encoders_write_judge (judge, attributes, 2);
  encoders_write_clip (clip);
  c->request.encoders.judge = arra_classifier_open (judge, &c->exec, &error);
  g_assert_no_error (error);
  c->request.encoders.clip = arra_vision_encoder_open (clip, &c->exec, &error);
  g_assert_no_error (error);
}

static void
case_clear (Case *c)
{
  for (guint role = 0; role < ARRA_N_EVAL_ROLES; role++)
    arra_dataset_free (c->sets[role]);
  arra_classifier_free (c->request.encoders.judge);
  arra_vision_encoder_free (c->request.encoders.clip);
  fixture_remove (c->folder);
  g_free (c->folder);
}

static void
evaluate (const Case *c, ArraEvaluation *evaluation)
{
  g_autoptr (GError) error = NULL;

  arra_evaluate (&c->request, evaluation, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* Between every @step-th feature of @a from @first on and every second one of @b, @n of each. */
static double
distance (const float *a, guint first, guint step, const float *b, guint n, gsize width)
{
  g_autoptr (ArraFeatureMoments) one = arra_feature_moments_new (width, NULL);
  g_autoptr (ArraFeatureMoments) other = arra_feature_moments_new (width, NULL);
  double d;

  for (guint i = 0; i < n; i++)
    {
      arra_feature_moments_add (one, a + (first + i * step) * width, 1);
      arra_feature_moments_add (other, b + 2 * i * width, 1);
    }
  g_assert_true (arra_frechet_distance (one, other, &d, NULL));
  return d;
}

static void
test_distance (void)
{
  g_auto (ArraSeenSet) generated = { 0 }, real = { 0 };
  g_auto (ArraEvaluation) judged = { 0 }, seen = { 0 };
  Case c;

  case_init (&c);
  g_assert_true (arra_seen_set_init (&generated, c.sets[0], 10, &c.request.encoders, NULL, NULL, NULL, NULL));
  g_assert_true (arra_seen_set_init (&real, c.sets[2], 17, &c.request.encoders, NULL, NULL, NULL, NULL));
  evaluate (&c, &judged);
  g_assert_cmpuint (judged.frechet_width, ==, 8);
  g_assert_cmpuint (judged.sets[0].frechet_n, ==, 8);
  g_assert_cmpuint (judged.sets[1].frechet_n, ==, 7);
  g_assert_cmpuint (judged.sets[2].frechet_n, ==, 8);
  g_assert_cmpfloat (judged.sets[0].frechet, ==, distance (generated.judge_features, 0, 1, real.judge_features, 8, 8));
  g_assert_cmpfloat (judged.sets[2].frechet, ==, distance (real.judge_features, 1, 2, real.judge_features, 8, 8));
  c.request.encoders.features = c.request.encoders.clip;
  evaluate (&c, &seen);
  g_assert_cmpuint (seen.frechet_width, ==, 6);
  g_assert_cmpfloat (seen.sets[0].frechet, ==, distance (generated.clip_features, 0, 1, real.clip_features, 8, 6));
  g_assert_cmpfloat (judged.sets[0].clip, ==, arra_clip_score (generated.clip_features, generated.texts, 10, 6));
  case_clear (&c);
}

/* Features belong to their picture: a set of one and a set of many agree. */
static void
test_order (void)
{
  g_auto (ArraSeenSet) many = { 0 }, few = { 0 };
  Case c;

  case_init (&c);
  g_assert_true (arra_seen_set_init (&many, c.sets[2], 17, &c.request.encoders, NULL, NULL, NULL, NULL));
  g_assert_true (arra_seen_set_init (&few, c.sets[2], 3, &c.request.encoders, NULL, NULL, NULL, NULL));
  for (guint i = 0; i < 3 * 8; i++)
    g_assert_cmpfloat (fabsf (many.judge_features[i] - few.judge_features[i]), <, 1e-5f);
  for (guint i = 0; i < 3 * 6; i++)
    g_assert_cmpfloat (fabsf (many.texts[i] - few.texts[i]), <, 1e-5f);
  g_assert_cmpint (memcmp (many.judge_features, many.judge_features + 16 * 8, 8 * sizeof (float)), !=, 0);
  case_clear (&c);
}

/* What is not given is not measured. */
static void
test_parts (void)
{
  g_auto (ArraEvaluation) evaluation = { 0 };
  ArraEvalSummary summary;
  Case c;

  case_init (&c);
  c.request.sets[ARRA_EVAL_REAL] = c.request.sets[ARRA_EVAL_RECONSTRUCTED] = NULL;
  arra_classifier_free (c.request.encoders.judge);
  c.request.encoders.judge = NULL;
  evaluate (&c, &evaluation);
  g_assert_true (isnan (evaluation.sets[0].frechet) && isnan (evaluation.sets[0].inception));
  g_assert_false (isnan (evaluation.sets[0].similarity) || isnan (evaluation.sets[0].clip));
  g_assert_cmpuint (evaluation.sets[ARRA_EVAL_REAL].n, ==, 0);
  arra_evaluation_summary (&evaluation, &summary);
  g_assert_cmpuint (summary.n, ==, 0);
  g_assert_true (isnan (summary.adherence) && isnan (summary.lowest) && isnan (summary.chance));
  case_clear (&c);
}

/* The mean is over attributes of which two values occur; what reconstructions do not show has no adherence.
 */
static void
test_adherence (void)
{
  ArraAttributeAccuracy generated[]
      = { { 10, 2, 0.8, 0.7, 0.5 }, { 10, 1, 1, 1, 1 }, { 10, 4, 0.5, 0.55, 0.25 }, { 10, 2, 0.5, 0.5, 0.5 } };
  ArraAttributeAccuracy reconstructed[]
      = { { 9, 2, 0.9, 0.9, 0.5 }, { 9, 1, 1, 1, 1 }, { 9, 4, 0.9, 0.85, 0.25 }, { 9, 2, 0.5, 0.5, 0.5 } };
  ArraEvaluation evaluation = { .n_attributes = 4 };
  ArraEvalSummary summary;

  evaluation.sets[ARRA_EVAL_GENERATED].attributes = generated;
  g_assert_true (isnan (arra_evaluation_adherence (&evaluation, 0)));
  evaluation.sets[ARRA_EVAL_RECONSTRUCTED].attributes = reconstructed;
  g_assert_cmpfloat (fabs (arra_evaluation_adherence (&evaluation, 0) - 0.5), <, 1e-12);
  g_assert_cmpfloat (fabs (arra_evaluation_adherence (&evaluation, 2) - 0.5), <, 1e-12);
  g_assert_true (isnan (arra_evaluation_adherence (&evaluation, 1)));
  g_assert_true (isnan (arra_evaluation_adherence (&evaluation, 3)));
  generated[2].balanced = 0.85;
  arra_evaluation_summary (&evaluation, &summary);
  g_assert_cmpuint (summary.n, ==, 3);
  g_assert_cmpfloat (fabs (summary.adherence - 0.75), <, 1e-12);
  g_assert_cmpfloat (fabs (summary.lowest - 0.5), <, 1e-12);
  g_assert_cmpfloat (fabs (summary.chance - 1.25 / 3), <, 1e-12);
  g_assert_cmpfloat (fabs (summary.balanced[ARRA_EVAL_RECONSTRUCTED] - 2.25 / 3), <, 1e-12);
  g_assert_true (isnan (summary.balanced[ARRA_EVAL_REAL]));
}

static void
cancel_early (ArraEvalRole role, ArraEvalStage stage, guint done, guint count, gpointer user)
{
  g_assert_cmpuint (role, ==, ARRA_EVAL_GENERATED);
  g_assert_cmpint (stage, ==, ARRA_EVAL_SEEING);
  g_cancellable_cancel (user);
}

static void
test_refused (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  ArraEvaluation evaluation;
  g_autoptr (GError) error = NULL;
  gsize held;
  Case c;

  case_init (&c);
  evaluate (&c, &evaluation);
  arra_evaluation_clear (&evaluation);
  held = arra_mem_held (); /* with the room that encoders keep */
  g_assert_false (arra_evaluate (&c.request, &evaluation, cancel_early, cancellable, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  c.request.n[ARRA_EVAL_REAL] = 3;
  g_assert_false (arra_evaluate (&c.request, &evaluation, NULL, NULL, NULL, &error));
  fixture_assert_error (error, ARRA_ERROR_ARGUMENT, FIXTURE_WORDS ("real: 3 pictures"));
  g_clear_error (&error);
  c.request.n[ARRA_EVAL_REAL] = 17;
  g_assert_cmpint (g_unlink (arra_dataset_picture (c.sets[ARRA_EVAL_REAL], 16)), ==, 0);
  g_assert_false (arra_evaluate (&c.request, &evaluation, NULL, NULL, NULL, &error));
  fixture_assert_error (error, ARRA_ERROR_NOT_FOUND, FIXTURE_WORDS ("000016.png"));
  g_assert_cmpuint (arra_mem_held (), ==, held);
  case_clear (&c);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eval/evaluation/distance", test_distance);
  g_test_add_func ("/eval/evaluation/order", test_order);
  g_test_add_func ("/eval/evaluation/parts", test_parts);
  g_test_add_func ("/eval/evaluation/adherence", test_adherence);
  g_test_add_func ("/eval/evaluation/refused", test_refused);
  return g_test_run ();
}
