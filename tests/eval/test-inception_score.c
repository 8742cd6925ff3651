/* test-inception_score.c - certain and varied, certain and alike, uncertain: closed forms
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "inception_score.h"

#define CLASSES 5
#define STRIDE 7
#define N 40

static ArraInceptionScore
score (const float *rows, guint splits)
{
  g_autoptr (GError) error = NULL;
  ArraInceptionScore out;

  g_assert_true (arra_inception_score (rows, N, CLASSES, STRIDE, splits, &out, &error));
  g_assert_no_error (error);
  return out;
}

/* Each row is certain, all classes come equally often: as many as there are classes. What lies between rows
 * is not read. */
static void
test_certain (void)
{
  float rows[N * STRIDE];
  ArraInceptionScore whole, parts;

  for (gsize i = 0; i < N * STRIDE; i++)
    rows[i] = i % STRIDE == i / STRIDE % CLASSES ? 1 : i % STRIDE < CLASSES ? 0 : NAN;
  whole = score (rows, 1);
  parts = score (rows, 4);
  g_assert_cmpfloat_with_epsilon (whole.mean, CLASSES, 1e-9);
  g_assert_cmpfloat_with_epsilon (parts.mean, CLASSES, 1e-9);
  g_assert_cmpfloat_with_epsilon (parts.deviation, 0, 1e-6);
}

static void
test_alike (void)
{
  float rows[N * STRIDE] = { 0 };

  for (gsize i = 0; i < N; i++)
    for (gsize c = 0; c < CLASSES; c++)
      rows[i * STRIDE + c] = (float) (c + 1) / 15;
  g_assert_cmpfloat_with_epsilon (score (rows, 2).mean, 1, 1e-6);
}

/* Half of the rows (p, 1 - p), half the other way round: log of the score is log 2 - H (p). */
static void
test_uncertain (void)
{
  const float p = 0.75f;
  float rows[N * STRIDE] = { 0 };
  double entropy = -(0.75 * log (0.75) + 0.25 * log (0.25));

  for (gsize i = 0; i < N; i++)
    {
      rows[i * STRIDE + i % 2] = p;
      rows[i * STRIDE + 1 - i % 2] = 1 - p;
    }
  g_assert_cmpfloat_with_epsilon (score (rows, 1).mean, exp (log (2) - entropy), 1e-9);
}

/* One part certain and varied, the other alike: mean and spread of CLASSES and 1. */
static void
test_splits (void)
{
  float rows[N * STRIDE] = { 0 };
  ArraInceptionScore parts;

  for (gsize i = 0; i < N; i++)
    rows[i * STRIDE + (i < N / 2 ? i % CLASSES : 2)] = 1;
  parts = score (rows, 2);
  g_assert_cmpfloat_with_epsilon (parts.mean, (CLASSES + 1) / 2.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (parts.deviation, (CLASSES - 1) / 2.0, 1e-9);
}

static void
test_refused (void)
{
  const float rows[4] = { 1, 0, 0, 1 };
  g_autoptr (GError) error = NULL;
  ArraInceptionScore out;

  g_assert_false (arra_inception_score (rows, 2, 2, 2, 3, &out, &error));
  g_assert_error (error, ARRA_ERROR, ARRA_ERROR_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eval/inception-score/certain", test_certain);
  g_test_add_func ("/eval/inception-score/alike", test_alike);
  g_test_add_func ("/eval/inception-score/uncertain", test_uncertain);
  g_test_add_func ("/eval/inception-score/splits", test_splits);
  g_test_add_func ("/eval/inception-score/refused", test_refused);
  return g_test_run ();
}
